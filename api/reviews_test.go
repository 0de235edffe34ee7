package api_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules/graph"
)

// decide sends a reviewer's decision.
func (e *env) decide(s session, decision, reviewer string, status int) answer {
	e.t.Helper()
	return e.isOK(e.do("POST", pathSessions+"/"+s.id+"/review", e.sandbox.secret,
		obj{"decision": decision, "reviewer": reviewer, "reason": "because"}), status)
}

// reviewed returns a workflow that always reviews the document. Approval leads to pass, rejection to fail.
func reviewed(pass, fail string) obj {
	human := obj{"kind": "review", "reason": "please look"}
	nodes := obj{"doc": method("document_capture", "human", "human"), "human": human}
	for edge, target := range map[string]string{"pass": pass, "fail": fail} {
		if target != "" {
			human[edge] = target
		}
	}
	if pass == "face" {
		nodes["face"] = method("selfie_match", "yes", "no")
	} else {
		nodes["doc"].(obj)["fail"] = "no"
	}
	if fail == "face2" {
		nodes["face2"] = method("facial_age", "yes", "no")
	}
	d := flow("doc", nodes)
	if pass == "" {
		delete(d["graph"].(obj)["nodes"].(obj), "yes")
	}
	return d
}

// inReview creates a session and brings it to its review.
func (e *env) inReview(workflow string) session {
	e.t.Helper()
	s := e.create(e.sandbox, workflow)
	e.submit(s, "document_capture", graph.OutcomePassed)
	require.Equal(e.t, "processing", e.status(s))
	return s
}

func (e *env) events(s session) (types []any) {
	e.t.Helper()
	ans := e.isOK(e.do("GET", "/v1/events?session="+s.id, e.sandbox.secret, nil), 200).object
	for _, event := range ans["data"].([]any) {
		types = append([]any{in(event, "type")}, types...)
	}
	return types
}

func TestApproveAndReject(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.workflow(e.sandbox, reviewed("", ""))
	for decision, want := range map[string][3]any{
		"approve": {"verified", "approved", nil}, "reject": {"failed", "rejected", "review_rejected"},
	} {
		s := e.inReview(workflow)
		first := e.decide(s, decision, "jo", 200)
		require.Equal(t, want[0], first.object["status"])
		review := first.object["review"].(obj)
		require.NotNil(t, review["flagged_at"])
		require.NotNil(t, review["decided_at"])
		delete(review, "flagged_at")
		delete(review, "decided_at")
		require.Equal(
			t,
			obj{"status": want[1], "node": "human", "reason": "please look", "reviewer": "jo", "note": "because"},
			review,
		)
		if want[2] != nil {
			require.Equal(t, want[2], in(first.object, "failure", "reason_code"))
		}
		require.Equal(t, []any{
			"verification_session.created", "session_review.flagged", "session_review." + want[1].(string),
			"verification_session." + want[0].(string),
		}, e.events(s))

		again := e.decide(s, decision, "jo", 200)
		require.Equal(t, first.body, again.body, "a repeat changes nothing")
		require.Len(t, e.events(s), 4)
		for _, other := range []string{"approve", "reject", "escalate"} {
			ans := e.do("POST", pathSessions+"/"+s.id+"/review", e.sandbox.secret, obj{"decision": other, "reviewer": "max"})
			e.isError(ans, 409, "review_decided")
		}
	}
}

func TestEscalatedReviewKeepsWaiting(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.inReview(e.workflow(e.sandbox, reviewed("", "")))
	escalated := e.decide(s, "escalate", "jo", 200).object
	require.Equal(t, "processing", escalated["status"])
	require.Equal(t, "escalated", in(escalated, "review", "status"))
	require.Nil(t, in(escalated, "review", "decided_at"))
	e.decide(s, "escalate", "jo", 200)
	require.Len(t, e.events(s), 3)

	decided := e.isOK(
		e.do("POST", pathSessions+"/"+s.id+"/review", e.sandbox.secret, obj{"decision": "approve", "reviewer": " "}),
		200,
	).object
	require.Equal(t, "verified", decided["status"])
	require.Equal(t, e.sandbox.keyID, in(decided, "review", "reviewer"), "who sends no name decides in that of the key")
	require.Nil(t, in(decided, "review", "note"))
}

