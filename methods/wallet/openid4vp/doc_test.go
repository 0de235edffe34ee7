package openid4vp

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPackageDocumentationNamesEachCodeWithItsClause(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	table := strings.ReplaceAll(string(doc), "(note 1)", clauses[ProtocolUnfit])
	for code, clause := range clauses {
		for line := range strings.Lines(table) {
			if !strings.HasSuffix(strings.TrimSpace(line), " "+string(code)) {
				continue
			}
			require.Contains(t, strings.Replace(line, " - ", " limit of this package ", 1), " "+clause+" ")
			clause = ""
		}
		require.Empty(t, clause, "the table of doc.go lacks %s", code)
	}
	source, err := os.ReadFile("fault.go")
	require.NoError(t, err)
	require.Equal(t, strings.Count(string(source), "Code = \""), len(clauses), "a code has no clause")
}
