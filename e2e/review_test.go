package e2e

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/rules"
)

// stepUp asks VIPs for a document, and for a review if the document is not readable.
const stepUp = `{"name": "Step-up", "mode": "graph", "use_case": "alcohol_delivery", "graph": {"start": "face", "nodes": {
	"face":  {"kind": "method", "method": "facial_age", "pass": "risky", "fail": "no"},
	"risky": {"kind": "branch", "cases": [{"when": "metadata.tier == 'vip'", "next": "doc"}], "default": "yes"},
	"doc":   {"kind": "method", "method": "document_capture", "max_attempts": 1, "pass": "yes", "fail": "human"},
	"human": {"kind": "review", "reason": "document not readable", "pass": "yes", "fail": "no"},
	"yes":   {"kind": "verified"}, "no": {"kind": "failed"}}}}`

func TestNodeGraphs(t *testing.T) {
	t.Parallel()
	onEveryBackend(t, func(t *testing.T, s *stack) {
		for name, scenario := range map[string]func(t *testing.T, s *stack){
			"a branch asks some for more":                branchAsksSomeForMore,
			"a reviewer approves over the API":           reviewerApproves,
			"a reviewer rejects by a signal in Temporal": reviewerRejectsBySignal,
			"a graph that cannot run is not published":   brokenGraphIsNotPublished,
			"a nested graph is walked to its review":     nestedGraphIsWalkedToItsReview,
			"a nested graph refuses at its start":        nestedGraphRefusesElsewhere,
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				scenario(t, s)
			})
		}
	})
}

// graphMerchant returns a sandbox merchant with a published graph.
func graphMerchant(t *testing.T, s *stack, source string) merchant {
	t.Helper()
	m := s.sandbox(t, simple(rules.MethodMDL))
	var definition body
	require.NoError(t, json.Unmarshal([]byte(source), &definition))
	m.workflow = m.post(t, "/v1/workflows", definition).expect(t, 201).text("id")
	m.post(t, "/v1/workflows/"+m.workflow+"/publish", nil).expect(t, 201)
	return m
}

func branchAsksSomeForMore(t *testing.T, s *stack) {
	m := graphMerchant(t, s, stepUp)
	plain, vip := m.create(t, nil), m.create(t, body{"metadata": body{"tier": "vip"}})
	plain.simulate(t, "facial_age", "pass")
	plain.until(t, "verified")
	vip.submit(t, "document_capture", body{"simulate": "pass"}).refused(t, 409, "method_not_offered")
	vip.simulate(t, "facial_age", "pass")
	vip.until(t, "requires_input")
	vip.simulate(t, "document_capture", "pass")
	vip.until(t, "verified")
}

// inReview creates a session and brings it to its review.
func inReview(t *testing.T, m merchant) session {
	t.Helper()
	v := m.create(t, body{"metadata": body{"tier": "vip"}})
	v.simulate(t, "facial_age", "pass")
	v.until(t, "requires_input")
	v.simulate(t, "document_capture", "fail")
	testkit.Eventually(t, func() bool { return v.get(t).json["review"] != nil })
	return v
}

func reviewerApproves(t *testing.T, s *stack) {
	m := graphMerchant(t, s, stepUp)
	hook := newReceiver(t)
	hook.subscribe(t, m.client)
	v := inReview(t, m)
	flagged := hook.next(t, "session_review.flagged")
	require.Equal(t, "processing", flagged.data()["status"])
	waiting := m.get(t, "/v1/reviews?status=pending").expect(t, 200).list()
	require.Len(t, waiting, 1)
	require.Equal(t, v.id, waiting[0]["session_id"])
	v.cancel(t).refused(t, 409, "session_not_cancellable")

	path := "/v1/verification_sessions/" + v.id + "/review"
	m.post(t, path, body{"decision": "escalate", "reviewer": "kim"}).expect(t, 200)
	hook.next(t, "session_review.escalated")
	approval := body{"decision": "approve", "reviewer": "lee", "reason": "called the user"}
	m.post(t, path, approval).expect(t, 200)
	m.post(t, path, approval).expect(t, 200)
	m.post(t, path, body{"decision": "reject", "reviewer": "kim"}).refused(t, 409, "review_decided")
	v.until(t, "verified")
	hook.next(t, "session_review.approved")
	verified := hook.next(t, "verification_session.verified")
	review, _ := verified.data()["review"].(map[string]any)
	require.Equal(t, "lee", review["reviewer"])
	require.Equal(t, "called the user", review["note"])
	require.Empty(t, m.get(t, "/v1/reviews?status=pending").expect(t, 200).list())
}

func reviewerRejectsBySignal(t *testing.T, s *stack) {
	m := graphMerchant(t, s, stepUp)
	hook := newReceiver(t)
	hook.subscribe(t, m.client, "session_review.rejected", "verification_session.failed")
	v := inReview(t, m)
	decision := body{"decision": "reject", "reviewer": "kim", "reason": "forged"}
	require.NoError(t, s.app.Temporal().SignalWorkflow(t.Context(), v.id, "", "review-decision", decision))
	v.until(t, "failed")
	hook.next(t, "session_review.rejected")
	failed := hook.next(t, "verification_session.failed")
	failure, _ := failed.data()["failure"].(map[string]any)
	require.Equal(t, "review_rejected", failure["reason_code"])
}

func brokenGraphIsNotPublished(t *testing.T, s *stack) {
	m := s.sandbox(t, simple(rules.MethodMDL))
	id := m.post(t, "/v1/workflows", body{
		"name": "Broken", "mode": "graph", "use_case": "alcohol_delivery",
		"graph": body{"start": "a", "nodes": body{
			"a":   body{"kind": "method", "method": "mdl", "pass": "b", "fail": "nowhere"},
			"b":   body{"kind": "branch", "cases": []body{{"when": "risk.level ==", "next": "a"}}, "default": "yes"},
			"yes": body{"kind": "verified"},
		}},
	}).expect(t, 201).text("id")
	told := m.post(t, "/v1/workflows/"+id+"/publish", nil).refused(t, 400, "parameter_invalid")
	require.Contains(t, string(told.raw), "nowhere")
	faults, _ := m.post(t, "/v1/workflows/"+id+"/validate", nil).expect(t, 200).json["faults"].([]any)
	require.GreaterOrEqual(t, len(faults), 3, "all faults at once: %v", faults)
}
