package emrtd_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/passport/emrtd"
)

func TestPackageDocumentationNamesEachCode(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	faults, err := os.ReadFile("fault.go")
	require.NoError(t, err)
	for code, clause := range emrtd.Clauses {
		require.NotEmpty(t, clause)
		require.Regexp(t, " "+string(code)+"(,|\n)", string(doc), "the table of doc.go lacks a check")
	}
	require.Equal(t, strings.Count(string(faults), "Code = \""), len(emrtd.Clauses), "a code has no clause")
}
