package graph_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// nested requires inner (any of x, or y then z) and b to pass.
func nested() graph.Graph {
	return withEnds(
		group(graph.KindAllOf, "outer", "", "yes", "no", "inner", "b"),
		group(graph.KindAnyOf, "inner", "outer", "more", "$fail", "x", "y"),
		method("x", "inner", 1, "$pass", "$fail"),
		method("y", "inner", 1, "z", "$fail"),
		method("z", "inner", 1, "$pass", "$fail"),
		method("more", "outer", 1, "$pass", "$fail"),
		method("b", "outer", 1, "$pass", "$fail"),
	)
}

func TestNestedGroups(t *testing.T) {
	t.Parallel()
	first := []string{"offer x #1 left 1", "offer y #1 left 1", "offer b #1 left 1"}
	t.Run("through a member's second step", func(t *testing.T) {
		t.Parallel()
		p := begin(t, nested(), first...)
		p.step(passed("y", 1), "offer z #1 left 1")
		p.offered("x 0/1 #1", "z 0/1 #1", "b 0/1 #1")
		p.step(passed("z", 1), "offer more #1 left 1")
		p.ignored(passed("x", 1))
		p.step(passed("b", 1))
		p.step(passed("more", 1), "finish verified")
	})
	t.Run("the inner group fails the outer", func(t *testing.T) {
		t.Parallel()
		p := begin(t, nested(), first...)
		p.step(failed("x", 1))
		p.step(passed("y", 1), "offer z #1 left 1")
		p.step(failed("z", 1, rules.ReasonUnreadable), "finish failed: unreadable")
	})
	t.Run("the outer group drops the inner", func(t *testing.T) {
		t.Parallel()
		p := begin(t, nested(), first...)
		p.step(passed("y", 1), "offer z #1 left 1")
		p.step(failed("b", 1), "finish failed: attempts_exhausted")
		require.Empty(t, p.state.Groups)
		p.ignored(passed("x", 1), passed("z", 1))
	})
}

func TestGroupInTheMiddleDropsAllWithin(t *testing.T) {
	t.Parallel()
	p := begin(t, withEnds(
		group(graph.KindAnyOf, "outer", "", "after", "no", "inner", "b"),
		group(graph.KindAllOf, "inner", "outer", "$pass", "$fail", "x", "y"),
		method("x", "inner", 1, "$pass", "$fail"),
		branch("y", "inner", "$fail", "$pass"),
		method("b", "outer", 1, "$pass", "$fail"),
		method("after", "", 1, "yes", "no"),
	), "offer x #1 left 1", "branch y of 1", "offer b #1 left 1")
	p.step(passed("b", 1), "offer after #1 left 1")
	require.Empty(t, p.state.Groups)
	p.ignored(passed("x", 1), graph.BranchTaken{Node: "y"})
	p.offered("after 0/1 #1")
}
