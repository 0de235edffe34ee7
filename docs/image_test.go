package docs_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTheImageIsBuiltFromAllSources compares the folders of the packages of the image with those that .dockerignore
// lets into its build.
func TestTheImageIsBuiltFromAllSources(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../.dockerignore")
	require.NoError(t, err)
	var allowed []string
	for line := range strings.Lines(string(text)) {
		if name, is := strings.CutPrefix(strings.TrimSpace(line), "!"); is {
			allowed = append(allowed, name)
		}
	}
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{.ImportPath}}",
		"./cmd/stile", "./cmd/stile-vision")
	list.Dir = ".."
	out, err := list.Output()
	require.NoError(t, err)
	for line := range strings.Lines(string(out)) {
		folder, is := strings.CutPrefix(strings.TrimSpace(line), module)
		if !is {
			continue
		}
		root, _, _ := strings.Cut(folder, "/")
		if root == "web" { // its sources in other languages stay out
			require.Subset(t, allowed, []string{"web/web.go", "web/dist"})
			continue
		}
		require.Contains(t, allowed, root, "%s is not in the build of the image", folder)
	}
	for _, script := range []string{"deploy/tesseract-files", "go.mod", "go.sum"} {
		require.Contains(t, allowed, script)
	}
}
