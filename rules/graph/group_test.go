package graph_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

func pair(kind graph.Kind) graph.Graph {
	return withEnds(
		group(kind, "g", "", "yes", "no", "a", "b"),
		method("a", "g", 2, "$pass", "$fail"),
		method("b", "g", 1, "$pass", "$fail"),
	)
}

func TestAnyOf(t *testing.T) {
	t.Parallel()
	start := func(t *testing.T) *play {
		t.Helper()
		p := begin(t, pair(graph.KindAnyOf), "offer a #1 left 2", "offer b #1 left 1")
		p.offered("a 0/2 #1", "b 0/1 #1")
		return p
	}
	t.Run("first to pass wins", func(t *testing.T) {
		t.Parallel()
		p := start(t)
		p.step(passed("b", 1), "finish verified")
		p.ignored(passed("a", 1), failed("a", 1))
	})
	t.Run("an exhausted member leaves the others", func(t *testing.T) {
		t.Parallel()
		p := start(t)
		p.step(failed("b", 1, rules.ReasonUnreadable))
		p.offered("a 0/2 #1")
		require.Equal(t, []graph.GroupState{{Node: "g", Failed: []string{"b"}}}, p.state.Groups)
		p.ignored(passed("b", 2), passed("b", 1))
		p.step(failed("a", 1), "offer a #2 left 1")
		p.step(passed("a", 2), "finish verified")
	})
	t.Run("all exhausted", func(t *testing.T) {
		t.Parallel()
		p := start(t)
		p.step(failed("a", 1), "offer a #2 left 1")
		p.step(failed("b", 1, rules.ReasonUnreadable))
		p.step(failed("a", 2, rules.ReasonUnderAge), "finish failed: under_age")
		require.Equal(t, "a", p.state.Previous.Node)
	})
}

func TestAllOf(t *testing.T) {
	t.Parallel()
	start := func(t *testing.T) *play {
		t.Helper()
		return begin(t, pair(graph.KindAllOf), "offer a #1 left 2", "offer b #1 left 1")
	}
	t.Run("all pass, in any order", func(t *testing.T) {
		t.Parallel()
		p := start(t)
		p.step(passed("b", 1))
		p.offered("a 0/2 #1")
		p.ignored(passed("b", 1), failed("b", 2))
		p.step(passed("a", 1), "finish verified")
	})
	t.Run("one fails", func(t *testing.T) {
		t.Parallel()
		p := start(t)
		p.step(passed("a", 1))
		p.step(failed("b", 1, rules.ReasonFaceMismatch), "finish failed: face_mismatch")
	})
	t.Run("one fails while another is open", func(t *testing.T) {
		t.Parallel()
		p := start(t)
		p.step(failed("a", 1), "offer a #2 left 1")
		p.step(failed("b", 1), "finish failed: attempts_exhausted")
		p.ignored(passed("a", 2))
	})
}

func TestCompiledWorkflowWithLayers(t *testing.T) {
	t.Parallel()
	g, faults := graph.Compile(
		definition(t, `{"methods": ["mdl", "mid"], "supplementary": ["selfie_liveness", "selfie_match"],
		"preferences": {"max_attempts": 1}}`),
	)
	require.Empty(t, faults)
	start := func(t *testing.T) *play {
		t.Helper()
		p := begin(t, g, "offer primary.mdl #1 left 1", "offer primary.mid #1 left 1")
		p.step(failed("primary.mdl", 1))
		p.step(passed("primary.mid", 1),
			"offer supplementary.selfie_liveness #1 left 1", "offer supplementary.selfie_match #1 left 1")
		return p
	}
	t.Run("layers pass", func(t *testing.T) {
		t.Parallel()
		p := start(t)
		p.step(passed("supplementary.selfie_match", 1))
		p.step(passed("supplementary.selfie_liveness", 1), "finish verified")
	})
	t.Run("a layer fails", func(t *testing.T) {
		t.Parallel()
		p := start(t)
		p.step(failed("supplementary.selfie_match", 1, rules.ReasonFaceMismatch), "finish failed: face_mismatch")
		p.ignored(passed("supplementary.selfie_liveness", 1))
	})
}

// TestStatesShareNoMemory: a simulator may try several continuations of one
// state, and none may write into another.
func TestStatesShareNoMemory(t *testing.T) {
	t.Parallel()
	for _, outcome := range []graph.Outcome{graph.OutcomePassed, graph.OutcomeFailed} {
		kinds := map[graph.Outcome]graph.Kind{graph.OutcomePassed: graph.KindAllOf, graph.OutcomeFailed: graph.KindAnyOf}
		kind := kinds[outcome]
		ids := []string{"a", "b", "c", "d", "e", "f"}
		nodes := []graph.Node{group(kind, "g", "", "yes", "no", ids...)}
		for _, id := range ids {
			nodes = append(nodes, method(id, "g", 1, "$pass", "$fail"))
		}
		g := withEnds(nodes...)
		state, _, err := graph.Next(g, graph.State{}, graph.Begin{})
		require.NoError(t, err)
		for _, id := range ids[:5] {
			one, _, err := graph.Next(g, state, result(outcome, id, 1))
			require.NoError(t, err)
			before := asJSON(t, one)
			_, _, err = graph.Next(g, state, result(outcome, "f", 1))
			require.NoError(t, err)
			require.Equal(t, before, asJSON(t, one))
			state = one
		}
	}
}
