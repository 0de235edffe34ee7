package graph_test

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// FuzzNext plays random sound graphs, for an age and for an identity, with
// results in random order, noise and repeats among them. Each session must reach
// exactly one end, the end that follows from the fates of its nodes; an identity
// session is verified only if a method that proves identity has passed. A replay
// of all inputs, and one of the effective inputs alone, must give the same
// state.
func FuzzNext(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		s := &source{data: data}
		g := randomGraph(s)
		fate := randomFates(s, g)
		playToTheEnd(t, &source{data: s.data}, g, fate)
		g.Identity = true
		playToTheEnd(t, s, g, fate)
	})
}

// FuzzCorruptGraph spoils one reference of a sound graph: Next may return an
// error, but must neither panic nor loop for ever.
func FuzzCorruptGraph(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		s := &source{data: data}
		g := randomGraph(s)
		spoil(s, g)
		fate := randomFates(s, g)
		state, _, err := graph.Next(g, graph.State{}, graph.Begin{})
		for steps := 0; err == nil && len(state.Tokens) > 0; steps++ {
			require.Less(t, steps, 4*len(g.Nodes)+1, "goes on for ever")
			token := state.Tokens[s.pick(len(state.Tokens))]
			require.LessOrEqual(t, len(state.Upcoming(g)), len(g.Nodes))
			state, _, err = advance(t, g, state, decisiveInput(g, state, token.Node, fate))
		}
		if err != nil {
			require.ErrorIs(t, err, graph.ErrCorruptGraph)
		}
	})
}

// seed adds random but repeatable inputs, so that `go test` without fuzzing
// covers many graphs too.
func seed(f *testing.F) {
	f.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		data := make([]byte, 40+random.IntN(200))
		for i := range data {
			data[i] = byte(random.IntN(256))
		}
		f.Add(data)
	}
}

func playToTheEnd(t *testing.T, s *source, g graph.Graph, fate fates) {
	t.Helper()
	state, _, err := advance(t, g, graph.State{}, graph.Begin{})
	require.NoError(t, err)
	finishes := 0
	past := []graph.Input{graph.Begin{}}
	counted := []graph.Input{graph.Begin{}}
	for noise := 0; len(state.Tokens) > 0; {
		token := state.Tokens[s.pick(len(state.Tokens))]
		in := decisiveInput(g, state, token.Node, fate)
		if s.pick(3) == 2 && noise < 50 {
			noise++
			in = indecisiveInput(s, g, state, token.Node)
		}
		next, effects, err := advance(t, g, state, in)
		require.NoError(t, err)
		again, sameEffects, _ := graph.Next(g, state, in)
		require.Equal(t, next, again, "not deterministic")
		require.Equal(t, effects, sameEffects, "not deterministic")
		requireOffers(t, g, next)
		requireConsistentUpcoming(t, g, state, next)
		if !reflect.DeepEqual(state, next) {
			counted = append(counted, in)
		}
		state, past = next, append(past, in)
		finishes += countFinishes(effects)
		requireIgnored(t, g, state, past[s.pick(len(past))])
	}
	require.Equal(t, 1, finishes)
	want := map[string]graph.Outcome{"yes": graph.OutcomeVerified, "no": graph.OutcomeFailed}[fate.expectedEnd(g, g.Start)]
	if g.Identity && want == graph.OutcomeVerified && !provedBy(g, counted) {
		require.Equal(t, rules.ReasonIdentityUnproven, state.FailureReason, "verified without proof")
	}
	if state.FailureReason == rules.ReasonIdentityUnproven {
		require.True(t, g.Identity)
		want = graph.OutcomeFailed
	}
	require.Equal(t, want, state.Outcome)
	require.Equal(t, want == graph.OutcomeFailed, state.FailureReason != "")
	requireForecast(t, g, state)
	for _, in := range past {
		requireIgnored(t, g, state, in)
	}
	require.Equal(t, state, replayed(t, g, past))
	require.Equal(t, state, replayed(t, g, counted), "inputs without effect may be dropped")
}

