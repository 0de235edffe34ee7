package api_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

func (e *env) view(s session) obj {
	e.t.Helper()
	return e.isOK(e.do("GET", s.path(""), s.secret, nil), 200).object
}

func TestView(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	definition := simple("self_attestation", "document_capture")
	definition["supplementary"] = []string{"selfie_liveness"}
	s := e.create(e.sandbox, e.workflow(e.sandbox, definition))
	view := e.view(s)
	require.Equal(t, "verification_view", view["object"])
	require.Equal(t, s.id, view["session_id"])
	require.Equal(t, obj{"name": "Shop & Co", "logo_url": nil, "color": nil}, view["merchant"])
	require.Equal(t, []any{
		obj{
			"method": "self_attestation",
			"rank":   1.0,
			"input": obj{"begin": false, "begin_fields": []any{}, "uploads": nil, "fields": []any{
				obj{"name": "date_of_birth", "type": "date", "required": true, "media_types": []any{}, "choices": nil},
				obj{"name": "declaration", "type": "boolean", "required": true, "media_types": []any{}, "choices": nil},
			}},
			"status":             "available",
			"attempts":           3.0,
			"attempts_left":      3.0,
			"document_types":     []any{},
			"liveness_strategy":  nil,
			"needs":              []any{},
			"biometric":          false,
			"last_attempt":       nil,
			"waiting":            nil,
			"unavailable_reason": nil,
		},
		obj{
			"method":             "document_capture",
			"rank":               5.0,
			"input":              nil,
			"status":             "available",
			"attempts":           3.0,
			"attempts_left":      3.0,
			"document_types":     []any{},
			"liveness_strategy":  nil,
			"needs":              []any{"camera"},
			"biometric":          false,
			"last_attempt":       nil,
			"waiting":            nil,
			"unavailable_reason": nil,
		},
		obj{
			"method":             "selfie_liveness",
			"rank":               5.0,
			"input":              nil,
			"status":             "upcoming",
			"attempts":           3.0,
			"attempts_left":      3.0,
			"document_types":     []any{},
			"liveness_strategy":  nil,
			"needs":              []any{"camera"},
			"biometric":          true,
			"last_attempt":       nil,
			"waiting":            nil,
			"unavailable_reason": nil,
		},
	}, view["methods"])

	e.isOK(e.do("POST", s.path("/methods/self_attestation"), s.secret, obj{"simulate": "fail"}), 202)
	require.Equal(t, "processing", in(e.view(s), "methods", 0, "status"))
	require.Equal(t, "available", in(e.view(s), "methods", 1, "status"))
	e.judge(s, graph.OutcomeFailed)
	require.Equal(t, "available", in(e.view(s), "methods", 0, "status"))
	require.InDelta(t, 2, in(e.view(s), "methods", 0, "attempts_left"), 0)

	e.isOK(e.do("POST", s.path("/methods/document_capture"), s.secret, obj{"simulate": "pass"}), 202)
	e.judge(s, graph.OutcomePassed)
	view = e.view(s)
	require.Equal(t, "skipped", in(view, "methods", 0, "status"), "its step is over without it")
	require.Equal(t, "passed", in(view, "methods", 1, "status"))
	require.Equal(t, "available", in(view, "methods", 2, "status"))
	for range 3 {
		e.isOK(e.do("POST", s.path("/methods/selfie_liveness"), s.secret, obj{"simulate": "fail"}), 202)
		e.judge(s, graph.OutcomeFailed, rules.ReasonLivenessFailed)
	}
	view = e.view(s)
	require.Equal(t, "failed", view["status"])
	require.Equal(t, "liveness_failed", in(view, "failure", "reason_code"))
	require.Equal(t, "exhausted", in(view, "methods", 2, "status"))
	require.InDelta(t, 0, in(view, "methods", 2, "attempts_left"), 0)
}

