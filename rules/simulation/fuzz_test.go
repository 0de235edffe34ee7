package simulation_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/rules/simulation"
)

// FuzzRun plays random valid definitions with results in random order. Each must
// compile, must not panic, must reach exactly one end after it has been fed
// until it is done, and must replay to the same trace. The executor, given the
// steps of the trace, must reach the same end.
func FuzzRun(f *testing.F) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 400 {
		data := make([]byte, 40+random.IntN(300))
		for i := range data {
			data[i] = byte(random.IntN(256))
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c := &chooser{data: data}
		d := randomDefinition(c)
		g := requireCompiles(t, d)
		s := feedUntilDone(t, c, g)
		requireReplays(t, g, s)
		requireAnyOrderRuns(t, c, g, s)
		requireProvesIdentity(t, c, d, g)
		requireSpecialises(t, c, d)
	})
}

// requireCompiles also sends the definition through JSON, as a merchant does.
func requireCompiles(t *testing.T, d graph.Definition) graph.Graph {
	t.Helper()
	g, faults := graph.Compile(d)
	require.Empty(t, faults)
	text, err := json.Marshal(d)
	require.NoError(t, err)
	var back graph.Definition
	require.NoError(t, json.Unmarshal(text, &back))
	again, faults := graph.Compile(back)
	require.Empty(t, faults)
	require.Equal(t, g, again)
	return g
}

// feedUntilDone answers one waiting node at a time, and checks that a further
// result never changes the earlier steps. Reviews come last, so beside a review
// it can.
func feedUntilDone(t *testing.T, c *chooser, g graph.Graph) simulation.Script {
	t.Helper()
	a := &author{chooser: c}
	s := simulation.Script{Variables: a.facts()}
	var before simulation.Trace
	for turns := 0; ; turns++ {
		require.Less(t, turns, 20*len(g.Nodes)+20, "goes on for ever")
		trace, err := simulation.Run(g, s)
		require.NoError(t, err)
		if len(s.Reviews) == 0 {
			require.Empty(t, trace.UnusedResults)
			require.GreaterOrEqual(t, len(trace.Steps), len(before.Steps))
			require.Equal(t, append([]simulation.Step{}, before.Steps...), trace.Steps[:len(before.Steps)])
		}
		if trace.Outcome != simulation.OutcomeWaiting {
			requireOneEnd(t, g, trace)
			return s
		}
		require.NotEmpty(t, trace.Waiting)
		a.answer(&s, trace.Waiting, turns < 20)
		before = trace
	}
}

func requireOneEnd(t *testing.T, g graph.Graph, trace simulation.Trace) {
	t.Helper()
	require.Contains(t, []graph.Outcome{graph.OutcomeVerified, graph.OutcomeFailed}, trace.Outcome)
	require.Equal(t, trace.Outcome == graph.OutcomeFailed, trace.FailureReason != "")
	require.Empty(t, trace.Waiting)
	isEnd := func(s simulation.Step) bool { return s.Kind == graph.KindVerified || s.Kind == graph.KindFailed }
	last := trace.Steps[len(trace.Steps)-1]
	require.False(t, slices.ContainsFunc(trace.Steps[:len(trace.Steps)-1], isEnd), "an end within the way")
	if !isEnd(last) {
		n, _ := g.Node(last.Node)
		require.Equal(t, graph.KindReview, last.Kind)
		require.Empty(t, n.Scope, "a review within a group decides no session")
		return
	}
	verified := trace.Outcome == graph.OutcomeVerified || trace.FailureReason == rules.ReasonIdentityUnproven
	require.Equal(t, last.Kind == graph.KindVerified, verified)
}

func requireReplays(t *testing.T, g graph.Graph, s simulation.Script) {
	t.Helper()
	trace, err := simulation.Run(g, s)
	require.NoError(t, err)
	var stored struct {
		Graph  graph.Graph
		Script simulation.Script
	}
	stored.Graph, stored.Script = g, s
	text, err := json.Marshal(stored)
	require.NoError(t, err)
	stored.Graph, stored.Script = graph.Graph{}, simulation.Script{}
	require.NoError(t, json.Unmarshal(text, &stored))
	again, err := simulation.Run(stored.Graph, stored.Script)
	require.NoError(t, err)
	require.Equal(t, trace, again)
	require.Zero(t, simulation.Compare(trace, again))
	requireStepsReplay(t, stored.Graph, trace)
}

