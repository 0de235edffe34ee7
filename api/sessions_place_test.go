package api_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
)

func TestJurisdictionOfASession(t *testing.T) {
	t.Parallel()
	e := newEnv(t, func(o *api.Options) { o.Config.TrustedProxies = []string{"127.0.0.1"} })
	sandbox := obj{"type": "age", "workflow_id": e.workflow(e.sandbox, simple("mdl"))}
	for _, address := range []string{"127.0.0.1", "10.1.2.3", "192.168.0.9", "::1", "fd00::1", "::ffff:10.0.0.1"} {
		s := e.isOK(e.do("POST", pathSessions, e.sandbox.secret, sandbox, "X-Forwarded-For", address), 201).object
		require.Equal(t, "US", s["jurisdiction"])
		require.Equal(t, "default", s["jurisdiction_source"])
	}
	for _, address := range []string{"8.8.8.8", "2001:db8::1"} {
		ans := e.do("POST", pathSessions, e.sandbox.secret, sandbox, "X-Forwarded-For", address)
		e.isError(ans, 422, "jurisdiction_unresolvable", "jurisdiction")
	}
	live := obj{"type": "age", "workflow_id": e.workflow(e.live, simple("mdl"))}
	e.isError(e.do("POST", pathSessions, e.live.secret, live), 422, "jurisdiction_unresolvable")
}

func TestIdentityNeedsAStrongMethod(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	weak := simple("self_attestation", "facial_age", "mdl")
	weak["overrides"] = obj{"DE": obj{"remove": []string{"mdl"}}}
	body := obj{"type": "identity", "workflow_id": e.workflow(e.sandbox, weak), "jurisdiction": "US"}
	require.Equal(t, "identity", e.isOK(e.do("POST", pathSessions, e.sandbox.secret, body), 201).object["type"])
	body["jurisdiction"] = "DE-BY"
	e.isError(e.do("POST", pathSessions, e.sandbox.secret, body), 400, "parameter_invalid", "type")
}

func TestPublishedVersionCounts(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.workflow(e.sandbox, simple("mdl"))
	e.isOK(e.do("PATCH", "/v1/workflows/"+workflow, e.sandbox.secret, obj{"methods": []string{"mid"}}), 200)
	body := obj{"type": "age", "workflow_id": workflow, "jurisdiction": "US"}
	s := e.isOK(e.do("POST", pathSessions, e.sandbox.secret, body), 201).object
	require.Equal(t, []any{"mdl"}, s["methods"])
	e.isOK(e.do("POST", "/v1/workflows/"+workflow+"/publish", e.sandbox.secret, nil), 201)
	s = e.isOK(e.do("POST", pathSessions, e.sandbox.secret, body), 201).object
	require.Equal(t, []any{"mid"}, s["methods"])
	require.InDelta(t, 2, s["workflow_version"], 0)

	draft := e.isOK(e.do("POST", "/v1/workflows", e.sandbox.secret, simple("mdl")), 201).object["id"]
	foreign := e.workflow(e.stranger, simple("mdl"))
	for _, id := range []any{draft, foreign, "wf_unknown", "", strings.Repeat("w", 101)} {
		body["workflow_id"] = id
		e.isError(e.do("POST", pathSessions, e.sandbox.secret, body), 400, "parameter_invalid", "workflow_id")
	}
}
