package simulation_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/condition"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/rules/simulation"
)

// stepUp is the step-up workflow of the design.
const stepUp = `{"start": "pick", "nodes": {
	"pick":  {"kind": "any_of", "methods": ["facial_age", "mdl"], "pass": "risky", "fail": "no"},
	"risky": {"kind": "branch", "cases": [{"when": "risk.level == 'high' || metadata.tier == 'vip'",
		"next": "doc"}], "default": "yes"},
	"doc":   {"kind": "method", "method": "document_capture", "max_attempts": 2, "pass": "both", "fail": "human"},
	"both":  {"kind": "all_of", "methods": ["selfie_liveness", "selfie_match"], "pass": "yes", "fail": "human"},
	"human": {"kind": "review", "reason": "document not readable"},
	"yes":   {"kind": "verified"}, "no": {"kind": "failed"}}}`

func compiled(t *testing.T, source string) graph.Graph {
	t.Helper()
	d := graph.Definition{Mode: graph.ModeGraph, UseCase: rules.UseCaseAlcoholDelivery}
	require.NoError(t, json.Unmarshal([]byte(source), &d.Graph))
	d.Preferences.MaxAttempts = 2
	g, faults := graph.Compile(d)
	require.Empty(t, faults)
	return g
}

func script(t *testing.T, text string) simulation.Script {
	t.Helper()
	var s simulation.Script
	require.NoError(t, json.Unmarshal([]byte(text), &s))
	require.Empty(t, s.Check())
	return s
}

func run(t *testing.T, source, text string) simulation.Trace {
	t.Helper()
	trace, err := simulation.Run(compiled(t, source), script(t, text))
	require.NoError(t, err)
	return trace
}

// describe returns a line per step: "pick.mdl #1 passed", "risky → doc (why)",
// "human approve", "yes verified", "waits for method doc #2".
func describe(trace simulation.Trace) []string {
	var lines []string
	for _, s := range trace.Steps {
		switch s.Kind {
		case graph.KindMethod:
			lines = append(lines, fmt.Sprintf("%s #%d %s", s.Node, s.Attempt, s.Outcome))
		case graph.KindBranch:
			lines = append(lines, fmt.Sprintf("%s → %s (%s)", s.Node, s.Next, s.Reason))
		case graph.KindReview:
			lines = append(lines, fmt.Sprintf("%s %s", s.Node, s.Decision))
		default:
			lines = append(lines, fmt.Sprintf("%s %s", s.Node, s.Kind))
		}
	}
	for _, w := range trace.Waiting {
		lines = append(lines, fmt.Sprintf("waits for %s %s #%d", w.Kind, w.Node, w.Attempt))
	}
	return lines
}

func TestRun(t *testing.T) {
	t.Parallel()
	const high, vip = `"variables": {"risk": {"level": "high"}}`, `"variables": {"metadata": {"tier": "vip"}}`
	const fromHigh = "risky → doc (case 1: risk.level == 'high' || metadata.tier == 'vip')"
	const fromLow = "risky → yes (default: no condition is true)"
	cases := []struct {
		why, script string
		want        []string
		outcome     graph.Outcome
		reason      rules.ReasonCode
	}{
		{
			"nothing happens", `{}`,
			[]string{"waits for method pick.facial_age #1", "waits for method pick.mdl #1"},
			simulation.OutcomeWaiting, "",
		},
		{
			"low risk", `{"results": [{"method": "mdl", "outcome": "passed"}]}`,
			[]string{"pick.mdl #1 passed", fromLow, "yes verified"}, graph.OutcomeVerified, "",
		},
		{
			"by node", `{"results": [{"node": "pick.facial_age", "outcome": "passed"}]}`,
			[]string{"pick.facial_age #1 passed", fromLow, "yes verified"}, graph.OutcomeVerified, "",
		},
		{
			"a result waits until its method is open",
			`{` + high + `, "results": [{"method": "selfie_match", "outcome": "passed"}, {"method": "document_capture", "outcome": "passed"},
				{"method": "selfie_liveness", "outcome": "passed"}, {"method": "mdl", "outcome": "passed"}]}`,
			[]string{
				"pick.mdl #1 passed", fromHigh, "doc #1 passed", "both.selfie_match #1 passed",
				"both.selfie_liveness #1 passed", "yes verified",
			},
			graph.OutcomeVerified,
			"",
		},
		{
			"the order of the script is the order of the person",
			`{"results": [{"method": "mdl", "outcome": "error"}, {"method": "facial_age", "outcome": "failed"},
				{"method": "mdl", "outcome": "failed"}, {"method": "facial_age", "outcome": "failed",
					"reason_codes": ["under_age"]},
				{"method": "mdl", "outcome": "failed", "reason_codes": ["unreadable"]}]}`,
			[]string{
				"pick.mdl #1 error", "pick.facial_age #1 failed", "pick.mdl #2 failed", "pick.facial_age #2 failed",
				"pick.mdl #3 failed", "no failed",
			},
			graph.OutcomeFailed, rules.ReasonUnreadable,
		},
		{
			"exhausted, then a review that is escalated first",
			`{` + vip + `, "results": [{"method": "mdl", "outcome": "passed"}, {"method": "document_capture", "outcome": "failed"},
				{"method": "document_capture", "outcome": "failed"}], "reviews": [{"decision": "escalate"}, {"decision": "reject"}]}`,
			[]string{
				"pick.mdl #1 passed", fromHigh, "doc #1 failed", "doc #2 failed", "human escalate", "human reject",
			},
			graph.OutcomeFailed,
			rules.ReasonReviewRejected,
		},
		{
			"review approved, at its node",
			`{` + vip + `, "results": [{"method": "mdl", "outcome": "passed"}, {"method": "document_capture", "outcome": "passed"},
				{"method": "selfie_match", "outcome": "failed"}, {"method": "selfie_match", "outcome": "failed"}],
				"reviews": [{"node": "human", "decision": "approve"}]}`,
			[]string{
				"pick.mdl #1 passed", fromHigh, "doc #1 passed", "both.selfie_match #1 failed", "both.selfie_match #2 failed",
				"human approve",
			},
			graph.OutcomeVerified,
			"",
		},
		{
			"the script runs out at a review",
			`{` + high + `, "results": [{"method": "mdl", "outcome": "passed"}, {"method": "document_capture", "outcome": "failed"},
				{"method": "document_capture", "outcome": "failed"}], "reviews": [{"node": "elsewhere", "decision": "approve"}]}`,
			[]string{"pick.mdl #1 passed", fromHigh, "doc #1 failed", "doc #2 failed", "waits for review human #0"},
			simulation.OutcomeWaiting,
			"",
		},
	}
	for _, c := range cases {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			trace := run(t, stepUp, c.script)
			require.Equal(t, c.want, describe(trace))
			require.Equal(t, c.outcome, trace.Outcome)
			require.Equal(t, c.reason, trace.FailureReason)
		})
	}
}