// provedBy reports whether a method that proves identity passed.
func provedBy(g graph.Graph, inputs []graph.Input) bool {
	return slices.ContainsFunc(inputs, func(in graph.Input) bool {
		result, ok := in.(graph.MethodResult)
		n, _ := g.Node(result.Node)
		return ok && result.Outcome == graph.OutcomePassed && n.Method.ProvesIdentity()
	})
}

// requireForecast checks the end against the forecast of [graph.ForIdentity]: if
// the forecast finds no path to a proof, the session must not be proved.
func requireForecast(t *testing.T, g graph.Graph, end graph.State) {
	t.Helper()
	if !g.Identity || end.Outcome != graph.OutcomeVerified {
		return
	}
	_, _, err := graph.ForIdentity(g)
	require.NoError(t, err)
}

// replayed plays the inputs from the beginning. Graph and states go through
// JSON, as they do when a session's rows are read.
func replayed(t *testing.T, g graph.Graph, inputs []graph.Input) graph.State {
	t.Helper()
	g = stored(t, g)
	state := graph.State{}
	for _, in := range inputs {
		next, _, err := graph.Next(g, state, in)
		require.NoError(t, err)
		state = stored(t, next)
	}
	return state
}

func stored[T any](t *testing.T, v T) T {
	t.Helper()
	var back T
	require.NoError(t, json.Unmarshal([]byte(asJSON(t, v)), &back))
	return back
}

// decisiveInput returns the input that brings a waiting node to its fate.
func decisiveInput(g graph.Graph, state graph.State, id string, fate fates) graph.Input {
	n, _ := g.Node(id)
	good := fate[id] == 0
	switch {
	case n.Kind == graph.KindBranch:
		return graph.BranchTaken{Node: id, Case: fate[id] - 1}
	case n.Kind == graph.KindReview && good:
		return graph.ReviewDecided{Node: id, Decision: graph.Approve}
	case n.Kind == graph.KindReview:
		return graph.ReviewDecided{Node: id, Decision: graph.Reject}
	case good:
		return passed(id, state.NextAttempt(id))
	default:
		return failed(id, state.NextAttempt(id), "unreadable")
	}
}

// indecisiveInput returns an input that ends no step.
func indecisiveInput(s *source, g graph.Graph, state graph.State, id string) graph.Input {
	next := state.NextAttempt(id)
	choices := []graph.Input{
		result(graph.OutcomeRequiresInput, id, next),
		result(graph.OutcomeError, id, next, "provider_unavailable"),
		graph.ReviewDecided{Node: id, Decision: graph.Escalate},
		passed(id, next+1),
		passed("nowhere", 1),
	}
	if state.AttemptsLeft(g, id) > 1 {
		choices = append(choices, failed(id, next))
	}
	return choices[s.pick(len(choices))]
}

// requireIgnored repeats an input, which must change nothing. An attempt that is
// still open is left out, because noise may name it in advance.
func requireIgnored(t *testing.T, g graph.Graph, state graph.State, in graph.Input) {
	t.Helper()
	if r, ok := in.(graph.MethodResult); ok && r.Attempt == state.NextAttempt(r.Node) {
		return
	}
	next, effects, err := advance(t, g, state, in)
	require.NoError(t, err)
	require.Empty(t, effects)
	require.Equal(t, state, next)
}

func requireOffers(t *testing.T, g graph.Graph, state graph.State) {
	t.Helper()
	for _, o := range state.Offers(g) {
		require.Positive(t, o.AttemptsLeft)
		require.Equal(t, state.NextAttempt(o.Node), o.Attempt)
	}
}

func countFinishes(effects []graph.Effect) int {
	return len(slices.DeleteFunc(slices.Clone(effects), func(e graph.Effect) bool {
		_, finish := e.(graph.Finish)
		return !finish
	}))
}

// spoil points one field of one node at another node.
func spoil(s *source, g graph.Graph) {
	n := &g.Nodes[s.pick(len(g.Nodes))]
	other := g.Nodes[s.pick(len(g.Nodes))].ID
	switch s.pick(6) {
	case 0:
		n.Pass = other
	case 1:
		n.Fail = other
	case 2:
		n.Scope = other
	case 3:
		n.Members = append(n.Members, other)
	case 4:
		n.Default = other
	default:
		n.ID = other
	}
}
