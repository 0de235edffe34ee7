package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// opening opens a block of code: its language, and its mark.
var opening = regexp.MustCompile("(?m)^```([a-z]+)(?: ([a-z]+))?$")

// languages are those of programs. Blocks of other languages, such as json and yaml, are data and output.
var languages = []string{"go", "html", "js", "jsx", "python", "sh", "svelte", "ts", "tsx", "vue"}

// runners are the tests that run blocks with the mark "run", by language: web/e2e/docs.test.mjs those of sh below docs,
// sdk/node/e2e/documented.test.mjs those of ts in the README of @stile/node.
var runners = map[string]string{"sh": "docs/", "ts": "sdk/node/"}

// notRun are the most blocks that no test runs yet, by document. A block with the mark "manual" needs a person,
// another machine or a network, and does not count.
var notRun = map[string]int{
	"CONTRIBUTING.md": 1, "README.md": 5,
	"docs/compliance.md": 1, "docs/methods/adding.md": 3, "docs/methods/nfc.md": 2, "docs/methods/wallets.md": 1,
	"docs/operations.md": 8, "docs/providers.md": 2, "docs/returning-users.md": 2, "docs/trust-reuse.md": 2,
	"docs/webhooks.md": 1, "docs/widget.md": 10, "docs/workflows.md": 1,
}

func TestNoFurtherBlockOfCodeIsLeftUnrun(t *testing.T) {
	t.Parallel()
	counted := map[string]int{}
	for _, name := range documents(t) {
		text, err := os.ReadFile(filepath.Join("..", name))
		require.NoError(t, err)
		for _, block := range opening.FindAllStringSubmatch(string(text), -1) {
			language, mark := block[1], block[2]
			switch {
			case mark == "run":
				prefix := runners[language]
				require.True(t, prefix != "" && strings.HasPrefix(name, prefix), "%s: no test runs %s", name, block[0])
			case mark == "manual" || mark == "" && !slices.Contains(languages, language):
			default:
				require.Empty(t, mark, "%s: %s has an unknown mark", name, block[0])
				counted[name]++
			}
		}
	}
	for name, count := range counted {
		require.LessOrEqual(t, count, notRun[name], "%s has more blocks that no test runs", name)
	}
}

// documents returns the documents of readers, by their paths in the repository.
func documents(t *testing.T) []string {
	t.Helper()
	names := []string{"README.md", "CONTRIBUTING.md", "sdk/node/README.md"}
	err := filepath.WalkDir(".", func(name string, _ fs.DirEntry, err error) error {
		if filepath.Ext(name) == ".md" {
			names = append(names, "docs/"+filepath.ToSlash(name))
		}
		return err
	})
	require.NoError(t, err)
	return names
}
