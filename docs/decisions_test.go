package docs_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestContentsListEveryDecision compares the rows of the table of decisions with the files and their titles.
func TestContentsListEveryDecision(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("decisions/[0-9][0-9][0-9][0-9]-*.md")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	var rows strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		heading, _, _ := strings.Cut(string(text), "\n")
		number, title, _ := strings.Cut(strings.TrimPrefix(heading, "# "), ": ")
		require.True(t, strings.HasPrefix(filepath.Base(file), number+"-"), "%s is headed %s", file, heading)
		fmt.Fprintf(&rows, "| [%s](%s) | %s |\n", number, filepath.ToSlash(file), title)
	}
	contents, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, table, found := strings.Cut(string(contents), "\n## Decisions\n\n| | |\n|---|---|\n")
	require.True(t, found, "README.md has no table of decisions")
	table, _, _ = strings.Cut(table, "\n\n")
	require.Equal(t, rows.String(), table+"\n")
}
