package api_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
	"github.com/stile-id/stile/rules/compliance"
)

// shippedRules makes the API use the shipped rules, as in production.
func shippedRules(t *testing.T) func(*api.Options) {
	t.Helper()
	book, err := compliance.Shipped()
	require.NoError(t, err)
	return func(o *api.Options) { o.Rules, o.Now = book, time.Now }
}

// Each example and its table of cases are posted exactly as published.
func TestExamplesCanBePostedAsTheyAre(t *testing.T) {
	t.Parallel()
	e := newEnv(t, shippedRules(t))
	tables, err := filepath.Glob("../examples/workflows/*.cases.json")
	require.NoError(t, err)
	require.Len(t, tables, 10)
	for _, file := range tables {
		path := "/v1/workflows/" + e.workflow(e.sandbox, readObject(t, strings.Replace(file, ".cases", "", 1)))
		for _, body := range []obj{readObject(t, file), withVersion(readObject(t, file))} {
			ans := e.isOK(e.do("POST", path+"/simulate", e.sandbox.secret, body), 200)
			require.Equal(t, true, ans.object["passed"], "%s: %s", file, ans.body)
			for _, played := range ans.object["cases"].([]any) {
				require.Zero(t, in(played, "unused_results"), "%s: %s", file, in(played, "name"))
				require.Zero(t, in(played, "unused_reviews"), "%s: %s", file, in(played, "name"))
			}
		}
	}
}

func withVersion(body obj) obj {
	body["version"] = 1
	return body
}

func readObject(t *testing.T, file string) obj {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return parsed(t, string(text))
}

func parsed(t *testing.T, text string) (object obj) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(text), &object), "%s", text)
	return object
}

var printedJSON = regexp.MustCompile("(?s)```json\n(.*?)```")

// docs/workflows.md has a workflow, a table of cases, the answer of their simulation, and a backtest. All must be true.
func TestExamplesOfTheWorkflowsPageCanBePosted(t *testing.T) {
	t.Parallel()
	e := newEnv(t, shippedRules(t))
	page, err := os.ReadFile("../docs/workflows.md")
	require.NoError(t, err)
	var workflow, table, answered, backtest obj
	for _, block := range printedJSON.FindAllStringSubmatch(string(page), -1) {
		switch printed := parsed(t, block[1]); {
		case printed["mode"] == "graph":
			workflow = printed
		case printed["object"] == "workflow_simulation":
			answered = printed
		case printed["cases"] != nil:
			table = printed
		case printed["sessions"] != nil && printed["object"] == nil:
			backtest = printed
		}
	}
	path := "/v1/workflows/" + e.workflow(e.sandbox, workflow)
	require.Equal(t, answered, e.isOK(e.do("POST", path+"/simulate", e.sandbox.secret, table), 200).object)
	for range 3 { // the page runs version 4 over sessions of version 3
		e.isOK(e.do("POST", path+"/publish", e.sandbox.secret, nil), 201)
	}
	e.isOK(e.do("POST", path+"/backtest", e.sandbox.secret, backtest), 200)
}

// The page of the examples has one case.
func TestCaseOfTheExamplesPageCanBePosted(t *testing.T) {
	t.Parallel()
	e := newEnv(t, shippedRules(t))
	page, err := os.ReadFile("../examples/workflows/README.md")
	require.NoError(t, err)
	printed := printedJSON.FindAllStringSubmatch(string(page), -1)
	require.Len(t, printed, 1)
	path := "/v1/workflows/" + e.workflow(e.sandbox, readObject(t, "../examples/workflows/step-up-on-risk.json"))
	ans := e.isOK(e.do("POST", path+"/simulate", e.sandbox.secret, parsed(t, printed[0][1])), 200)
	require.Equal(t, true, ans.object["passed"], "%s", ans.body)
}
