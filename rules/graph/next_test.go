package graph_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

func TestZeroStateHasNotBegun(t *testing.T) {
	t.Parallel()
	p := &play{t: t, graph: withEnds(method("doc", "", 3, "yes", "no"))}
	require.False(t, p.state.Done())
	require.Equal(t, []graph.Offer{}, p.state.Offers(p.graph))
	p.ignored(passed("doc", 1), graph.BranchTaken{Node: "doc"}, graph.ReviewDecided{Node: "doc", Decision: graph.Approve})
}

func TestSingleMethod(t *testing.T) {
	t.Parallel()
	const unreadable, underAge = rules.ReasonUnreadable, rules.ReasonUnderAge
	type step struct {
		in   graph.Input
		want string
	}
	cases := []struct {
		why     string
		steps   []step
		outcome graph.Outcome
		reason  rules.ReasonCode
	}{
		{"passes", []step{{passed("doc", 1), "finish verified"}}, graph.OutcomeVerified, ""},
		{"passes on its last attempt", []step{
			{failed("doc", 1), "offer doc #2 left 1"},
			{passed("doc", 2), "finish verified"},
		}, graph.OutcomeVerified, ""},
		{"is exhausted; the last reason counts", []step{
			{failed("doc", 1, unreadable), "offer doc #2 left 1"},
			{failed("doc", 2, underAge, unreadable), "finish failed: under_age"},
		}, graph.OutcomeFailed, underAge},
		{"is exhausted without reasons", []step{
			{failed("doc", 1, unreadable), "offer doc #2 left 1"},
			{failed("doc", 2), "finish failed: attempts_exhausted"},
		}, graph.OutcomeFailed, rules.ReasonAttemptsExhausted},
		{"more input and faults use up no attempt, but numbers", []step{
			{result(graph.OutcomeRequiresInput, "doc", 1), "offer doc #2 left 2"},
			{result(graph.OutcomeError, "doc", 2), "offer doc #3 left 2"},
			{failed("doc", 3), "offer doc #4 left 1"},
			{result(graph.OutcomeError, "doc", 4), "offer doc #5 left 1"},
			{failed("doc", 5, underAge), "finish failed: under_age"},
		}, graph.OutcomeFailed, underAge},
	}
	for _, c := range cases {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			p := begin(t, withEnds(method("doc", "", 2, "yes", "no")), "offer doc #1 left 2")
			for _, s := range c.steps {
				p.step(s.in, s.want)
			}
			require.Equal(t, c.outcome, p.state.Outcome)
			require.Equal(t, c.reason, p.state.FailureReason)
			require.True(t, p.state.Done())
			p.offered()
		})
	}
}

func TestAttemptsDefaultToThree(t *testing.T) {
	t.Parallel()
	p := begin(t, withEnds(method("doc", "", 0, "yes", "no")), "offer doc #1 left 3")
	p.offered("doc 0/3 #1")
	p.step(failed("doc", 1), "offer doc #2 left 2")
	p.offered("doc 1/2 #2")
	require.Equal(t, 2, p.state.NextAttempt("doc"))
	require.Equal(t, 2, p.state.AttemptsLeft(p.graph, "doc"))
	require.Equal(t, 1, p.state.NextAttempt("elsewhere"))
	require.Zero(t, p.state.AttemptsLeft(p.graph, "elsewhere"))
	require.Zero(t, p.state.AttemptsLeft(p.graph, "yes"))
}

func TestStateAfterSteps(t *testing.T) {
	t.Parallel()
	p := begin(t, withEnds(method("doc", "", 2, "mdl", "no"), method("mdl", "", 1, "yes", "no")), "offer doc #1 left 2")
	require.Equal(t, graph.State{Tokens: []graph.Token{{Node: "doc"}}, Entered: 1}, p.state)
	codes := []rules.ReasonCode{rules.ReasonUnreadable}
	p.step(failed("doc", 1, codes...), "offer doc #2 left 1")
	codes[0] = "changed by the caller"
	require.Equal(t, []graph.AttemptCount{{
		Node: "doc", Judged: 1, Failed: 1, LastReasonCodes: []rules.ReasonCode{rules.ReasonUnreadable},
	}}, p.state.Attempts)
	require.Nil(t, p.state.Previous, "a step that has not ended is no previous step")
	p.step(passed("doc", 2), "offer mdl #1 left 1")
	doc := &graph.StepResult{Node: "doc", Method: rules.MethodMDL, Outcome: graph.OutcomePassed, Attempts: 2}
	require.Equal(t, graph.State{
		Tokens:   []graph.Token{{Node: "mdl", Previous: doc, Methods: []rules.Method{rules.MethodMDL}}},
		Attempts: []graph.AttemptCount{{Node: "doc", Judged: 2, Failed: 1}},
		Previous: doc,
		Entered:  2,
	}, p.state)
}

func TestLateAndRepeatedInputsAreIgnored(t *testing.T) {
	t.Parallel()
	p := begin(t, withEnds(method("doc", "", 3, "mdl", "no"), method("mdl", "", 3, "yes", "no")), "offer doc #1 left 3")
	p.ignored(
		graph.Begin{}, passed("doc", 0), passed("doc", 2), passed("mdl", 1), passed("nowhere", 1), passed("yes", 1),
		result("nonsense", "mdl", 1),
		graph.BranchTaken{Node: "doc"}, graph.ReviewDecided{Node: "doc", Decision: graph.Approve},
	)
	p.step(failed("doc", 1), "offer doc #2 left 2")
	p.ignored(failed("doc", 1), passed("doc", 1), failed("doc", 3))
	p.step(passed("doc", 2), "offer mdl #1 left 3")
	p.ignored(passed("doc", 2), passed("doc", 3))
	p.step(passed("mdl", 1), "finish verified")
	p.ignored(graph.Begin{}, passed("mdl", 1), passed("mdl", 2), failed("doc", 3))
}

func TestInvalidInputs(t *testing.T) {
	t.Parallel()
	start := func(nodes ...graph.Node) *play {
		p := &play{t: t, graph: withEnds(nodes...)}
		var err error
		p.state, _, err = graph.Next(p.graph, p.state, graph.Begin{})
		require.NoError(t, err)
		return p
	}
	doc := start(method("x", "", 3, "yes", "no"))
	fork := start(branch("x", "", "no", "yes"))
	human := start(review("x", "", "", ""))
	cases := []struct {
		why string
		at  *play
		in  graph.Input
	}{
		{"none", doc, nil},
		{"empty outcome", doc, result("", "x", 1)},
		{"a session's outcome", doc, result(graph.OutcomeVerified, "x", 1)},
		{"no such case", fork, graph.BranchTaken{Node: "x", Case: 1}},
		{"below the default", fork, graph.BranchTaken{Node: "x", Case: -2}},
		{"no decision", human, graph.ReviewDecided{Node: "x"}},
		{"unknown decision", human, graph.ReviewDecided{Node: "x", Decision: "maybe"}},
	}
	for _, c := range cases {
		_, _, err := advance(t, c.at.graph, c.at.state, c.in)
		require.ErrorIs(t, err, graph.ErrInvalidInput, c.why)
	}
}
