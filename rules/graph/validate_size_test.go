package graph_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/condition"
	"github.com/stile-id/stile/rules/graph"
)

// chained is a definition with a chain of branches, each with these conditions.
func chained(branches int, conditions ...string) graph.Definition {
	nodes := graph.SourceNodes{{ID: "yes", Kind: graph.KindVerified}}
	for i := range branches {
		n := graph.SourceNode{ID: fmt.Sprintf("b%d", i), Kind: graph.KindBranch, Default: fmt.Sprintf("b%d", i+1)}
		if i == branches-1 {
			n.Default = "yes"
		}
		for j, when := range conditions {
			n.Cases = append(n.Cases, graph.Case{When: strings.ReplaceAll(when, "?", fmt.Sprint(i*100+j)), Next: "yes"})
		}
		nodes = append(nodes, n)
	}
	return graph.Definition{
		Mode: graph.ModeGraph, UseCase: rules.UseCaseFirearms, Graph: &graph.Source{Start: "b0", Nodes: nodes},
	}
}

func linesOf(faults []graph.Fault) []string {
	lines := []string{}
	for _, fault := range faults {
		lines = append(lines, fault.String())
	}
	return lines
}

func times[T any](n int, v T) []T {
	all := make([]T, n)
	for i := range all {
		all[i] = v
	}
	return all
}

func TestConditionsOfADefinitionAreBounded(t *testing.T) {
	t.Parallel()
	short, long := "risk.score == ?", "metadata.k? == '"+strings.Repeat("x", 180)+"'"
	costly := "metadata.exists(k, metadata.exists(l, k == l + '?'))"
	cases := []struct {
		why        string
		definition graph.Definition
		want       string // "" for none
	}{
		{"as many as there may be", chained(10, times(20, short)...), ""},
		{"one more", chained(11, times(20, short)...), "graph.nodes: must not hold more than 200 conditions"},
		{
			"long ones",
			chained(10, times(11, long)...),
			"graph.nodes: the conditions must not have more than 20000 characters together",
		},
		{"costly ones", chained(14, costly), "graph.nodes: the conditions may take too much work together"},
		{"fewer costly ones", chained(13, costly), ""},
		{
			"equal ones",
			chained(14, strings.ReplaceAll(costly, "?", "xyz")),
			"graph.nodes: the conditions may take too much work together",
		},
	}
	for _, c := range cases {
		_, faults := graph.Compile(c.definition)
		if c.want == "" {
			require.Empty(t, faults, c.why)
			continue
		}
		require.Len(t, faults, 1, c.why)
		require.Contains(t, faults[0].String(), c.want, c.why)
	}
}

// A version that was published before the bounds were introduced still runs.
func TestSpecialiseAcceptsPublishedVersionsBeyondTheBounds(t *testing.T) {
	t.Parallel()
	many := chained(50, times(20, "risk.score == ?")...)
	many.Graph.Nodes = append(many.Graph.Nodes, graph.SourceNode{})[:len(many.Graph.Nodes)]
	_, faults := graph.Compile(many)
	require.NotEmpty(t, faults)
	g, _, err := graph.Specialise(many, "US", nil)
	require.NoError(t, err)
	require.Len(t, g.Nodes, 51)
}

func TestConditionsAreCompiledOnce(t *testing.T) {
	t.Parallel()
	programs := new(condition.Programs)
	d := chained(2, "risk.score == ?", "risk.level == 'high'")
	_, faults := graph.CompileWith(d, programs)
	require.Empty(t, faults)
	require.Len(t, d.Conditions(), 4)
	index, _, err := programs.Evaluate([]string{"risk.score == 100"}, condition.Variables{})
	require.NoError(t, err)
	require.Equal(t, condition.Default, index)
}

func TestListsOfADefinitionAreBounded(t *testing.T) {
	t.Parallel()
	lists := func(n int) string {
		text, err := json.Marshal(times(n, "mdl"))
		require.NoError(t, err)
		return string(text)
	}
	member := `{"method": "mdl"}`
	cases := []struct{ why, definition, want string }{
		{"jurisdictions", `{"methods": ["mdl"], "jurisdictions": ` + strings.ReplaceAll(lists(501), "mdl", "US") + `}`,
			"jurisdictions: must not have more than 500 entries"},
		{"methods", `{"methods": ` + lists(14) + `}`, "methods: must not have more than 13 entries"},
		{
			"supplementary",
			`{"methods": ["mdl"], "supplementary": ` + lists(14) + `}`,
			"supplementary: must not have more than 13 entries",
		},
		{"additions", `{"methods": ["mid"], "overrides": {"US": {"add": ` + lists(14) + `}}}`,
			"overrides.US.add: must not have more than 13 entries"},
		{"removals", `{"methods": ["mid"], "overrides": {"US": {"remove": ` + lists(14) + `}}}`,
			"overrides.US.remove: must not have more than 13 entries"},
		{"types", `{"methods": ["mdl"], "preferences": {"document_types": ` + lists(6) + `}}`,
			"preferences.document_types: must not have more than 5 entries"},
		{
			"types of a node",
			inGraphMode(`"a": {"kind": "method", "method": "document_capture", "options": {"document_types": ` +
				lists(6) + `}, ` + ways + `}`),
			"node a: options.document_types: must not have more than 5 entries",
		},
		{"methods of a group", inGraphMode(`"a": {"kind": "any_of", "methods": ` + lists(14) + `, ` + ways + `}`),
			"node a: methods: must not have more than 13 entries"},
		{
			"members of a group",
			inGraphMode(`"a": {"kind": "any_of", "members": [` + strings.Repeat(member+",", 100) + member + `], ` + ways + `}`),
			"node a: members: must not have more than 100 entries",
		},
		{"all of it", `{"methods": ["mdl"], "jurisdictions": ` + strings.ReplaceAll(lists(60_000), "mdl", "US") + `}`,
			"overrides: the definition must not be larger than 262144 bytes in JSON"},
		{"all of a graph", inGraphMode(`"a": {"kind": "review", "reason": "` + strings.Repeat("x", 270_000) + `"}`),
			"graph: the definition must not be larger than 262144 bytes in JSON"},
	}
	for _, c := range cases {
		var d graph.Definition
		require.NoError(t, json.Unmarshal([]byte(c.definition), &d), c.why)
		d.UseCase = rules.UseCaseFirearms
		_, faults := graph.Compile(d)
		require.Equal(t, []string{c.want}, linesOf(faults), c.why)
	}
}
