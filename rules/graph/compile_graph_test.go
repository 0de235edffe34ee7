package graph_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/condition"
	"github.com/stile-id/stile/rules/graph"
)

func stepUpDefinition(t *testing.T) graph.Definition {
	t.Helper()
	text, err := os.ReadFile("testdata/step_up_definition.json")
	require.NoError(t, err)
	var d graph.Definition
	require.NoError(t, json.Unmarshal(text, &d))
	return d
}

// TestCompileStepUp fixes the names and the order of the compiled nodes, on
// which stored sessions depend.
func TestCompileStepUp(t *testing.T) {
	t.Parallel()
	g, faults := graph.Compile(stepUpDefinition(t))
	require.Empty(t, faults)
	member := func(id, group string, m rules.Method, attempts int, o graph.Options) graph.Node {
		return graph.Node{
			ID:          id,
			Kind:        graph.KindMethod,
			Scope:       group,
			Method:      m,
			MaxAttempts: attempts,
			Options:     o,
			Pass:        "$pass",
			Fail:        "$fail",
		}
	}
	passive := graph.Options{LivenessStrategy: "passive"}
	bank := member("pick.1.bank", "pick", "open_banking", 4, graph.Options{})
	bank.Pass = "pick.1.same"
	require.Equal(t, graph.Graph{Version: 1, Start: "pick", Nodes: []graph.Node{
		{
			ID: "pick", Kind: graph.KindAnyOf, Pass: "risky", Fail: "no",
			Members: []string{"pick.facial_age", "pick.mdl", "pick.document_capture", "pick.1.bank"},
		},
		member("pick.facial_age", "pick", "facial_age", 4, passive),
		member("pick.mdl", "pick", "mdl", 4, graph.Options{}),
		member("pick.document_capture", "pick", "document_capture", 1, graph.Options{DocumentTypes: []string{"ID_CARD"}}),
		bank,
		{
			ID: "pick.1.same", Kind: graph.KindBranch, Scope: "pick",
			Cases: []graph.Case{{When: "risk.level == 'low'", Next: "$pass"}}, Default: "pick.1.twice",
		},
		{
			ID: "pick.1.twice", Kind: graph.KindAllOf, Scope: "pick", Pass: "$pass", Fail: "pick.1.check",
			Members: []string{"pick.1.twice.selfie_match"},
		},
		member("pick.1.twice.selfie_match", "pick.1.twice", "selfie_match", 4, passive),
		{ID: "pick.1.check", Kind: graph.KindReview, Scope: "pick"},
		{
			ID: "risky", Kind: graph.KindBranch, Default: "yes",
			Cases: []graph.Case{{When: "risk.level == 'high' || metadata.tier == 'vip'", Next: "doc"}},
		},
		{
			ID: "doc", Kind: graph.KindMethod, Method: "document_capture", MaxAttempts: 2,
			Options: graph.Options{DocumentTypes: []string{"PASSPORT"}}, Pass: "both", Fail: "human",
		},
		{
			ID: "both", Kind: graph.KindAllOf, Pass: "yes", Fail: "human",
			Members: []string{"both.selfie_liveness", "both.selfie_match"},
		},
		member("both.selfie_liveness", "both", "selfie_liveness", 4, passive),
		member("both.selfie_match", "both", "selfie_match", 4, passive),
		{ID: "human", Kind: graph.KindReview, Reason: "document not readable"},
		{ID: "yes", Kind: graph.KindVerified},
		{ID: "no", Kind: graph.KindFailed},
	}}, g)

	written := asJSON(t, g)
	var back graph.Graph
	require.NoError(t, json.Unmarshal([]byte(written), &back))
	require.Equal(t, g, back)
}

