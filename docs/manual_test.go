package docs_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/stile-id/stile/internal/codec"
	"github.com/stile-id/stile/worker"
	"github.com/stile-id/stile/workflows"
)

// manualChecks check a command of a block that no test runs, by its program: everything that the command names exists.
var manualChecks = map[string]func(t *testing.T, args []string){
	"cd":     func(t *testing.T, args []string) { require.Equal(t, []string{"stile"}, args) }, // the clone
	"docker": checkDocker,
	"git": func(t *testing.T, args []string) {
		require.Equal(t, []string{"clone", "https://" + moduleOf(t, "../go.mod")}, args)
	},
	"go":      checkGo,
	"helm":    checkHelm,
	"kubectl": checkKubectl,
	"make":    checkMake,
	"npm": func(t *testing.T, args []string) {
		var manifest struct{ Name string }
		require.NoError(t, json.Unmarshal([]byte(content(t, "../sdk/node/package.json")), &manifest))
		require.Equal(t, []string{"install", manifest.Name}, args)
	},
	"stile":        func(*testing.T, []string) {}, // cmd/stile checks commands and flags of all documents
	"stile-vision": func(*testing.T, []string) {}, // and so does cmd/stile-vision
	"temporal":     checkTemporal,
}

// setBefore matches a variable that is set for a command or for those after it.
var setBefore = regexp.MustCompile(`^([A-Z_]+)=(\S*)$`)

func TestCommandsThatNoTestRunsNameWhatExists(t *testing.T) {
	t.Parallel()
	_, asked := readSettings(t, "", "")
	commands := 0
	for _, document := range documents(t) {
		for _, block := range blocksOf(t, document, "sh manual") {
			for line := range strings.Lines(block) {
				line, _, _ = strings.Cut(line, " #")
				words := wordsOf(line)
				for len(words) > 0 && setBefore.MatchString(words[0]) {
					name, _, _ := strings.Cut(words[0], "=")
					require.True(t, asked[name] || slices.Contains([]string{"API", "SECRET_KEY", "WORKFLOW"}, name), line)
					words = words[1:]
				}
				if len(words) == 0 {
					continue
				}
				check := manualChecks[words[0]]
				require.NotNil(t, check, "%s: no check for %s", document, line)
				check(t, words[1:])
				commands++
			}
		}
	}
	require.Greater(t, commands, 15)
}

// wordsOf splits a line as a shell does that knows single and double quotes.
func wordsOf(line string) (words []string) {
	for _, found := range regexp.MustCompile(`'([^']*)'|"([^"]*)"|(\S+)`).FindAllStringSubmatch(line, -1) {
		words = append(words, found[1]+found[2]+found[3])
	}
	return words
}

func content(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(text)
}

// moduleOf returns the path of the module of a go.mod.
func moduleOf(t *testing.T, name string) string {
	t.Helper()
	found := regexp.MustCompile(`(?m)^module (\S+)$`).FindStringSubmatch(content(t, name))
	require.NotNil(t, found, name)
	return found[1]
}

func checkMake(t *testing.T, args []string) {
	t.Helper()
	require.Len(t, args, 1)
	require.Regexp(t, `(?m)^`+regexp.QuoteMeta(args[0])+`:.* ## `, content(t, "../Makefile"))
}

// checkGo checks `go get MODULE` and `go test PACKAGE [-run TEST] [-FLAG]`.
func checkGo(t *testing.T, args []string) {
	t.Helper()
	if args[0] == "get" {
		require.Equal(t, moduleOf(t, "../sdk/go/go.mod"), args[1])
		return
	}
	require.Equal(t, "test", args[0])
	files, err := filepath.Glob(filepath.Join("..", args[1], "*_test.go"))
	require.NoError(t, err)
	require.NotEmpty(t, files, args[1])
	var tests strings.Builder
	for _, file := range files {
		tests.WriteString(content(t, file))
	}
	for i, arg := range args[2:] {
		switch {
		case arg == "-run":
			require.Contains(t, tests.String(), "func "+args[i+3]+"(")
		case strings.HasPrefix(arg, "-"):
			require.Contains(t, tests.String(), `flag.Bool("`+arg[1:]+`"`)
		}
	}
}

// checkDocker checks `docker compose run --rm SERVICE` and `docker compose restart SERVICE…`.
func checkDocker(t *testing.T, args []string) {
	t.Helper()
	var file struct{ Services map[string]any }
	require.NoError(t, yaml.Unmarshal([]byte(content(t, "../docker-compose.yml")), &file))
	require.Equal(t, "compose", args[0])
	require.Contains(t, []string{"run", "restart"}, args[1])
	for _, service := range args[2:] {
		if service != "--rm" {
			require.Contains(t, file.Services, service)
		}
	}
}

// checkHelm checks `helm upgrade --install RELEASE CHART …`.
func checkHelm(t *testing.T, args []string) {
	t.Helper()
	require.Equal(t, []string{"upgrade", "--install", "stile"}, args[:3])
	require.FileExists(t, filepath.Join("..", args[3], "Chart.yaml"))
}

// checkKubectl checks that `kubectl create secret generic NAME --from-literal=KEY=…` has a key that the chart looks for.
// cmd/stile checks the commands after `kubectl exec … --`.
func checkKubectl(t *testing.T, args []string) {
	t.Helper()
	if args[0] == "exec" {
		require.Contains(t, args, "--")
		return
	}
	require.Equal(t, []string{"create", "secret", "generic"}, args[:3])
	for _, arg := range args[4:] {
		key, is := strings.CutPrefix(arg, "--from-literal=")
		if !is {
			continue
		}
		key, _, _ = strings.Cut(key, "=")
		require.Regexp(t, `(?m)^  \w*[kK]ey: `+regexp.QuoteMeta(key)+`$`, content(t, chart+"values.yaml"))
	}
}

// checkTemporal checks the flags of the program temporal that hold names of Stile's.
func checkTemporal(t *testing.T, args []string) {
	t.Helper()
	flags := map[string]string{}
	for i, arg := range args[:len(args)-1] {
		flags[arg] = args[i+1]
	}
	if args[1] == "update-options" {
		require.True(t, strings.HasPrefix(flags["--query"],
			"TemporalWorkerDeploymentVersion = '"+worker.DeploymentName+":"))
		return
	}
	require.Equal(t, "vks_…", flags["--workflow-id"])
	switch args[1] {
	case "signal":
		require.Equal(t, workflows.SignalReviewDecision, flags["--name"])
		decoder := json.NewDecoder(strings.NewReader(flags["--input"]))
		decoder.DisallowUnknownFields()
		require.NoError(t, decoder.Decode(&workflows.ReviewSignal{}))
	case "show":
		require.True(t, strings.HasSuffix(flags["--codec-endpoint"]+"/", codec.Path))
	default:
		require.Fail(t, "no check", args[1])
	}
}
