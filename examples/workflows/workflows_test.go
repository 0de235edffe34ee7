package workflows_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/compliance"
	"github.com/stile-id/stile/rules/condition"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/rules/simulation"
)

// example is a workflow in the form of POST /v1/workflows.
type example struct {
	Name string `json:"name"`
	graph.Definition
}

// table is the body of POST /v1/workflows/:id/simulate.
type table struct {
	Cases []simulated `json:"cases"`
}

// simulated is a case: a script and its expected end.
type simulated struct {
	Name string `json:"name"`
	condition.Facts
	Results []simulation.Result `json:"results"`
	Reviews []simulation.Review `json:"reviews"`
	Expect  struct {
		Outcome       graph.Outcome    `json:"outcome"`
		FailureReason rules.ReasonCode `json:"failure_reason"`
		Path          []string         `json:"path"`        // all nodes, in order
		Last          string           `json:"last"`        // the last node alone
		WaitingFor    []string         `json:"waiting_for"` // the nodes that wait
	} `json:"expect"`
}

func (c simulated) script() simulation.Script {
	return simulation.Script{Variables: c.Facts, Results: c.Results, Reviews: c.Reviews}
}

// TestExamples compiles every workflow and simulates its cases, which together must pass every node and every target of
// a branch.
func TestExamples(t *testing.T) {
	t.Parallel()
	files := workflowFiles(t)
	require.Len(t, files, 10)
	for _, file := range files {
		t.Run(strings.TrimSuffix(file, ".json"), func(t *testing.T) {
			t.Parallel()
			var e example
			read(t, file, &e)
			require.NotEmpty(t, e.Name)
			require.Equal(t, graph.ModeGraph, e.Mode)
			g, faults := graph.Compile(e.Definition)
			require.Empty(t, faults)
			requireAllowed(t, e.Definition)
			var played table
			read(t, strings.TrimSuffix(file, ".json")+".cases.json", &played)
			shown := map[string]bool{}
			for _, c := range played.Cases {
				t.Run(c.Name, func(t *testing.T) { simulate(t, g, c, shown) })
			}
			requireAllShown(t, g, shown)
		})
	}
}

// requireAllowed requires that the law allows the workflow in all of its jurisdictions.
func requireAllowed(t *testing.T, d graph.Definition) {
	t.Helper()
	book, err := compliance.Shipped()
	require.NoError(t, err)
	require.NotEmpty(t, d.Jurisdictions)
	for _, j := range d.Jurisdictions {
		rule, err := book.Resolve(d.UseCase, j, compliance.DayOf(time.Now()))
		require.NoError(t, err)
		require.False(t, rule.Prohibited, j)
		_, _, err = graph.Specialise(d, j, rule.Allows)
		require.NoError(t, err, j)
	}
}

func simulate(t *testing.T, g graph.Graph, c simulated, shown map[string]bool) {
	t.Helper()
	require.Empty(t, c.script().Check())
	trace, err := simulation.Run(g, c.script())
	require.NoError(t, err)
	require.Equal(t, c.Expect.Outcome, trace.Outcome, "%+v", trace)
	require.Equal(t, c.Expect.FailureReason, trace.FailureReason)
	require.Empty(t, trace.UnusedResults, "%+v", trace)
	require.Empty(t, trace.UnusedReviews, "%+v", trace)
	require.NotEmpty(t, append(append(c.Expect.Path, c.Expect.WaitingFor...), c.Expect.Last), "expects nothing")
	if c.Expect.Path != nil {
		require.Equal(t, c.Expect.Path, trace.Path())
	}
	if c.Expect.Last != "" {
		require.Equal(t, c.Expect.Last, trace.Steps[len(trace.Steps)-1].Node)
	}
	var waiting []string
	for _, w := range trace.Waiting {
		waiting = append(waiting, w.Node)
	}
	require.Equal(t, c.Expect.WaitingFor, waiting)
	for _, step := range trace.Steps {
		shown[step.Node] = true
		shown[step.Node+" → "+step.Next] = true
	}
}

func requireAllShown(t *testing.T, g graph.Graph, shown map[string]bool) {
	t.Helper()
	for _, n := range g.Nodes {
		if n.Kind == graph.KindAnyOf || n.Kind == graph.KindAllOf {
			continue // its members stand for it
		}
		require.True(t, shown[n.ID], "no case comes through %s", n.ID)
		if n.Kind != graph.KindBranch {
			continue
		}
		for _, v := range append(n.Cases, graph.Case{Next: n.Default}) {
			require.True(t, shown[n.ID+" → "+v.Next], "no case goes from %s to %s", n.ID, v.Next)
		}
	}
}

// TestReadmeNamesEveryExample keeps the table complete.
func TestReadmeNamesEveryExample(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	for _, file := range workflowFiles(t) {
		require.Contains(t, string(readme), "["+strings.TrimSuffix(file, ".json")+"]("+file+")")
	}
}

func workflowFiles(t *testing.T) []string {
	t.Helper()
	all, err := filepath.Glob("*.json")
	require.NoError(t, err)
	var files []string
	for _, file := range all {
		if !strings.HasSuffix(file, ".cases.json") {
			files = append(files, file)
		}
	}
	return files
}

// read decodes a file strictly, because readers would copy a misspelt field.
func read(t *testing.T, file string, into any) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	require.NoError(t, decoder.Decode(into), file)
}