func TestCompiledSubGraphRuns(t *testing.T) {
	t.Parallel()
	g, faults := graph.Compile(stepUpDefinition(t))
	require.Empty(t, faults)
	p := begin(t, g, "offer pick.facial_age #1 left 4", "offer pick.mdl #1 left 4",
		"offer pick.document_capture #1 left 1", "offer pick.1.bank #1 left 4")
	p.step(passed("pick.1.bank", 1), "branch pick.1.same of 1 after pick.1.bank passed")
	p.step(graph.BranchTaken{Node: "pick.1.same", Case: graph.DefaultCase}, "offer pick.1.twice.selfie_match #1 left 4")
	for attempt, left := range []string{"3", "2", "1"} {
		p.step(failed("pick.1.twice.selfie_match", attempt+1),
			"offer pick.1.twice.selfie_match #"+string(rune('2'+attempt))+" left "+left)
	}
	p.step(failed("pick.1.twice.selfie_match", 4), "review pick.1.check: ")
	p.step(
		graph.ReviewDecided{Node: "pick.1.check", Decision: graph.Approve},
		"branch risky of 1 after pick.1.check passed",
	)
	p.ignored(passed("pick.mdl", 1))
	p.step(graph.BranchTaken{Node: "risky", Case: 0}, "offer doc #1 left 2")
	p.step(passed("doc", 1), "offer both.selfie_liveness #1 left 4", "offer both.selfie_match #1 left 4")
	p.step(passed("both.selfie_match", 1))
	p.step(passed("both.selfie_liveness", 1), "finish verified")
}

// TestPreviousStepAsVariable checks the previous step as a branch's condition
// reads it.
func TestPreviousStepAsVariable(t *testing.T) {
	t.Parallel()
	p := begin(t, withEnds(method("doc", "", 2, "yes", "fork"), branch("fork", "", "yes", "no")), "offer doc #1 left 2")
	p.step(failed("doc", 1, rules.ReasonUnreadable), "offer doc #2 left 1")
	p.step(result(graph.OutcomeError, "doc", 2), "offer doc #3 left 1")
	_, effects, err := graph.Next(p.graph, p.state, failed("doc", 3, rules.ReasonDocumentExpired))
	require.NoError(t, err)
	evaluate, ok := effects[0].(graph.EvaluateBranch)
	require.True(t, ok)
	require.Equal(t, condition.Previous{
		Method: "mdl", Outcome: "failed", ReasonCodes: []string{"document_expired"}, Attempts: 3,
	}, evaluate.Previous.Variable())
	require.Equal(t, []string{"risk.level == 'high'"}, graph.Conditions(evaluate.Cases))
	require.Zero(t, (*graph.StepResult)(nil).Variable())
}

// TestFinishNamesItsNode: the node is the terminal, or the review that decided.
func TestFinishNamesItsNode(t *testing.T) {
	t.Parallel()
	cases := []struct {
		g    graph.Graph
		in   graph.Input
		want graph.Finish
	}{
		{withEnds(method("doc", "", 1, "yes", "no")), passed("doc", 1), graph.Finish{Node: "yes", Outcome: "verified"}},
		{
			withEnds(method("doc", "", 1, "yes", "no")), failed("doc", 1, rules.ReasonUnderAge),
			graph.Finish{Node: "no", Outcome: "failed", Reason: rules.ReasonUnderAge},
		},
		{
			withEnds(review("human", "", "", "")), graph.ReviewDecided{Node: "human", Decision: graph.Reject},
			graph.Finish{Node: "human", Outcome: "failed", Reason: rules.ReasonReviewRejected},
		},
	}
	for _, c := range cases {
		state, _, err := graph.Next(c.g, graph.State{}, graph.Begin{})
		require.NoError(t, err)
		_, effects, err := graph.Next(c.g, state, c.in)
		require.NoError(t, err)
		require.Equal(t, []graph.Effect{c.want}, effects)
	}
}

// TestStatesOfOlderVersionsGoOn: such states have no attempts in their steps.
func TestStatesOfOlderVersionsGoOn(t *testing.T) {
	t.Parallel()
	const stored = `{"tokens":[{"node":"mdl","previous":{"node":"doc","method":"mdl","outcome":"passed"}}],` +
		`"attempts":[{"node":"doc","judged":1}],"previous":{"node":"doc","method":"mdl","outcome":"passed"},"entered":2}`
	var state graph.State
	require.NoError(t, json.Unmarshal([]byte(stored), &state))
	require.Equal(t, stored, asJSON(t, state))
	g := withEnds(method("doc", "", 2, "mdl", "no"), method("mdl", "", 1, "yes", "no"))
	_, effects, err := graph.Next(g, state, passed("mdl", 1))
	require.NoError(t, err)
	require.Equal(t, []string{"finish verified"}, describe(effects))
}
