package docs_test

import (
	"os"
	"os/exec"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	glossaryType = regexp.MustCompile("`([a-z]+)\\.([A-Z][A-Za-z]*)`")
	declaration  = regexp.MustCompile(`(?m)^type ([A-Za-z]+) `)
)

// homes returns the types that the glossary names, in lower case, with the package of each.
func homes(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("glossary.md")
	require.NoError(t, err)
	found := map[string]string{}
	for _, match := range glossaryType.FindAllStringSubmatch(string(text), -1) {
		found[strings.ToLower(match[2])] = match[1]
	}
	require.NotEmpty(t, found)
	return found
}

// Examples are programs of merchants and providers. A method's package declares its own implementation of
// methods.Judge.
func TestTypesOfTheGlossaryAreDeclaredOnce(t *testing.T) {
	t.Parallel()
	homes := homes(t)
	list := exec.CommandContext(t.Context(), "go", "list", "-f",
		`{{$p := .ImportPath}}{{range .GoFiles}}{{$p}}/{{.}}{{"\n"}}{{end}}`, "./...")
	list.Dir = ".."
	out, err := list.Output()
	require.NoError(t, err)
	declared := map[string]int{}
	for file := range strings.Lines(string(out)) {
		file = strings.TrimPrefix(strings.TrimSpace(file), module)
		if file == "" || strings.HasPrefix(file, "examples/") {
			continue
		}
		code, err := os.ReadFile(path.Join("..", file))
		require.NoError(t, err)
		for _, match := range declaration.FindAllStringSubmatch(string(code), -1) {
			word := strings.ToLower(match[1])
			home, named := homes[word]
			if !named || word == "judge" && path.Dir(path.Dir(file)) == home {
				continue
			}
			require.Equal(t, home, path.Base(path.Dir(file)), "%s declares %s, which the glossary places in %s",
				file, match[1], home)
			declared[word]++
		}
	}
	for word := range homes {
		require.Equal(t, 1, declared[word], "declarations of %s", word)
	}
}
