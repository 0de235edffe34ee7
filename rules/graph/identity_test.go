package graph_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// identity makes a graph for an identity session. methods are by node; the
// default is facial_age.
func identity(methods map[string]rules.Method, nodes ...graph.Node) graph.Graph {
	g := withEnds(nodes...)
	g.Identity = true
	for i, n := range g.Nodes {
		if n.Kind == graph.KindMethod {
			g.Nodes[i].Method = rules.MethodFacialAge
		}
		if m, given := methods[n.ID]; given {
			g.Nodes[i].Method = m
		}
	}
	return g
}

var document = map[string]rules.Method{"doc": rules.MethodDocumentCapture}

func TestIdentityIsVerifiedOnlyOnAPathThatProvedIt(t *testing.T) {
	t.Parallel()
	const unproven = "finish failed: identity_unproven"
	approve := func(node string) graph.Input { return graph.ReviewDecided{Node: node, Decision: graph.Approve} }
	cases := []struct {
		why   string
		graph graph.Graph
		feed  []graph.Input
		want  string
	}{
		{
			"a document",
			identity(document, method("doc", "", 1, "yes", "no")),
			[]graph.Input{passed("doc", 1)},
			"finish verified",
		},
		{"a face", identity(document, method("face", "", 1, "yes", "no")), []graph.Input{passed("face", 1)}, unproven},
		{
			"a selfie, which is as strong and proves no identity",
			identity(map[string]rules.Method{"face": rules.MethodSelfieMatch}, method("face", "", 1, "yes", "no")),
			[]graph.Input{passed("face", 1)}, unproven,
		},
		{
			"a document, then a face that failed",
			identity(document, method("doc", "", 1, "face", "no"), method("face", "", 1, "no", "yes")),
			[]graph.Input{passed("doc", 1), failed("face", 1)}, "finish verified",
		},
		{
			"a document that failed",
			identity(document, method("doc", "", 1, "yes", "face"), method("face", "", 1, "yes", "no")),
			[]graph.Input{failed("doc", 1), passed("face", 1)}, unproven,
		},
		{
			"the weaker of any_of",
			identity(document, group(graph.KindAnyOf, "any", "", "yes", "no", "doc", "face"),
				method("doc", "any", 1, "$pass", "$fail"), method("face", "any", 1, "$pass", "$fail")),
			[]graph.Input{passed("face", 1)}, unproven,
		},
		{
			"a document of a member that failed by its face, beside one that passed",
			identity(document, group(graph.KindAnyOf, "any", "", "yes", "no", "doc", "age"),
				method("doc", "any", 1, "face", "$fail"), method("face", "any", 1, "$pass", "$fail"),
				method("age", "any", 1, "$pass", "$fail")),
			[]graph.Input{passed("doc", 1), failed("face", 1), passed("age", 1)}, unproven,
		},
		{
			"all_of with a document",
			identity(document, group(graph.KindAllOf, "all", "", "yes", "no", "face", "doc"),
				method("face", "all", 1, "$pass", "$fail"), method("doc", "all", 1, "$pass", "$fail")),
			[]graph.Input{passed("doc", 1), passed("face", 1)}, "finish verified",
		},
		{
			"a document before a group",
			identity(document, method("doc", "", 1, "any", "no"), group(graph.KindAnyOf, "any", "", "yes", "yes", "face"),
				method("face", "any", 1, "$pass", "$fail")),
			[]graph.Input{passed("doc", 1), failed("face", 1)}, "finish verified",
		},
		{
			"a review after a document",
			identity(document, method("doc", "", 1, "human", "no"), review("human", "", "", "")),
			[]graph.Input{passed("doc", 1), approve("human")}, "finish verified",
		},
		{
			"a review without targets",
			identity(document, method("doc", "", 1, "yes", "human"), review("human", "", "", "")),
			[]graph.Input{failed("doc", 1), approve("human")}, unproven,
		},
		{
			"a review that leads on",
			identity(document, method("doc", "", 1, "yes", "human"), review("human", "", "yes", "no")),
			[]graph.Input{failed("doc", 1), approve("human")}, unproven,
		},
		{
			"branches alone", identity(nil, branch("b", "", "yes", "no")),
			[]graph.Input{graph.BranchTaken{Node: "b", Case: graph.DefaultCase}}, unproven,
		},
	}
	for _, c := range cases {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			age := c.graph
			age.Identity = false
			require.Equal(t, "finish verified", playedTo(t, age, c.feed), "an age needs no document")
			require.Equal(t, c.want, playedTo(t, c.graph, c.feed))
		})
	}
}

// playedTo feeds inputs and describes the last effect.
func playedTo(t *testing.T, g graph.Graph, feed []graph.Input) string {
	t.Helper()
	state, _, err := advance(t, g, graph.State{}, graph.Begin{})
	require.NoError(t, err)
	var effects []graph.Effect
	for _, in := range feed {
		state, effects, err = advance(t, g, state, in)
		require.NoError(t, err)
		state = stored(t, state)
	}
	require.NotEmpty(t, effects)
	return describe(effects)[len(effects)-1]
}

