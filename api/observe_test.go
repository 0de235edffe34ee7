package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
)

func TestAccessLog(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	ans := e.isOK(e.do("GET", pathSessions+"?client_reference_id=jo@example.com", e.sandbox.secret, nil), 200)
	e.do("GET", "/v1/private/path", "", nil)
	e.view(s)
	lines := strings.Split(strings.TrimSpace(e.log.String()), "\n")
	var line obj
	require.NoError(t, json.Unmarshal([]byte(lines[len(lines)-3]), &line))
	require.Equal(t, "request", line["msg"])
	require.Equal(t, "GET", line["method"])
	require.Equal(t, pathSessions, line["route"])
	require.InDelta(t, 200, line["status"], 0)
	require.Equal(t, ans.header.Get("Request-Id"), line["request_id"])
	require.Equal(t, e.sandbox.org.ID, line["org"])
	require.Contains(t, line, "duration_ms")
	require.Contains(t, lines[len(lines)-2], `"route":"unmatched"`)
	require.Contains(t, lines[len(lines)-1], `"route":"/v1/verify/session/:id"`)
	for _, secret := range []string{"jo@example.com", "private/path", "127.0.0.1", e.sandbox.secret, s.secret} {
		require.NotContains(t, e.log.String(), secret)
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	e := newEnv(t, func(o *api.Options) { o.Registry = registry })
	workflow := e.workflow(e.sandbox, simple("mdl"))
	e.create(e.sandbox, workflow)
	e.create(e.sandbox, workflow, obj{"skip_verification": true, "jurisdiction": "DE"})
	e.do("BREW", "/v1/coffee", "", nil)
	text := string(e.isOK(e.do("GET", "/metrics", "", nil), 200).body)
	for _, line := range []string{
		`stile_http_requests_total{method="POST",route="/v1/verification_sessions",status="201"} 2`,
		`stile_http_requests_total{method="POST",route="/v1/verification_sessions",status="503"} 0`,
		`stile_http_requests_total{method="other",route="unmatched",status="404"} 1`,
		`stile_http_request_duration_seconds_count{method="POST",route="/v1/verification_sessions"} 2`,
		`stile_sessions_total{country="US",status="created",type="age"} 1`,
		`stile_sessions_total{country="DE",status="verified",type="age"} 1`,
	} {
		require.Contains(t, text, line)
	}
	require.NotContains(t, text, "coffee")
	_, err := api.New(api.Options{Store: e.store, Orchestrator: e.temporal, Registry: registry})
	require.Error(t, err, "one registry, one API")
}

func TestCORS(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	preflight := func(path, method string) answer {
		return e.do(http.MethodOptions, path, "", nil, "Origin", "https://shop.example",
			"Access-Control-Request-Method", method, "Access-Control-Request-Headers", "authorization")
	}
	for _, c := range [][2]string{{s.path(""), "GET"}, {s.path("/open"), "POST"}, {pathSessions, "POST"}} {
		ans := preflight(c[0], c[1])
		require.Equal(t, 204, ans.status)
		require.Equal(t, "*", ans.header.Get("Access-Control-Allow-Origin"))
		require.Contains(t, ans.header.Get("Access-Control-Allow-Methods"), c[1])
		for _, name := range []string{
			"Authorization", "Content-Type", "Content-Encoding", "Idempotency-Key", "If-None-Match",
			"traceparent", "tracestate", "baggage", "sentry-trace",
		} {
			require.Contains(t, ans.header.Get("Access-Control-Allow-Headers"), name)
		}
	}
	for _, c := range [][2]string{{pathSessions, "GET"}, {"/v1/workflows", "POST"}, {"/v1/events", "GET"}} {
		ans := preflight(c[0], c[1])
		require.Equal(t, 405, ans.status)
		require.Empty(t, ans.header.Get("Access-Control-Allow-Origin"))
	}
	for _, ans := range []answer{
		e.do("GET", s.path(""), s.secret, nil), e.do("GET", s.path(""), "nonsense", nil),
		e.do("POST", pathSessions, e.sandbox.publishable, "["),
	} {
		require.Equal(t, "*", ans.header.Get("Access-Control-Allow-Origin"), "a page must be able to read errors too")
		for _, name := range []string{"ETag", "Request-Id", "Retry-After", "X-RateLimit-Remaining"} {
			require.Contains(t, ans.header.Get("Access-Control-Expose-Headers"), name)
		}
	}
	require.Empty(t, e.do("GET", pathSessions, e.sandbox.secret, nil).header.Get("Access-Control-Allow-Origin"))
}
