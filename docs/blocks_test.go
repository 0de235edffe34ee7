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

// runners has the documents whose blocks with the mark "run" are run, by language and test.
var runners = map[string]map[string][]string{
	"go": {
		"docs/code_test.go":           {"docs/methods/adding.md", "docs/webhooks.md"},
		"sdk/go/stile/readme_test.go": {"sdk/go/README.md"},
	},
	"python": {"internal/signature/handlers_test.go": {"docs/webhooks.md"}},
	"html":   {"web/e2e/widget.test.mjs": {"README.md", "docs/widget.md"}},
	"sh":     {"web/e2e/blocks.test.mjs": {"README.md", "docs/"}},
	"ts": {
		"sdk/node/e2e/documented.test.mjs": {"sdk/node/README.md"},
		"web/e2e/package.test.mjs":         {"docs/widget.md", "web/packages/widget/README.md"},
	},
	"jsx":    {"web/e2e/package.test.mjs": {"docs/widget.md"}},
	"svelte": {"web/e2e/package.test.mjs": {"docs/widget.md"}},
	"vue":    {"web/e2e/package.test.mjs": {"docs/widget.md"}},
}

// manual has the reasons of the blocks with the mark "manual", in the order of the document.
var manual = map[string][]string{
	"README.md":       {"runs until Ctrl-C; the tests start the stile-dev that it builds"},
	"CONTRIBUTING.md": {"runs every test, and does not end"},
	"docs/compliance.md": {
		"the tests of a package, which make test runs, and a flag that rewrites a document",
	},
	"docs/getting-started.md": {
		"clones from a network, and does not end", "sets the variables that the tests set to free ports and fresh keys",
	},
	"docs/kubernetes.md": {
		"needs a cluster; deploy/helm/test renders the chart with the Secrets that they name",
		"needs a cluster; deploy/helm/test has the values",
	},
	"docs/operations.md": {
		"needs the program temporal; e2e has runs of two versions",
		"needs an account of its own and a folder in /run; vision/serve has the tests of a vision process",
		"fetches models from the npm registry; the tests of cmd/stile-vision have a registry of their own",
		"needs Docker",
		"needs pictures of faces; vision/evaluate has its tests",
		"needs the program temporal, and histories that stile serve has sealed",
	},
	"docs/workflows.md":  {"needs the program temporal; e2e has a review that is decided by signal"},
	"sdk/go/README.md":   {"fetches the module from a network"},
	"sdk/node/README.md": {"fetches the package from the npm registry; the tests install it from its tarball"},
}

func TestEveryBlockOfCodeIsRunOrHasAReasonNotToBe(t *testing.T) {
	t.Parallel()
	notRun := map[string]int{}
	for _, name := range documents(t) {
		text, err := os.ReadFile(filepath.Join("..", name))
		require.NoError(t, err)
		for _, block := range opening.FindAllStringSubmatch(string(text), -1) {
			language, mark := block[1], block[2]
			switch mark {
			case "run":
				require.True(t, isRun(language, name), "%s: no test runs %s", name, block[0])
			case "manual":
				notRun[name]++
			default:
				require.Empty(t, mark, "%s: %s has an unknown mark", name, block[0])
				require.NotContains(t, languages, language, "%s: %s needs the mark run or manual", name, block[0])
			}
		}
	}
	for name := range manual {
		require.Len(t, manual[name], notRun[name], "%s: blocks with the mark manual", name)
		delete(notRun, name)
	}
	require.Empty(t, notRun, "blocks with the mark manual have no reason")
}

func TestRunnersOfBlocksExist(t *testing.T) {
	t.Parallel()
	for _, tests := range runners {
		for name := range tests {
			require.FileExists(t, filepath.Join("..", name))
		}
	}
}

// isRun reports whether a test runs the blocks of the document in the language.
func isRun(language, document string) bool {
	for _, prefixes := range runners[language] {
		if slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(document, prefix) }) {
			return true
		}
	}
	return false
}

// blocksOf returns the blocks of a document after a fence with exactly this language and mark. A block may be indented,
// as in a list.
func blocksOf(t *testing.T, document, fence string) (blocks []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", document))
	require.NoError(t, err)
	block := regexp.MustCompile("(?ms)^ *```" + fence + "\n(.*?)^ *```$")
	for _, found := range block.FindAllStringSubmatch(string(text), -1) {
		blocks = append(blocks, found[1])
	}
	return blocks
}

// documents returns the documents of readers, by their paths in the repository.
func documents(t *testing.T) []string {
	t.Helper()
	names := []string{
		"README.md", "CONTRIBUTING.md", "sdk/go/README.md", "sdk/node/README.md", "web/packages/widget/README.md",
	}
	for _, root := range []string{"docs", "examples"} {
		err := filepath.WalkDir(filepath.Join("..", root), func(name string, entry fs.DirEntry, err error) error {
			if err == nil && entry.IsDir() && entry.Name() == "node_modules" { // of an example that was run
				return fs.SkipDir
			}
			if filepath.Ext(name) == ".md" {
				names = append(names, filepath.ToSlash(strings.TrimPrefix(name, "../")))
			}
			return err
		})
		require.NoError(t, err)
	}
	return names
}
