package docs_test

import (
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/stile-id/stile/internal/config"
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
	requireDocuments(t, allowed)
	for _, script := range []string{"deploy/tesseract-files", "go.mod", "go.sum"} {
		require.Contains(t, allowed, script)
	}
}

// requireDocuments checks that the image is built with the documents that the package at the root embeds.
func requireDocuments(t *testing.T, allowed []string) {
	t.Helper()
	source, err := os.ReadFile("../documents.go")
	require.NoError(t, err)
	require.Contains(t, allowed, "documents.go")
	patterns := 0
	for line := range strings.Lines(string(source)) {
		list, is := strings.CutPrefix(line, "//go:embed ")
		if !is {
			continue
		}
		for _, pattern := range strings.Fields(list) {
			patterns++
			require.True(t, slices.Contains(allowed, pattern) || slices.Contains(allowed, path.Dir(pattern)), pattern)
		}
	}
	require.Positive(t, patterns)
}

// The models are installed in a volume, which the API and the workers mount where they look for them.
func TestComposeMountsTheModelsWhereTheyAreLookedFor(t *testing.T) {
	t.Parallel()
	image, err := os.ReadFile("../deploy/Dockerfile")
	require.NoError(t, err)
	require.Contains(t, string(image), "--chown=65532:65532 /models "+config.VisionModelsDefault+"\n",
		"a new volume takes the owner of the folder, which is the user of the image")
	text, err := os.ReadFile("../docker-compose.yml")
	require.NoError(t, err)
	var compose struct {
		Services map[string]struct{ Entrypoint, Command, Volumes, Profiles []string }
	}
	require.NoError(t, yaml.Unmarshal(text, &compose))
	for _, name := range []string{"api", "worker"} {
		require.Equal(t, []string{"models:" + config.VisionModelsDefault + ":ro"}, compose.Services[name].Volumes)
	}
	models := compose.Services["models"]
	require.Equal(t, []string{"models:" + config.VisionModelsDefault}, models.Volumes)
	require.Equal(t, []string{"/usr/local/bin/stile-vision", "models"}, models.Entrypoint)
	require.Equal(t, []string{"install"}, models.Command)
	require.Equal(t, []string{"models"}, models.Profiles, "nobody installs models without a wish to")
}
