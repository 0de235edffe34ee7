package graph_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

func TestFloorIsTheWeakestWayToVerified(t *testing.T) {
	t.Parallel()
	methods := func(composition string, layers []rules.Method, primary ...rules.Method) graph.Definition {
		return graph.Definition{
			UseCase: rules.UseCaseAlcoholDelivery, Composition: composition, Methods: primary, Supplementary: layers,
		}
	}
	face, liveness := rules.MethodFacialAge, []rules.Method{rules.MethodSelfieLiveness}
	for name, c := range map[string]struct {
		definition graph.Definition
		want       int
	}{
		"any of two":          {methods(graph.AnyOf, nil, rules.MethodMDL, face), face.Rank()},
		"all of two":          {methods(graph.AllOf, nil, rules.MethodMDL, face), rules.MethodMDL.Rank()},
		"liveness is no age":  {methods(graph.AnyOf, liveness, face), face.Rank()},
		"a selfie alone":      {methods(graph.AnyOf, nil, rules.MethodSelfieMatch), rules.MethodSelfieMatch.Rank()},
		"a declaration":       {methods(graph.AnyOf, nil, rules.MethodSelfAttestation), 1},
		"a signal on the top": {methods(graph.AnyOf, []rules.Method{rules.MethodCarrierLookup}, face), 3},
	} {
		g, faults := graph.Compile(c.definition)
		require.Empty(t, faults, name)
		rank, reachable := graph.Floor(g)
		require.True(t, reachable, name)
		require.Equal(t, c.want, rank, name)
	}
}

func TestFloorLeadsThroughNoReview(t *testing.T) {
	t.Parallel()
	of := func(m rules.Method, n graph.Node) graph.Node {
		n.Method = m
		return n
	}
	reviewed := withEnds(of(rules.MethodMDL, method("doc", "", 1, "human", "no")), review("human", "", "yes", "no"))
	_, reachable := graph.Floor(reviewed)
	require.False(t, reachable, "no proof stands in for a reviewer")

	rescued := withEnds(of(rules.MethodMDL, method("doc", "", 1, "yes", "human")), review("human", "", "yes", "no"))
	rank, reachable := graph.Floor(rescued)
	require.True(t, reachable)
	require.Equal(t, rules.MethodMDL.Rank(), rank)

	fallback := withEnds(
		of(rules.MethodFacialAge, method("face", "", 1, "risky", "doc")), branch("risky", "", "yes", "doc"),
		of(rules.MethodDocumentCapture, method("doc", "", 1, "yes", "no")),
	)
	rank, _ = graph.Floor(fallback)
	require.Equal(t, rules.MethodFacialAge.Rank(), rank)
}

// A method that passed in a member that failed may be another person's.
func TestMethodsOfThePathAreThoseThatCount(t *testing.T) {
	t.Parallel()
	g := withEnds(
		group(graph.KindAnyOf, "pick", "", "yes", "no", "doc", "declare"),
		method("doc", "pick", 1, "selfie", graph.FailMember), method("selfie", "pick", 1, graph.PassMember, graph.FailMember),
		method("declare", "pick", 1, graph.PassMember, graph.FailMember),
	)
	for id, m := range map[string]rules.Method{
		"doc": rules.MethodDocumentCapture, "selfie": rules.MethodSelfieMatch, "declare": rules.MethodSelfAttestation,
	} {
		for i := range g.Nodes {
			if g.Nodes[i].ID == id {
				g.Nodes[i].Method = m
			}
		}
	}
	play := func(inputs ...graph.Input) graph.State {
		var state graph.State
		for _, in := range append([]graph.Input{graph.Begin{}}, inputs...) {
			next, _, err := graph.Next(g, state, in)
			require.NoError(t, err)
			state = next
		}
		require.Equal(t, graph.OutcomeVerified, state.Outcome)
		return state
	}
	require.Equal(t, []rules.Method{rules.MethodDocumentCapture, rules.MethodSelfieMatch},
		play(passed("doc", 1), passed("selfie", 1)).Methods)
	require.Equal(t, []rules.Method{rules.MethodSelfAttestation},
		play(passed("doc", 1), failed("selfie", 1), passed("declare", 1)).Methods)
}