func TestApprovalMayContinueTheSession(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.inReview(e.workflow(e.sandbox, reviewed("face", "no")))
	e.isError(e.do("POST", s.path("/methods/selfie_match"), s.secret, obj{"simulate": "pass"}), 409, "method_not_offered")
	approved := e.decide(s, "approve", "jo", 200).object
	require.Equal(t, "requires_input", approved["status"])
	require.Equal(t, "approved", in(approved, "review", "status"))
	require.Contains(t, e.temporal.all(), "changed "+s.id)
	e.decide(s, "approve", "jo", 200)
	e.submit(s, "selfie_match", graph.OutcomePassed)
	require.Equal(t, "verified", e.status(s))
}

func TestDecisionAppliesToTheNamedReview(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.workflow(e.sandbox, flow("doc", obj{
		"doc":    method("document_capture", "first", "first"),
		"first":  obj{"kind": "review", "pass": "second", "fail": "no"},
		"second": obj{"kind": "review", "pass": "face", "fail": "no"},
		"face":   method("selfie_match", "third", "no"),
		"third":  obj{"kind": "review", "pass": "yes", "fail": "no"},
	}))
	s := e.inReview(workflow)
	decide := func(node, decision, reviewer string) answer {
		return e.do("POST", pathSessions+"/"+s.id+"/review", e.sandbox.secret,
			obj{"decision": decision, "reviewer": reviewer, "node": node})
	}
	for _, node := range []string{"second", "third", "doc", "nowhere"} {
		failure := e.isError(decide(node, "approve", "jo"), 409, "review_not_pending")
		require.Contains(t, failure["message"], "'"+node+"'")
	}
	require.Equal(t, "first", in(e.isOK(decide("first", "escalate", "jo"), 200).object, "review", "node"))

	stands := e.isOK(decide("first", "approve", "jo"), 200)
	require.Equal(t, "second", in(stands.object, "review", "node"))
	listed := e.isOK(e.do("GET", "/v1/reviews", e.sandbox.secret, nil), 200).object
	require.Equal(t, "second", in(listed, "data", 0, "node"))
	require.Equal(
		t,
		stands.body,
		e.isOK(decide("first", "approve", "jo"), 200).body,
		"a repeat does not decide the next review",
	)
	e.isError(decide("first", "approve", "max"), 409, "review_decided")
	e.isError(decide("first", "reject", "jo"), 409, "review_decided")
	require.Equal(
		t,
		"pending",
		in(e.isOK(e.do("GET", pathSessions+"/"+s.id, e.sandbox.secret, nil), 200).object, "review", "status"),
	)

	e.isOK(decide("second", "approve", "max"), 200)
	e.isError(decide("second", "reject", "jo"), 409, "review_decided")
	e.isOK(decide("first", "approve", "jo"), 200)
	e.submit(s, "selfie_match", graph.OutcomePassed)
	verified := e.isOK(decide("third", "approve", "jo"), 200)
	require.Equal(t, "verified", verified.object["status"])
	require.Equal(
		t,
		verified.body,
		e.isOK(decide("second", "approve", "max"), 200).body,
		"also when the session has ended",
	)
	e.isError(decide("nowhere", "approve", "jo"), 409, "review_not_pending")
}

func TestTwoReviewersAtOnce(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.workflow(e.sandbox, reviewed("face", "face2"))
	for range 5 {
		s := e.inReview(workflow)
		answers := make([]answer, 2)
		var wg sync.WaitGroup
		for i, decision := range []string{"approve", "reject"} {
			wg.Go(func() {
				answers[i] = e.do(
					"POST",
					pathSessions+"/"+s.id+"/review",
					e.sandbox.secret,
					obj{"decision": decision, "reviewer": decision},
				)
			})
		}
		wg.Wait()
		stands, told := answers[0], answers[1]
		if stands.status != 200 {
			stands, told = told, stands
		}
		e.isOK(stands, 200)
		e.isError(told, 409, "review_decided")
		read := e.isOK(e.do("GET", pathSessions+"/"+s.id, e.sandbox.secret, nil), 200).object
		require.Equal(t, in(stands.object, "review"), read["review"])
	}
}