func TestTraceJSON(t *testing.T) {
	t.Parallel()
	trace := run(t, stepUp, `{"variables": {"risk": {"level": "high"}},
		"results": [{"method": "mdl", "outcome": "passed"}, {"method": "document_capture", "outcome": "failed",
			"reason_codes": ["unreadable"]},
			{"method": "student", "outcome": "passed"}], "reviews": [{"decision": "approve"}]}`)
	require.Equal(t, []string{"pick.mdl", "risky", "doc"}, trace.Path())
	written, err := json.Marshal(trace)
	require.NoError(t, err)
	require.JSONEq(t, `{"outcome": "waiting", "steps": [
		{"node": "pick.mdl", "kind": "method", "method": "mdl", "attempt": 1, "outcome": "passed"},
		{"node": "risky", "kind": "branch", "case": 0, "next": "doc",
			"reason": "case 1: risk.level == 'high' || metadata.tier == 'vip'"},
		{"node": "doc", "kind": "method", "method": "document_capture", "attempt": 1, "outcome": "failed",
			"reason_codes": ["unreadable"]}],
		"waiting": [{"node": "doc", "kind": "method", "method": "document_capture", "attempt": 2}],
		"unused_results": [{"method": "student", "outcome": "passed"}], "unused_reviews": [{"decision": "approve"}]}`, string(written))
}

// TestBranchSeesThePreviousStep checks the step before the branch on its own
// path, with all its fields.
func TestBranchSeesThePreviousStep(t *testing.T) {
	t.Parallel()
	const source = `{"start": "first", "nodes": {
		"first": {"kind": "branch", "cases": [{"when": "has(previous.method)", "next": "no"}], "default": "doc"},
		"doc":   {"kind": "method", "method": "document_capture", "pass": "how", "fail": "how"},
		"how":   {"kind": "branch", "default": "yes", "cases": [
			{"when": "previous.outcome == 'passed' && previous.attempts == 1", "next": "yes"},
			{"when": "'document_expired' in previous.reason_codes", "next": "no"},
			{"when": "previous.method == 'document_capture' && jurisdiction == 'US-CA' && age_tier == 'min_age_21'",
				"next": "human"}]},
		"human": {"kind": "review"},
		"yes":   {"kind": "verified"}, "no": {"kind": "failed"}}}`
	cases := []struct{ results, want string }{
		{`{"outcome": "passed"}`, "yes"},
		{`{"outcome": "failed"}, {"outcome": "passed"}`, "human"},
		{`{"outcome": "failed"}, {"outcome": "failed", "reason_codes": ["unreadable", "document_expired"]}`, "no"},
	}
	for _, c := range cases {
		var s simulation.Script
		require.NoError(
			t,
			json.Unmarshal(
				[]byte(`{"variables": {"jurisdiction": "US-CA", "age_tier": "min_age_21"}, "results": [`+c.results+`]}`),
				&s,
			),
		)
		for i := range s.Results {
			s.Results[i].Method = rules.MethodDocumentCapture
		}
		trace, err := simulation.Run(compiled(t, source), s)
		require.NoError(t, err)
		require.Equal(t, c.want, lastBranch(trace).Next, c.results)
	}
}

func lastBranch(trace simulation.Trace) simulation.Step {
	var last simulation.Step
	for _, step := range trace.Steps {
		if step.Kind == graph.KindBranch {
			last = step
		}
	}
	return last
}

