package api_test

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/sessions"
)

type obj = map[string]any

// isError asserts an error envelope and returns it.
func (e *env) isError(ans answer, status int, code string, param ...string) obj {
	e.t.Helper()
	require.Equal(e.t, status, ans.status, "%s", ans.body)
	require.Len(e.t, ans.object, 1)
	failure, _ := ans.object["error"].(obj)
	require.Equal(e.t, code, failure["code"], "%s", ans.body)
	require.Len(e.t, failure, 5, "%s", ans.body)
	require.Contains(e.t, failure, "param", "%s", ans.body)
	require.NotEmpty(e.t, failure["message"])
	require.NotEmpty(e.t, failure["type"])
	require.Equal(e.t, ans.header.Get("Request-Id"), failure["request_id"])
	require.Equal(e.t, "nosniff", ans.header.Get("X-Content-Type-Options"))
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

// simple returns a valid workflow: any of these methods, for social media in the US.
func simple(methods ...string) obj {
	return obj{"name": "Checkout", "use_case": "social_media", "jurisdictions": []string{}, "methods": methods}
}

// workflow creates and publishes a workflow.
func (e *env) workflow(of tenant, definition obj) string {
	e.t.Helper()
	created := e.isOK(e.do("POST", "/v1/workflows", of.secret, definition), 201)
	id, _ := created.object["id"].(string)
	e.isOK(e.do("POST", "/v1/workflows/"+id+"/publish", of.secret, nil), 201)
	return id
}

// session is a session of a sandbox organization with its client secret.
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

// judge commits a verdict on the oldest submission, as a worker would.
func (e *env) judge(s session, outcome graph.Outcome, codes ...rules.ReasonCode) {
	e.t.Helper()
	ctx := e.t.Context()
	row, err := e.store.Across().PublicSession(ctx, s.id)
	require.NoError(e.t, err)
	pending, err := e.store.PendingSubmissions(ctx, row.OrgID, row.ID)
	require.NoError(e.t, err)
	require.NotEmpty(e.t, pending)
	ref := models.SubmissionRef{
		SessionRef: models.SessionRef{OrgID: row.OrgID, SessionID: row.ID}, SubmissionID: pending[0].ID,
	}
	engine := sessions.Engine{Store: e.store, ReviewTimeout: time.Hour}
	_, err = engine.CommitVerdict(ctx, ref, sessions.Given(methods.Verdict{Outcome: outcome, ReasonCodes: codes}))
	require.NoError(e.t, err)
}

// submit sends a simulated submission to a method and commits a verdict on it.
func (e *env) submit(s session, method string, outcome graph.Outcome, codes ...rules.ReasonCode) {
	e.t.Helper()
	e.isOK(e.do("POST", s.path("/methods/"+method), s.secret, obj{"simulate": "pass"}), 202)
	e.judge(s, outcome, codes...)
}

// status returns the status of a session of the sandbox organization.
func (e *env) status(s session) any {
	e.t.Helper()
	return e.isOK(e.do("GET", "/v1/verification_sessions/"+s.id, e.sandbox.secret, nil), 200).object["status"]
}

// in returns a value deep inside an object: in(view, "methods", 0, "status").
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

// text returns n characters.
func text(n int) string { return strings.Repeat("é", n) }

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

// submitAs stores a submission as a request with the claim does.
func (e *env) submitAs(s session, claim store.Claim, payload string) {
	e.t.Helper()
	row, err := e.store.Across().PublicSession(e.t.Context(), s.id)
	require.NoError(e.t, err)
	_, _, err = e.store.Submit(store.WithReservedID(e.t.Context(), claim.ResourceID), store.NewSubmission{
		Session: row, Node: "primary.self_attestation", Method: "self_attestation", Attempt: 1, Payload: []byte(payload),
	})
	require.NoError(e.t, err)
}
