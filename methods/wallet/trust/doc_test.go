package trust

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEachCodeHasAClause(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("fault.go")
	require.NoError(t, err)
	require.Equal(t, strings.Count(string(source), "Code = \""), len(clauses))
	for code, clause := range clauses {
		require.NotEmpty(t, clause, code)
	}
}

func TestPackageDocumentationNamesEachCodeOfACheck(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("trust.go")
	require.NoError(t, err)
	for code := range clauses {
		if strings.HasPrefix(string(code), "issuer_") {
			require.Contains(t, string(doc), " "+string(code)+"\n", "the table of trust.go lacks a check")
		}
	}
}