func TestViewOfWhatMayStillCome(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	id := e.workflow(e.sandbox, flow("fork", obj{
		"fork":  obj{"kind": "branch", "cases": []obj{{"when": "metadata.tier == 'vip'", "next": "doc"}}, "default": "face"},
		"doc":   obj{"kind": "method", "method": "document_capture", "max_attempts": 1, "pass": "layer", "fail": "human"},
		"human": obj{"kind": "review", "pass": "layer", "fail": "no"},
		"layer": method("selfie_match", "yes", "no"),
		"face":  method("facial_age", "yes", "no"),
	}))
	s := e.create(e.sandbox, id, obj{"metadata": obj{"tier": "vip"}})
	statuses := func() obj {
		statuses := obj{}
		for _, m := range e.view(s)["methods"].([]any) {
			statuses[in(m, "method").(string)] = in(m, "status")
		}
		return statuses
	}
	require.Equal(t, obj{"document_capture": "available", "selfie_match": "upcoming", "facial_age": "skipped"}, statuses())
	e.submit(s, "document_capture", graph.OutcomeFailed)
	require.Equal(t, obj{"document_capture": "exhausted", "selfie_match": "upcoming", "facial_age": "skipped"}, statuses())
	e.decide(s, "reject", "jo", 200)
	require.Equal(t, obj{"document_capture": "exhausted", "selfie_match": "skipped", "facial_age": "skipped"}, statuses())
}

func TestOpen(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	require.Equal(t, "pending", e.isOK(e.do("POST", s.path("/open"), s.secret, nil), 200).object["status"])
	require.Equal(t, "pending", e.isOK(e.do("POST", s.path("/open"), s.secret, "{}"), 200).object["status"])
	e.isOK(e.do("POST", s.path("/methods/self_attestation"), s.secret, obj{"simulate": "pass"}), 202)
	require.Equal(t, "processing", e.isOK(e.do("POST", s.path("/open"), s.secret, nil), 200).object["status"])
	e.judge(s, graph.OutcomePassed)
	e.isError(e.do("POST", s.path("/open"), s.secret, nil), 409, "session_terminal")
	require.Equal(t, "verified", e.view(s)["status"], "the page can show the outcome")
}

func TestGiveUp(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	e.isError(e.do("POST", s.path("/cancel"), s.secret, obj{"why": 1}), 400, "parameter_invalid", "why")
	view := e.isOK(e.do("POST", s.path("/cancel"), s.secret, nil), 200).object
	require.Equal(t, "cancelled", view["status"])
	require.Equal(t, "skipped", in(view, "methods", 0, "status"))
	require.Equal(t, []string{"start " + s.id, "changed " + s.id}, e.temporal.all())
	e.isError(e.do("POST", s.path("/cancel"), s.secret, nil), 409, "session_terminal")
	e.isError(
		e.do("POST", s.path("/methods/self_attestation"), s.secret, obj{"simulate": "pass"}),
		409,
		"session_terminal",
	)

	s = e.attest()
	e.isOK(e.do("POST", s.path("/methods/self_attestation"), s.secret, obj{"simulate": "pass"}), 202)
	e.isError(e.do("POST", s.path("/cancel"), s.secret, nil), 409, "session_not_cancellable")
}

// No worker is there to expire anything.
func TestSessionPastItsDeadlineIsAnsweredAsExpiredForGood(t *testing.T) {
	t.Parallel()
	for path, body := range map[string]obj{
		"/open": {}, "/consent": {"granted": true}, "/methods/self_attestation": {"simulate": "pass"}, "/cancel": {},
	} {
		e := newEnv(t)
		s := e.attest()
		e.clock.Advance(25 * time.Hour)
		e.isError(e.do("POST", s.path(path), s.secret, body), 409, "session_terminal")
		e.clock.Advance(-25 * time.Hour)
		e.isError(e.do("POST", s.path(path), s.secret, body), 409, "session_terminal")
		require.Equal(t, "expired", e.view(s)["status"], path)
	}
	for _, read := range []func(*env, session) obj{
		func(e *env, s session) obj { return e.view(s) },
		func(e *env, s session) obj { return e.isOK(e.do("GET", s.path("/status"), "", nil), 200).object },
		func(e *env, s session) obj {
			return e.isOK(e.do("GET", "/v1/verification_sessions/"+s.id, e.sandbox.secret, nil), 200).object
		},
	} {
		e := newEnv(t)
		s := e.attest()
		e.clock.Advance(25 * time.Hour)
		require.Equal(t, "expired", read(e, s)["status"])
		e.clock.Advance(-25 * time.Hour)
		require.Equal(t, "expired", read(e, s)["status"])
	}
}

func TestClientSecretOpensItsOwnSessionAlone(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	mine, other := e.attest(), e.attest()
	for _, route := range [][2]string{
		{"GET", ""}, {"GET", "/status"}, {"POST", "/open"}, {"POST", "/cancel"}, {"POST", "/methods/self_attestation"},
	} {
		e.isError(e.do(route[0], other.path(route[1]), mine.secret, nil), 404, "session_not_found", "id")
	}
	require.Equal(t, "created", e.view(other)["status"])
}
