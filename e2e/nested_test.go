package e2e

import (
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/testkit"
)

// nested is for Californians. They declare their age, and prove it if they declare too little; in addition a VIP shows
// a document and any other user a face; a review follows.
const nested = `{"name": "Nested", "mode": "graph", "use_case": "alcohol_delivery", "graph": {"start": "where", "nodes": {
	"where": {"kind": "branch", "cases": [{"when": "jurisdiction == 'US-CA'", "next": "prove"}], "default": "no"},
	"prove": {"kind": "all_of", "pass": "human", "fail": "no", "members": [
		{"graph": {"start": "says", "nodes": {
			"says":   {"kind": "method", "method": "self_attestation", "max_attempts": 1, "pass": "yes", "fail": "why"},
			"why":    {"kind": "branch", "cases": [{"when": "'under_age' in previous.reason_codes", "next": "wallet"}],
				"default": "no"},
			"wallet": {"kind": "any_of", "methods": ["mdl", "eudi_pid"], "pass": "yes", "fail": "no"},
			"yes": {"kind": "verified"}, "no": {"kind": "failed"}}}},
		{"graph": {"start": "who", "nodes": {
			"who":  {"kind": "branch", "cases": [{"when": "metadata.tier == 'vip'", "next": "doc"}], "default": "face"},
			"doc":  {"kind": "method", "method": "document_capture", "pass": "yes", "fail": "no"},
			"face": {"kind": "method", "method": "facial_age", "pass": "yes", "fail": "no"},
			"yes": {"kind": "verified"}, "no": {"kind": "failed"}}}}]},
	"human": {"kind": "review", "reason": "last look", "pass": "yes", "fail": "no"},
	"yes": {"kind": "verified"}, "no": {"kind": "failed"}}}}`

func nestedGraphIsWalkedToItsReview(t *testing.T, s *stack) {
	m := graphMerchant(t, s, nested)
	v := m.create(t, body{"metadata": body{"tier": "vip"}})
	require.Equal(t, map[string]any{
		"self_attestation": "available", "mdl": "upcoming", "eudi_pid": "upcoming",
		"document_capture": "available", "facial_age": "skipped",
	}, standing(t, v), "the branches at the start are behind")

	v.submit(t, "self_attestation", body{"date_of_birth": "2020-01-31", "declaration": true}).expect(t, 202)
	v.until(t, "requires_input")
	require.Equal(t, map[string]any{
		"self_attestation": "exhausted", "mdl": "available", "eudi_pid": "available",
		"document_capture": "available", "facial_age": "skipped",
	}, standing(t, v), "an under_age asks for a wallet")
	v.simulate(t, "document_capture", "pass")
	v.until(t, "requires_input")
	v.simulate(t, "eudi_pid", "pass")
	testkit.Eventually(t, func() bool { return v.get(t).json["review"] != nil })
	require.Equal(t, map[string]any{
		"self_attestation": "exhausted", "mdl": "skipped", "eudi_pid": "passed",
		"document_capture": "passed", "facial_age": "skipped",
	}, standing(t, v))
	m.post(
		t,
		"/v1/verification_sessions/"+v.id+"/review",
		body{"decision": "approve", "node": "human", "reviewer": "kim"},
	).
		expect(t, 200)
	v.until(t, "verified")

	require.Equal(t, []string{
		"verification_session.created", "session_review.flagged", "session_review.approved", "verification_session.verified",
	}, m.eventsOf(t, v))
	require.Equal(t, []string{
		"where: case 1: jurisdiction == 'US-CA'", "prove.1.who: case 1: metadata.tier == 'vip'",
		"prove.0.says attempt 1: failed [under_age]", "prove.0.why: case 1: 'under_age' in previous.reason_codes",
		"prove.1.doc attempt 1: passed []", "prove.0.wallet.eudi_pid attempt 1: passed []", "human: approve",
	}, s.shownSteps(t, v))
}

func nestedGraphRefusesElsewhere(t *testing.T, s *stack) {
	m := graphMerchant(t, s, nested)
	v := m.create(t, body{"jurisdiction": "US-NV"})
	after := v.get(t)
	require.Equal(t, "failed", after.text("status"))
	failure, _ := after.json["failure"].(map[string]any)
	require.Equal(t, "workflow_rule", failure["reason_code"])
	require.Equal(t, []string{"verification_session.created", "verification_session.failed"}, m.eventsOf(t, v))
	require.Equal(t, []string{"where: default: no condition is true"}, s.shownSteps(t, v))
}

// standing returns the status of each method in the user's view.
func standing(t *testing.T, v session) map[string]any {
	t.Helper()
	statuses := map[string]any{}
	methods, _ := v.user.get(t, v.verify("")).expect(t, 200).json["methods"].([]any)
	for _, item := range methods {
		m, _ := item.(map[string]any)
		name, _ := m["method"].(string)
		statuses[name] = m["status"]
	}
	return statuses
}

// eventsOf returns the types of the session's events, oldest first.
func (m merchant) eventsOf(t *testing.T, v session) []string {
	t.Helper()
	types := []string{}
	for _, event := range m.get(t, "/v1/events?session="+v.id).expect(t, 200).list() {
		kind, _ := event["type"].(string)
		types = append(types, kind)
	}
	slices.Reverse(types)
	return types
}

var shownStep = regexp.MustCompile(`(?m)^\S+ \S+  step     (.*)$`)

// shownSteps returns the steps of a session in the operator's timeline.
func (s *stack) shownSteps(t *testing.T, v session) []string {
	t.Helper()
	out, err := s.operator(t, "session", "show", v.id).CombinedOutput()
	require.NoError(t, err, string(out))
	require.Contains(t, string(out), "history  workflow execution started", "the run's history stands beside the rows")
	steps := []string{}
	for _, found := range shownStep.FindAllStringSubmatch(string(out), -1) {
		steps = append(steps, found[1])
	}
	return steps
}
