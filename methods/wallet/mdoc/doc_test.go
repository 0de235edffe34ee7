package mdoc

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPackageDocumentationNamesEachCode(t *testing.T) {
	t.Parallel()
	doc := string(mustRead(t, "doc.go"))
	for code, clause := range clauses {
		require.NotEmpty(t, clause)
		require.Contains(t, doc, " "+string(code)+"\n", "the table of doc.go lacks a check")
	}
	require.Equal(t, strings.Count(string(mustRead(t, "fault.go")), "Code = \""), len(clauses), "a code has no clause")
}

func mustRead(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(name)
	require.NoError(t, err)
	return content
}