// TestResultsOfAnotherGraph: a node may have another name or another method in a
// draft.
func TestResultsOfAnotherGraph(t *testing.T) {
	t.Parallel()
	const twice = `{"start": "one", "nodes": {
		"one": {"kind": "all_of", "members": [
			{"graph": {"start": "x", "nodes": {"x": {"kind": "method", "method": "mdl", "pass": "ok", "fail": "ko"},
				"ok": {"kind": "verified"}, "ko": {"kind": "failed"}}}},
			{"graph": {"start": "x", "nodes": {"x": {"kind": "method", "method": "mdl", "pass": "ok", "fail": "ko"},
				"ok": {"kind": "verified"}, "ko": {"kind": "failed"}}}}],
			"pass": "doc", "fail": "no"},
		"doc": {"kind": "method", "method": "document_capture", "pass": "yes", "fail": "no"},
		"yes": {"kind": "verified"}, "no": {"kind": "failed"}}}`
	cases := []struct{ why, result, want string }{
		{"the node is there", `{"node": "one.1.x", "method": "mdl"}`, "one.1.x #1 error"},
		{"the node alone", `{"node": "one.1.x"}`, "one.1.x #1 error"},
		{"the node is not there", `{"node": "primary.mdl", "method": "mdl"}`, "one.0.x #1 error"},
		{"the node holds another method now", `{"node": "doc", "method": "mdl"}`, "one.0.x #1 error"},
		{"the node is no method now", `{"node": "one", "method": "mdl"}`, "one.0.x #1 error"},
		{"the node is not there, and no method is named", `{"node": "primary.mdl"}`, ""},
		{"the node is not open", `{"node": "doc"}`, ""},
	}
	for _, c := range cases {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			var result simulation.Result
			require.NoError(t, json.Unmarshal([]byte(c.result), &result))
			result.Outcome = graph.OutcomeError
			trace, err := simulation.Run(compiled(t, twice), simulation.Script{Results: []simulation.Result{result}})
			require.NoError(t, err)
			if c.want == "" {
				require.Empty(t, trace.Steps)
				require.Len(t, trace.UnusedResults, 1)
				return
			}
			require.Equal(t, c.want, describe(trace)[0])
		})
	}
}

func TestRunRefuses(t *testing.T) {
	t.Parallel()
	g := compiled(t, stepUp)
	trace, err := simulation.Run(g, simulation.Script{Results: []simulation.Result{{Method: "mdl", Outcome: "maybe"}}})
	require.ErrorIs(t, err, graph.ErrInvalidInput)
	require.Equal(t, simulation.OutcomeWaiting, trace.Outcome)
	require.Empty(t, trace.Steps, "a refused input makes no step")

	broken := compiled(t, stepUp)
	for i, n := range broken.Nodes {
		if n.ID == "risky" {
			broken.Nodes[i].Cases = []graph.Case{{When: "risk.colour == 'red'", Next: "doc"}}
		}
	}
	passed := simulation.Script{Results: []simulation.Result{{Method: "mdl", Outcome: graph.OutcomePassed}}}
	trace, err = simulation.Run(broken, passed)
	var refused *condition.Error
	require.ErrorAs(t, err, &refused)
	require.ErrorContains(t, err, "simulate branch risky: case 1: ")
	require.Equal(t, []string{"pick.mdl"}, trace.Path())

	_, err = simulation.Run(graph.Graph{Start: "nowhere"}, passed)
	require.ErrorIs(t, err, graph.ErrCorruptGraph)
}

func TestScriptFaults(t *testing.T) {
	t.Parallel()
	s := simulation.Script{
		Results: []simulation.Result{
			{Method: "palm", Outcome: "passed"}, {Node: "doc", Outcome: "verified"}, {Outcome: "failed"},
			{Node: "doc", Outcome: "passed", Risk: &rules.Risk{Score: 101}},
		},
		Reviews: []simulation.Review{{Decision: "maybe"}, {Decision: graph.Approve}},
	}
	var lines []string
	for _, fault := range s.Check() {
		lines = append(lines, fault.String())
	}
	require.Equal(t, []string{
		`results[0].method: unknown method "palm"`,
		`results[1].outcome: must be one of ["passed" "failed" "requires_input" "error"]`,
		"results[2].method: is required, or node",
		"results[3].risk.score: must be from 0 to 100",
		`reviews[0].decision: must be one of ["approve" "reject" "escalate"]`,
	}, lines)
}

// TestRunLeavesTheScriptUnchanged: a table of cases may share one script.
func TestRunLeavesTheScriptUnchanged(t *testing.T) {
	t.Parallel()
	s := script(t, `{"results": [{"method": "facial_age", "outcome": "failed"}, {"method": "mdl", "outcome": "passed"}]}`)
	before, err := json.Marshal(s)
	require.NoError(t, err)
	_, err = simulation.Run(compiled(t, stepUp), s)
	require.NoError(t, err)
	after, err := json.Marshal(s)
	require.NoError(t, err)
	require.JSONEq(t, string(before), string(after))
}
