package api_test

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules/graph"
)

type obj = map[string]any

// isError asserts an error envelope and returns it.
func (e *env) isError(ans answer, status int, code string, param ...string) obj {
	e.t.Helper()
	require.Equal(e.t, status, ans.status, "%s", ans.body)
	require.Len(e.t, ans.object, 1)
	failure, _ := ans.object["error"].(obj)
	require.Equal(e.t, code, failure["code"], "%s", ans.body)
	require.NotEmpty(e.t, failure["message"])
	require.NotEmpty(e.t, failure["type"])
	require.Equal(e.t, ans.header.Get("Request-Id"), failure["request_id"])
	if len(param) > 0 {
		require.Equal(e.t, param[0], failure["param"], "%s", ans.body)
	}
	return failure
}

func (e *env) isOK(ans answer, status int) answer {
	e.t.Helper()
	require.Equal(e.t, status, ans.status, "%s", ans.body)
	require.NotEmpty(e.t, ans.header.Get("Request-Id"))
	return ans
}

// simple is a valid workflow: any of these methods, for social media in the US.
func simple(methods ...string) obj {
	return obj{"name": "Checkout", "use_case": "social_media", "jurisdictions": []string{"US"}, "methods": methods}
}

// workflow creates and publishes a workflow.
func (e *env) workflow(of tenant, definition obj) string {
	e.t.Helper()
	created := e.isOK(e.do("POST", "/v1/workflows", of.secret, definition), 201)
	id, _ := created.object["id"].(string)
	e.isOK(e.do("POST", "/v1/workflows/"+id+"/publish", of.secret, nil), 201)
	return id
}

// session is a session of a sandbox organization, with what its client needs.
type session struct{ id, secret string }

func (s session) path(rest string) string { return "/v1/verify/session/" + s.id + rest }

func (e *env) create(of tenant, workflow string, more ...obj) session {
	e.t.Helper()
	body := obj{"type": "age", "workflow_id": workflow, "jurisdiction": "US"}
	for _, extra := range more {
		for key, value := range extra {
			body[key] = value
		}
	}
	ans := e.isOK(e.do("POST", "/v1/verification_sessions", of.secret, body), 201)
	return session{id: ans.object["id"].(string), secret: ans.object["client_secret"].(string)}
}

// attest creates a session of a workflow with self_attestation and document_capture.
func (e *env) attest() session {
	e.t.Helper()
	return e.create(e.sandbox, e.workflow(e.sandbox, simple("self_attestation", "document_capture")))
}

// judge gives the verdict on the oldest submission, as a worker would.
func (e *env) judge(s session, outcome graph.Outcome) {
	e.t.Helper()
	ctx := e.t.Context()
	row, err := e.store.Across().PublicSession(ctx, s.id)
	require.NoError(e.t, err)
	pending, err := e.store.PendingSubmissions(ctx, row.OrgID, row.ID)
	require.NoError(e.t, err)
	require.NotEmpty(e.t, pending)
	g, err := e.store.SessionGraph(ctx, row)
	require.NoError(e.t, err)
	state, _, err := graph.Next(g, row.GraphState.V,
		graph.MethodResult{Node: pending[0].Node, Attempt: pending[0].Attempt, Outcome: outcome})
	require.NoError(e.t, err)
	to, judgement := models.StatusRequiresInput, store.Judgement{Session: row, Submission: pending[0], State: state}
	switch state.Outcome {
	case graph.OutcomeVerified:
		to = models.StatusVerified
	case graph.OutcomeFailed:
		to, judgement.Failure = models.StatusFailed, &state.FailureReason
	}
	judgement.To, judgement.Verdict = to, models.Verdict{Outcome: outcome}
	_, err = e.store.Judge(ctx, judgement)
	require.NoError(e.t, err)
}

// in reads a value deep inside an object: in(view, "methods", 0, "status").
func in(value any, path ...any) any {
	for _, step := range path {
		switch key := step.(type) {
		case string:
			value = value.(obj)[key]
		case int:
			value = value.([]any)[key]
		default:
			panic(fmt.Sprintf("step %T", step))
		}
	}
	return value
}

func number(header string) int {
	n, err := strconv.Atoi(header)
	check(err)
	return n
}

// text is n characters long.
func text(n int) string { return strings.Repeat("é", n) }

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

// submitAs stores a submission as a request that holds the claim does.
func (e *env) submitAs(s session, claim store.Claim, payload string) {
	e.t.Helper()
	row, err := e.store.Across().PublicSession(e.t.Context(), s.id)
	require.NoError(e.t, err)
	_, _, err = e.store.Submit(store.WithReservedID(e.t.Context(), claim), store.NewSubmission{
		Session: row, Node: "primary.self_attestation", Method: "self_attestation", Attempt: 1, Payload: []byte(payload),
	})
	require.NoError(e.t, err)
}
