package graph_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

func TestSourceJSON(t *testing.T) {
	t.Parallel()
	const text = `{"start":"pick","nodes":{` +
		`"human":{"kind":"review","reason":"why"},` +
		`"no":{"kind":"failed"},` +
		`"pick":{"kind":"any_of","methods":["mdl"],"members":[` +
		`{"method":"document_capture","options":{"document_types":["PASSPORT"]},"max_attempts":2},` +
		`{"graph":{"start":"face","nodes":{"face":{"kind":"method","method":"facial_age","pass":"ok","fail":"ko"},` +
		`"ko":{"kind":"failed"},"ok":{"kind":"verified"}}}}],"pass":"risky","fail":"no"},` +
		`"risky":{"kind":"branch","cases":[{"when":"risk.score \u003e 70","next":"human"}],"default":"yes"},` +
		`"yes":{"kind":"verified"}}}`
	want := graph.Source{Start: "pick", Nodes: graph.SourceNodes{
		{ID: "human", Kind: graph.KindReview, Reason: "why"},
		{ID: "no", Kind: graph.KindFailed},
		{
			ID: "pick", Kind: graph.KindAnyOf, Methods: []rules.Method{"mdl"}, Pass: "risky", Fail: "no",
			Members: []graph.SourceMember{
				{Method: "document_capture", Options: graph.Options{DocumentTypes: []string{"PASSPORT"}}, MaxAttempts: 2},
				{Graph: &graph.Source{Start: "face", Nodes: graph.SourceNodes{
					{ID: "face", Kind: graph.KindMethod, Method: "facial_age", Pass: "ok", Fail: "ko"},
					{ID: "ko", Kind: graph.KindFailed},
					{ID: "ok", Kind: graph.KindVerified},
				}}},
			},
		},
		{ID: "risky", Kind: graph.KindBranch, Cases: []graph.Case{{When: "risk.score > 70", Next: "human"}}, Default: "yes"},
		{ID: "yes", Kind: graph.KindVerified},
	}}
	var source graph.Source
	require.NoError(t, json.Unmarshal([]byte(text), &source))
	require.Equal(t, want, source)
	written, err := json.Marshal(source)
	require.NoError(t, err)
	require.Equal(t, text, string(written))

	var definition graph.Definition
	require.NoError(t, jsonv2.Unmarshal([]byte(`{"mode": "graph", "graph": `+text+`}`), &definition))
	require.Equal(t, &want, definition.Graph, "either decoder reads the same")
	written, err = jsonv2.Marshal(definition.Graph)
	require.NoError(t, err)
	require.JSONEq(t, text, string(written))
}

func TestSourceNodesAreSorted(t *testing.T) {
	t.Parallel()
	var source graph.Source
	require.NoError(t, json.Unmarshal([]byte(`{"nodes": {"b": {}, "c": {}, "a": {}}}`), &source))
	require.Equal(t, graph.SourceNodes{{ID: "a"}, {ID: "b"}, {ID: "c"}}, source.Nodes)

	inner := &graph.Source{Nodes: graph.SourceNodes{{ID: "z"}, {ID: "y"}}}
	given := graph.Definition{Mode: graph.ModeGraph, Graph: &graph.Source{Nodes: graph.SourceNodes{
		{ID: "b", Members: []graph.SourceMember{{Graph: inner}}}, {ID: "a"},
	}}}
	full := given.WithDefaults()
	require.Equal(t, "a", full.Graph.Nodes[0].ID)
	require.Equal(t, "y", full.Graph.Nodes[1].Members[0].Graph.Nodes[0].ID)
	require.Empty(t, full.Composition, "the simple mode's alone")
	require.Equal(t, "b", given.Graph.Nodes[0].ID, "the argument is not changed")
	require.Equal(t, "z", inner.Nodes[0].ID, "the argument is not changed")
}

func TestSourceIsReadStrictly(t *testing.T) {
	t.Parallel()
	deep := `{"start": "a", "nodes": {}}`
	for range graph.DeepestGraph {
		deep = `{"start": "a", "nodes": {"a": {"members": [{"graph": ` + deep + `}]}}}`
	}
	cases := []struct{ why, in, want string }{
		{"a list", `[]`, "graph: must be an object"},
		{"unknown field", `{"begin": "a"}`, "graph.begin: there is no such field: remove it, or correct its name"},
		{"another case", `{"Start": "a"}`, "graph.Start: there is no such field: remove it, or correct its name"},
		{
			"unknown field of a node", `{"nodes": {"pick": {"kind": "method", "metod": "mdl"}}}`,
			"graph.nodes.pick.metod: there is no such field: remove it, or correct its name",
		},
		{
			"unknown field of a member's node", `{"nodes": {"0": {"members": [{}, {"graph": {"nodes": {"b": {"x": 1}}}}]}}}`,
			"graph.nodes.0.members[1].graph.nodes.b.x: there is no such field: remove it, or correct its name",
		},
		{
			"unknown option", `{"nodes": {"a": {"options": {"colour": "red"}}}}`,
			"graph.nodes.a.options.colour: there is no such field: remove it, or correct its name",
		},
		{"node twice", `{"nodes": {"a": {}, "a": {}}}`, "graph.nodes.a: appears more than once"},
		{"field twice", `{"nodes": {"a": {"pass": "b", "pass": "c"}}}`, "graph.nodes.a.pass: appears more than once"},
		{"nodes in a list", `{"nodes": [{}]}`, "graph.nodes: must be an object keyed by node id"},
		{"node no object", `{"nodes": {"a": "mdl"}}`, "graph.nodes.a: must be an object"},
		{"no string", `{"nodes": {"a": {"method": 5}}}`, "graph.nodes.a.method: must be a string"},
		{"no number", `{"nodes": {"a": {"max_attempts": "5"}}}`, "graph.nodes.a.max_attempts: must be an integer"},
		{"no whole number", `{"nodes": {"a": {"max_attempts": 1.5}}}`, "graph.nodes.a.max_attempts: must be an integer"},
		{"no list", `{"nodes": {"a": {"cases": {}}}}`, "graph.nodes.a.cases: must be an array"},
		{"cut short", `{"nodes": {"a": {}`, "graph.nodes: is not valid JSON"},
		{
			"too deep", deep, "graph" + strings.Repeat(".nodes.a.members[0].graph", graph.DeepestGraph) +
				": sub-graphs are nested too deep: 5 graphs within one another are allowed",
		},
	}
	for _, c := range cases {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			var source graph.Source
			err := source.UnmarshalJSON([]byte(c.in))
			var refused *graph.DecodeError
			require.ErrorAs(t, err, &refused)
			require.EqualError(t, err, c.want)
			require.Zero(t, source)
		})
	}
}

func TestPathOfAFaultIsBounded(t *testing.T) {
	t.Parallel()
	var source graph.Source
	err := source.UnmarshalJSON([]byte(`{"nodes": {"` + strings.Repeat("é", 1000) + `": {"x": 1}}}`))
	require.Error(t, err)
	require.Less(t, utf8.RuneCountInString(err.Error()), 300)
}

// TestNestingCostsNoTime: a body of brackets alone is refused without descending
// through all of it.
func TestNestingCostsNoTime(t *testing.T) {
	t.Parallel()
	const open = `{"nodes": {"a": {"members": [{"graph": `
	var source graph.Source
	require.ErrorContains(t, source.UnmarshalJSON([]byte(strings.Repeat(open, 20_000))), "nested too deep")
}
