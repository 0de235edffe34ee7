package graph_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules/graph"
)

// upcoming checks the nodes that may still be entered, except for the ends.
func (p *play) upcoming(want ...string) {
	p.t.Helper()
	got := slices.DeleteFunc(p.state.Upcoming(p.graph), func(id string) bool { return id == "yes" || id == "no" })
	require.ElementsMatch(p.t, want, got)
}

func TestUpcoming(t *testing.T) {
	t.Parallel()
	t.Run("of a session that has not begun is everything", func(t *testing.T) {
		t.Parallel()
		require.Equal(
			t,
			[]string{"outer", "inner", "x", "y", "z", "more", "b", "yes", "no"},
			graph.State{}.Upcoming(nested()),
		)
	})
	t.Run("narrows with every way taken", func(t *testing.T) {
		t.Parallel()
		p := begin(t, withEnds(
			branch("fork", "", "face", "doc"),
			method("doc", "", 2, "layer", "human"),
			review("human", "", "layer", ""),
			method("face", "", 1, "yes", "no"),
			method("layer", "", 1, "yes", "no"),
		), "branch fork of 1")
		p.upcoming("doc", "human", "face", "layer")
		p.step(graph.BranchTaken{Node: "fork", Case: 0}, "offer doc #1 left 2")
		p.upcoming("human", "layer")
		p.step(failed("doc", 1), "offer doc #2 left 1")
		p.upcoming("human", "layer")
		p.step(passed("doc", 2), "offer layer #1 left 1")
		p.upcoming()
		p.step(passed("layer", 1), "finish verified")
		require.Empty(t, p.state.Upcoming(p.graph))
	})
	t.Run("of a group is every node of its members, and after it", func(t *testing.T) {
		t.Parallel()
		p := begin(t, nested(), "offer x #1 left 1", "offer y #1 left 1", "offer b #1 left 1")
		p.upcoming("z", "more")
		p.step(failed("y", 1))
		p.upcoming("more")
		p.step(passed("x", 1), "offer more #1 left 1")
		p.upcoming()
	})
	t.Run("leaves out the rest of a group that was decided", func(t *testing.T) {
		t.Parallel()
		p := begin(t, nested(), "offer x #1 left 1", "offer y #1 left 1", "offer b #1 left 1")
		p.step(passed("x", 1), "offer more #1 left 1")
		p.upcoming()
	})
}

// requireConsistentUpcoming checks that each entered node was upcoming, and that no node becomes upcoming again.
func requireConsistentUpcoming(t *testing.T, g graph.Graph, before, after graph.State) {
	t.Helper()
	could, can := before.Upcoming(g), after.Upcoming(g)
	require.Subset(t, could, can)
	for _, token := range after.Tokens {
		require.NotContains(t, can, token.Node)
		if !slices.ContainsFunc(before.Tokens, func(t graph.Token) bool { return t.Node == token.Node }) {
			require.Contains(t, could, token.Node)
		}
	}
	for _, count := range after.Attempts {
		require.NotContains(t, can, count.Node)
	}
}