// requireStepsReplay feeds the steps of a trace to the executor, without
// evaluating the conditions again. The state goes through JSON between steps, as
// a session's does.
func requireStepsReplay(t *testing.T, g graph.Graph, trace simulation.Trace) {
	t.Helper()
	state := graph.State{}
	finishes := 0
	for _, in := range append([]graph.Input{graph.Begin{}}, inputs(trace)...) {
		next, effects, err := graph.Next(g, state, in)
		require.NoError(t, err)
		for _, effect := range effects {
			if _, finish := effect.(graph.Finish); finish {
				finishes++
			}
		}
		text, err := json.Marshal(next)
		require.NoError(t, err)
		state = graph.State{}
		require.NoError(t, json.Unmarshal(text, &state))
		require.Equal(t, next, state)
	}
	require.Equal(t, 1, finishes)
	require.Equal(t, trace.Outcome, state.Outcome)
	require.Equal(t, trace.FailureReason, state.FailureReason)
}

// inputs converts the steps of a trace to inputs of the executor.
func inputs(trace simulation.Trace) []graph.Input {
	var all []graph.Input
	for _, s := range trace.Steps {
		switch s.Kind {
		case graph.KindMethod:
			all = append(all, graph.MethodResult{
				Node: s.Node, Attempt: s.Attempt, Outcome: s.Outcome, ReasonCodes: s.ReasonCodes,
			})
		case graph.KindBranch:
			all = append(all, graph.BranchTaken{Node: s.Node, Case: *s.Case})
		case graph.KindReview:
			all = append(all, graph.ReviewDecided{Node: s.Node, Decision: s.Decision})
		default: // an end is an effect of an earlier step
		}
	}
	return all
}

// requireAnyOrderRuns shuffles the script: it may reach another end, or wait.
func requireAnyOrderRuns(t *testing.T, c *chooser, g graph.Graph, s simulation.Script) {
	t.Helper()
	results := slices.Clone(s.Results)
	for i := range results {
		j := c.pick(len(results))
		results[i], results[j] = results[j], results[i]
		if c.pick(3) == 0 {
			results[i].Node = "" // by method
		}
	}
	s.Results = results
	trace, err := simulation.Run(g, s)
	require.NoError(t, err)
	require.Equal(t, trace.Outcome == simulation.OutcomeWaiting, len(trace.Waiting) > 0)
	if trace.Outcome != simulation.OutcomeWaiting {
		requireOneEnd(t, g, trace)
	}
}

// requireProvesIdentity plays the graph as an identity session. It must end
// verified only if a method that proves identity passed, and may fail as
// unproven only if Warnings announced it.
func requireProvesIdentity(t *testing.T, c *chooser, d graph.Definition, g graph.Graph) {
	t.Helper()
	strong, _, err := graph.ForIdentity(g)
	unprovable := errors.Is(err, graph.ErrUnprovable)
	if unprovable {
		strong = g
		strong.Identity = true
	}
	trace, err := simulation.Run(strong, feedUntilDone(t, c, strong))
	require.NoError(t, err)
	if trace.Outcome == graph.OutcomeVerified {
		require.False(t, unprovable)
		require.True(t, slices.ContainsFunc(trace.Steps, func(s simulation.Step) bool {
			return s.Outcome == graph.OutcomePassed && s.Method.ProvesIdentity()
		}), "verified without proof")
	}
	if trace.FailureReason == rules.ReasonIdentityUnproven && !unprovable {
		require.True(t, slices.ContainsFunc(graph.Warnings(d), func(w graph.Fault) bool {
			return strings.Contains(w.Message, string(rules.ReasonIdentityUnproven))
		}), "not warned of")
	}
}

// requireSpecialises forbids methods. The specialised graph must run without
// them, or must not exist.
func requireSpecialises(t *testing.T, c *chooser, d graph.Definition) {
	t.Helper()
	forbidden := []rules.Method{one(c, rules.Methods()...), one(c, rules.Methods()...), one(c, rules.Methods()...)}
	g, dropped, err := graph.Specialise(d, "US", func(m rules.Method) bool { return !slices.Contains(forbidden, m) })
	var prohibited *graph.ProhibitedError
	if errors.As(err, &prohibited) {
		require.NotEmpty(t, prohibited.Methods)
		for _, m := range prohibited.Methods {
			require.Contains(t, dropped, m)
		}
		return
	}
	require.NoError(t, err)
	for _, m := range graph.OfferedMethods(g) {
		require.NotContains(t, forbidden, m)
	}
	feedUntilDone(t, c, g)
}