func TestForIdentityDropsWeakerMembersOfAnyOf(t *testing.T) {
	t.Parallel()
	member := func(id, group string) graph.Node { return method(id, group, 1, "$pass", "$fail") }
	cases := []struct {
		why     string
		graph   graph.Graph
		dropped []rules.Method
		left    []string // nodes, without the ends
	}{
		{
			"the weaker alternative",
			identity(
				document,
				group(graph.KindAnyOf, "any", "", "yes", "no", "face", "doc"),
				member("face", "any"),
				member("doc", "any"),
			),
			[]rules.Method{rules.MethodFacialAge},
			[]string{"any", "doc"},
		},
		{
			"not where a document comes later",
			identity(
				document,
				group(graph.KindAnyOf, "any", "", "doc", "no", "face", "nfc"),
				member("face", "any"),
				member("nfc", "any"),
				method("doc", "", 1, "yes", "no"),
			),
			nil,
			[]string{"any", "face", "nfc", "doc"},
		},
		{
			"not where a document came before",
			identity(document, method("doc", "", 1, "any", "no"), group(graph.KindAnyOf, "any", "", "yes", "no", "face", "nfc"),
				member("face", "any"), member("nfc", "any")),
			nil, []string{"doc", "any", "face", "nfc"},
		},
		{
			"not where it leads to the failed end",
			identity(document, method("doc", "", 1, "yes", "any"), group(graph.KindAnyOf, "any", "", "no", "no", "face", "nfc"),
				member("face", "any"), member("nfc", "any")),
			nil, []string{"doc", "any", "face", "nfc"},
		},
		{
			"within all_of, where no other member proves it",
			identity(document, group(graph.KindAllOf, "all", "", "yes", "no", "any", "age"),
				group(graph.KindAnyOf, "any", "all", "$pass", "$fail", "face", "doc"), member("face", "any"), member("doc", "any"),
				member("age", "all")),
			nil, []string{"all", "any", "doc", "age"},
		},
		{
			"not within all_of, where another member proves it",
			identity(map[string]rules.Method{"doc": rules.MethodMDL, "nfc": rules.MethodNFCPassport},
				group(graph.KindAllOf, "all", "", "yes", "no", "any", "nfc"),
				group(graph.KindAnyOf, "any", "all", "$pass", "$fail", "face", "doc"), member("face", "any"), member("doc", "any"),
				member("nfc", "all")),
			nil, []string{"all", "any", "face", "doc", "nfc"},
		},
		{
			"the weaker half of a member, and not the member",
			identity(
				map[string]rules.Method{"doc": rules.MethodMDL, "nfc": rules.MethodNFCPassport},
				group(graph.KindAnyOf, "outer", "", "yes", "no", "inner", "nfc"),
				group(graph.KindAnyOf, "inner", "outer", "$pass", "$fail", "face", "doc"),
				member("face", "inner"),
				member("doc", "inner"),
				member("nfc", "outer"),
			),
			[]rules.Method{rules.MethodFacialAge},
			[]string{"outer", "inner", "doc", "nfc"},
		},
		{
			"nothing of a group without a better one, where another way proves it",
			identity(
				document,
				branch("b", "", "any", "doc"),
				group(graph.KindAnyOf, "any", "", "yes", "no", "face"),
				member("face", "any"),
				method("doc", "", 1, "yes", "no"),
			),
			nil,
			[]string{"b", "any", "face", "doc"},
		},
	}
	for _, c := range cases {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			before := asJSON(t, c.graph)
			g, dropped, err := graph.ForIdentity(c.graph)
			require.NoError(t, err)
			require.Equal(t, before, asJSON(t, c.graph), "the given graph was changed")
			require.True(t, g.Identity)
			require.ElementsMatch(t, c.dropped, dropped)
			var left []string
			for _, n := range g.Nodes[:len(g.Nodes)-2] {
				left = append(left, n.ID)
			}
			require.Equal(t, c.left, left)
		})
	}
}

func TestForIdentityRefusesAGraphThatNeverProvesOne(t *testing.T) {
	t.Parallel()
	for why, g := range map[string]graph.Graph{
		"weak methods alone": identity(nil, method("face", "", 1, "yes", "no")),
		"a document that leads to the failed end": identity(document,
			method("face", "", 1, "yes", "doc"), method("doc", "", 1, "no", "no")),
		"a selfie": identity(map[string]rules.Method{"face": rules.MethodSelfieMatch}, method("face", "", 1, "yes", "no")),
		"a document of a member that cannot pass": identity(document,
			group(graph.KindAnyOf, "any", "", "yes", "no", "doc", "face"),
			method("doc", "any", 1, "$fail", "$fail"), method("face", "any", 1, "$pass", "$fail")),
	} {
		_, _, err := graph.ForIdentity(g)
		require.ErrorIs(t, err, graph.ErrUnprovable, why)
	}
}

func TestStrongestPrefersMethodsThatProveIdentity(t *testing.T) {
	t.Parallel()
	_, found := graph.Strongest(withEnds(branch("b", "", "yes", "no")))
	require.False(t, found)
	g := identity(map[string]rules.Method{"selfie": rules.MethodSelfieMatch, "doc": rules.MethodDocumentCapture},
		method("face", "", 1, "selfie", "no"), method("selfie", "", 1, "doc", "no"), method("doc", "", 1, "yes", "no"))
	n, found := graph.Strongest(g)
	require.True(t, found)
	require.Equal(t, "doc", n.ID)
}
