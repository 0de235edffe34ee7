package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules/graph"
)

// liveSession is a session of an organization that verifies real people.
func (e *env) liveSession() session {
	e.t.Helper()
	workflow := e.workflow(e.live, simple("self_attestation", "document_capture"))
	e.isOK(e.do("POST", pathEndpoints, e.live.secret,
		obj{"url": "https://shop.example/hook", "enabled_events": []string{"*"}}), 201)
	return e.create(e.live, workflow)
}

func (e *env) payloadOf(s session, org models.Organization) string {
	e.t.Helper()
	pending, err := e.store.PendingSubmissions(e.t.Context(), org.ID, s.id)
	require.NoError(e.t, err)
	_, payload, err := e.store.Submission(e.t.Context(), org.ID, pending[len(pending)-1].ID)
	require.NoError(e.t, err)
	return string(payload)
}

func TestSubmitDeclaration(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.liveSession()
	ans := e.isOK(e.do("POST", s.path("/methods/self_attestation"), s.secret,
		` { "declaration": true, "date_of_birth": "1990-01-31", "simulate": null } `), 202)
	require.Regexp(t, `^vr_[a-z2-7]{24}$`, ans.object["id"])
	id := ans.object["id"].(string)
	delete(ans.object, "id")
	require.Equal(t, obj{
		"object": "method_attempt", "method": "self_attestation", "status": "processing", "reason_codes": []any{},
		"attempts_left": 3.0, "session_status": "processing",
	}, ans.object)
	require.JSONEq(t, `{"date_of_birth":"1990-01-31","declaration":true}`, e.payloadOf(s, e.live.org))
	require.Equal(t, []string{"start " + s.id, "submission " + s.id + " " + id}, e.temporal.all())
	require.NotContains(t, e.log.String(), "1990")
}

func TestSubmissionIsChecked(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.liveSession()
	born := func(date string) obj { return obj{"date_of_birth": date, "declaration": true} }
	for _, c := range []struct {
		method, param string
		body          obj
	}{
		{"self_attestation", "date_of_birth", obj{"declaration": true}},
		{"self_attestation", "date_of_birth", born("2023-02-29")},
		{"self_attestation", "date_of_birth", born("1990-1-31")},
		{"self_attestation", "date_of_birth", born("31.01.1990")},
		{"self_attestation", "date_of_birth", born("1899-12-31")},
		{"self_attestation", "date_of_birth", born("2026-03-03")},
		{"self_attestation", "declaration", obj{"date_of_birth": "1990-01-31"}},
		{"self_attestation", "declaration", obj{"date_of_birth": "1990-01-31", "declaration": false}},
		{"self_attestation", "declaration", obj{"date_of_birth": "1990-01-31", "declaration": "yes"}},
		{"self_attestation", "name", obj{"name": "Jo"}},
		{"self_attestation", "simulate", obj{"simulate": "pass"}},
	} {
		e.isError(e.do("POST", s.path("/methods/"+c.method), s.secret, c.body), 400, "parameter_invalid", c.param)
	}
	unserved := e.create(e.live, e.workflow(e.live, simple("document_capture")))
	for param, body := range map[string]obj{"simulate": {"simulate": "pass"}, "method": born("1990-01-31")} {
		e.isError(
			e.do("POST", unserved.path("/methods/document_capture"), unserved.secret, body),
			400,
			"parameter_invalid",
			param,
		)
	}
	sandbox := e.attest()
	for param, body := range map[string]obj{
		"simulate":      {"simulate": "win"},
		"date_of_birth": {"simulate": "pass", "date_of_birth": "1990-01-31"},
		"declaration":   {"simulate": "pass", "declaration": true},
		"method":        {},
	} {
		ans := e.do("POST", sandbox.path("/methods/document_capture"), sandbox.secret, body)
		e.isError(ans, 400, "parameter_invalid", param)
	}
	e.isOK(e.do("POST", sandbox.path("/methods/self_attestation"), sandbox.secret, born("2026-03-02")), 202)
}

func TestSubmitWhatIsNotOffered(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	definition := simple("self_attestation", "document_capture")
	definition["supplementary"] = []string{"selfie_match"}
	s := e.create(e.sandbox, e.workflow(e.sandbox, definition))
	pass := obj{"simulate": "pass"}
	e.isError(e.do("POST", s.path("/methods/palmistry"), s.secret, pass), 404, "resource_missing", "method")
	e.isError(e.do("POST", s.path("/methods/mdl"), s.secret, pass), 409, "method_not_offered")
	e.isError(e.do("POST", s.path("/methods/selfie_match"), s.secret, pass), 409, "method_not_offered")
	e.isOK(e.do("POST", s.path("/methods/self_attestation"), s.secret, pass), 202)
	e.judge(s, graph.OutcomePassed)
	e.isError(e.do("POST", s.path("/methods/self_attestation"), s.secret, pass), 409, "method_not_offered")
	e.isError(e.do("POST", s.path("/methods/document_capture"), s.secret, pass), 409, "method_not_offered")
	e.isOK(e.do("POST", s.path("/methods/selfie_match"), s.secret, pass), 202)
	e.judge(s, graph.OutcomePassed)
	e.isError(e.do("POST", s.path("/methods/selfie_match"), s.secret, pass), 409, "session_terminal")
}
