package docs_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/models"
)

const chart = "../deploy/helm/stile/"

// settingsOfTheProgram are those that the chart gives to stile in another way than by a variable.
var settingsOfTheProgram = []string{
	"STILE_LISTEN", "STILE_WORKER_LISTEN", // containers listen on the default ports
	"STILE_VISION_MODELS",                                              // the volume is where they are looked for
	"STILE_VISION_WORKERS", "STILE_VISION_MEMORY", "STILE_VISION_TEXT", // arguments of stile-vision
}

// chartTemplates returns the text of all templates.
func chartTemplates(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob(chart + "templates/*")
	require.NoError(t, err)
	var all strings.Builder
	for _, file := range files {
		all.WriteString(content(t, file))
	}
	return all.String()
}

// TestChartKnowsEverySetting compares the settings of the program with those that the chart sets and those that its
// values may have.
func TestChartKnowsEverySetting(t *testing.T) {
	t.Parallel()
	var schema struct {
		Properties struct {
			Settings struct {
				PropertyNames struct{ Enum []string }
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(content(t, chart+"values.schema.json")), &schema))
	known := slices.Concat(schema.Properties.Settings.PropertyNames.Enum, settingsOfTheProgram)
	set := map[string]bool{}
	for _, found := range regexp.MustCompile(`"name" "([A-Z_]+)"`).FindAllStringSubmatch(chartTemplates(t), -1) {
		set[found[1]] = true
	}
	require.NotEmpty(t, set)
	known = slices.AppendSeq(known, maps.Keys(set))
	_, asked := readSettings(t, "", "")
	require.ElementsMatch(t, slices.Collect(maps.Keys(asked)), known)
}

func TestChartUsesThePortsAndFilesOfTheImage(t *testing.T) {
	t.Parallel()
	templates := chartTemplates(t)
	defaults, _ := readSettings(t, "", "")
	require.Equal(t, ":"+models.APIPortDefault, defaults.Listen)
	require.Contains(t, templates, "{name: http, containerPort: "+models.APIPortDefault+"}")
	require.Contains(t, templates, "{name: metrics, containerPort: "+strings.TrimPrefix(defaults.WorkerListen, ":")+"}")
	require.Contains(t, templates, "mountPath: "+config.VisionModelsDefault)
	image := content(t, "../deploy/Dockerfile")
	for _, program := range []string{"/usr/local/bin/stile-vision", "/bin/wget"} {
		require.Contains(t, templates, program)
		require.Contains(t, image, filepath.Dir(program)+"/")
	}
	require.Contains(t, image, `ENTRYPOINT ["/usr/local/bin/stile"]`, "the chart gives arguments alone")
	require.NotContains(t, templates, "command: [stile")
}

// TestComposeBoundsEveryService requires limits of memory and of logs: a service without them takes the machine from
// the others.
func TestComposeBoundsEveryService(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docker-compose.yml")
	require.NoError(t, err)
	var compose struct {
		Services map[string]struct {
			MemLimit string `yaml:"mem_limit"`
			CPUs     string `yaml:"cpus"`
			PIDs     int    `yaml:"pids_limit"`
			Logging  struct {
				Driver  string
				Options map[string]string
			}
		}
	}
	require.NoError(t, yaml.Unmarshal(text, &compose))
	require.Greater(t, len(compose.Services), 10)
	for _, name := range []string{"backup", "alertmanager", "node"} {
		require.Contains(t, compose.Services, name)
	}
	for name, service := range compose.Services {
		require.Regexp(t, `^\d+[mg]$`, service.MemLimit, name)
		require.Positive(t, service.PIDs, name)
		require.Equal(t, "json-file", service.Logging.Driver, name)
		require.NotEmpty(t, service.Logging.Options["max-size"], name)
		require.NotEmpty(t, service.Logging.Options["max-file"], name)
	}
}
