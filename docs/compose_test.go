package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

func TestEnvExampleHasTheVariablesOfCompose(t *testing.T) {
	t.Parallel()
	names := func(pattern, file string) (found []string) {
		for _, match := range regexp.MustCompile(pattern).FindAllStringSubmatch(content(t, file), -1) {
			found = append(found, match[1])
		}
		slices.Sort(found)
		return slices.Compact(found)
	}
	used := names(`\$\{([A-Z_]+)`, "../docker-compose.yml")
	require.Greater(t, len(used), 20)
	require.Equal(t, used, names(`(?m)^#?([A-Z_]+)=`, "../deploy/.env.example"))
}

// Docker makes a folder of a file that it should mount and that does not exist.
func TestFilesThatComposeMountsExist(t *testing.T) {
	t.Parallel()
	var compose struct {
		Services map[string]struct{ Volumes []string }
	}
	require.NoError(t, yaml.Unmarshal([]byte(content(t, "../docker-compose.yml")), &compose))
	mounted := map[string]bool{}
	for _, service := range compose.Services {
		for _, volume := range service.Volumes {
			from, to, _ := strings.Cut(volume, ":")
			if strings.HasPrefix(from, ".") {
				_, err := os.Stat(filepath.Join("..", from)) // a file or a folder
				require.NoError(t, err)
				mounted[to] = true
			}
		}
	}
	for _, argument := range regexp.MustCompile(`--schema-file (\S+)`).FindAllStringSubmatch(
		content(t, "../deploy/temporal/schema.sh"), -1) {
		require.True(t, mounted[argument[1]+":ro"], argument[1])
	}
}
