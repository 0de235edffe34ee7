package graph_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules/graph"
)

func TestCorruptGraphs(t *testing.T) {
	t.Parallel()
	member := method("a", "g", 1, "$pass", "$fail")
	cases := []struct {
		why    string
		graph  graph.Graph
		inputs []graph.Input // after Begin; the last one, or Begin, must fail
	}{
		{"empty", graph.Graph{}, nil},
		{"start unknown", graph.Graph{Start: "x", Nodes: []graph.Node{method("y", "", 1, "y", "y")}}, nil},
		{"start within a group", withEnds(member), nil},
		{"unknown kind", withEnds(graph.Node{ID: "x", Kind: "loop"}), nil},
		{"edge to nowhere", withEnds(method("a", "", 1, "x", "no")), []graph.Input{passed("a", 1)}},
		{"no edge", withEnds(method("a", "", 1, "", "no")), []graph.Input{passed("a", 1)}},
		{"no default", withEnds(branch("a", "", "")), []graph.Input{graph.BranchTaken{Node: "a", Case: -1}}},
		{"member's end at the top", withEnds(method("a", "", 1, "$pass", "no")), []graph.Input{passed("a", 1)}},
		{"group without members", withEnds(group(graph.KindAllOf, "g", "", "yes", "no")), nil},
		{"member unknown", withEnds(group(graph.KindAnyOf, "g", "", "yes", "no", "x")), nil},
		{"member twice", withEnds(group(graph.KindAnyOf, "g", "", "yes", "no", "a", "a"), member), nil},
		{"member of another scope", withEnds(group(graph.KindAnyOf, "g", "", "yes", "no", "yes")), nil},
		{"group within itself", withEnds(group(graph.KindAnyOf, "g", "", "yes", "no", "g")), nil},
		{
			"groups in a circle", withEnds(
				group(graph.KindAnyOf, "g", "", "yes", "no", "h"),
				group(graph.KindAnyOf, "h", "g", "$pass", "$fail", "g"),
			), nil,
		},
		{
			"terminal in a group", withEnds(
				group(graph.KindAllOf, "g", "", "yes", "no", "a", "end"), member,
				graph.Node{ID: "end", Scope: "g", Kind: graph.KindVerified},
			), nil,
		},
		{
			"edge out of a group", withEnds(
				group(graph.KindAnyOf, "g", "", "yes", "no", "a"), method("a", "g", 1, "yes", "$fail"),
			), []graph.Input{passed("a", 1)},
		},
		{
			"members that meet", withEnds(
				group(graph.KindAllOf, "g", "", "yes", "no", "a", "b"),
				method("a", "g", 1, "c", "$fail"), method("b", "g", 1, "c", "$fail"), method("c", "g", 1, "$pass", "$fail"),
			), []graph.Input{passed("a", 1), passed("b", 1)},
		},
		{
			"cycle of groups", withEnds(
				group(graph.KindAnyOf, "g", "", "g", "no", "a"), member,
			), []graph.Input{passed("a", 1), passed("a", 2)},
		},
		{
			"cycle of branches", withEnds(branch("a", "", "b"), branch("b", "", "a")),
			[]graph.Input{
				graph.BranchTaken{Node: "a", Case: -1}, graph.BranchTaken{Node: "b", Case: -1},
				graph.BranchTaken{Node: "a", Case: -1}, graph.BranchTaken{Node: "b", Case: -1},
			},
		},
	}
	for _, c := range cases {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			state, _, err := graph.Next(c.graph, graph.State{}, graph.Begin{})
			for _, in := range c.inputs {
				require.NoError(t, err)
				state, _, err = advance(t, c.graph, state, in)
			}
			require.ErrorIs(t, err, graph.ErrCorruptGraph)
		})
	}
}

// TestStateOfAnotherGraph: a token at a node that the graph does not have takes
// no input.
func TestStateOfAnotherGraph(t *testing.T) {
	t.Parallel()
	state := graph.State{Tokens: []graph.Token{{Node: "gone"}, {Node: "doc"}}, Entered: 1}
	g := withEnds(branch("doc", "", "yes"))
	for _, in := range []graph.Input{
		passed("gone", 1), passed("doc", 1), graph.ReviewDecided{Node: "doc", Decision: graph.Approve},
	} {
		next, effects, err := advance(t, g, state, in)
		require.NoError(t, err)
		require.Empty(t, effects)
		require.Equal(t, state, next)
	}
	require.Empty(t, state.Offers(g))
}
