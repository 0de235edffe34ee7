package api_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
)

func TestUnknownRoutes(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	for _, path := range []string{"/", "/v1", "/v1/", "/v1/nothing", "/v2/workflows", "/v1/verify/session/"} {
		for _, key := range []string{"", e.sandbox.secret, "nonsense"} {
			ans := e.do("GET", path, key, nil)
			e.isError(ans, 404, "resource_missing")
			require.Equal(t, strings.HasPrefix(path+"/", "/v1/"), ans.header.Get("X-RateLimit-Limit") != "", path)
		}
	}
}

func TestWrongMethod(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ans := e.do("TRACE", "/v1/webhook_endpoints/we_x", e.sandbox.secret, nil)
	e.isError(ans, 405, "method_not_allowed")
	require.ElementsMatch(
		t,
		[]string{"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE"},
		strings.Split(ans.header.Get("Allow"), ", "),
	)
	require.Equal(t, "1000", ans.header.Get("X-RateLimit-Limit"))
	ans = e.do("DELETE", pathSessions, "", nil)
	e.isError(ans, 405, "method_not_allowed")
	require.Equal(t, "600", ans.header.Get("X-RateLimit-Limit"))
}

func TestPanic(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.workflow(e.sandbox, simple("mdl"))
	e.temporal.onStart = func(context.Context, models.Session) error { panic("jo@example.com") }
	ans := e.do("POST", pathSessions, e.sandbox.secret, obj{"type": "age", "workflow_id": workflow})
	failure := e.isError(ans, 500, "internal_error")
	require.Equal(t, "An unexpected error occurred", failure["message"])
	require.Equal(t, "api_error", failure["type"])
	require.NotEmpty(t, ans.header.Get("X-RateLimit-Limit"))
	log := e.log.String()
	require.NotContains(t, log, "jo@example.com")
	require.Contains(t, log, `"type":"string"`)
	require.Contains(t, log, "createSession", "the stack")
	require.Contains(t, log, failure["request_id"])
}

func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	require.NoError(t, e.store.Close())
	for _, ans := range []answer{
		e.do("GET", "/v1/workflows", e.sandbox.secret, nil),
		e.do("POST", "/v1/workflows", e.sandbox.secret, simple("mdl"), idempotencyKey, "k"),
		e.do("GET", "/v1/workflows", e.stranger.secret, nil),
		e.do("GET", s.path(""), s.secret, nil),
		e.do("GET", s.path("/status?wait=5"), "", nil),
		e.do("GET", "/readyz", "", nil),
	} {
		failure := e.isError(ans, 503, "service_unavailable")
		require.Equal(t, "api_error", failure["type"])
		require.Equal(t, "1", ans.header.Get("Retry-After"))
		require.NotContains(t, failure["message"], "sql")
	}
	e.isOK(e.do("GET", "/healthz", "", nil), 200)
	require.Contains(t, e.log.String(), "database is closed", "the log has the cause")
	require.Contains(t, e.log.String(), "api: not ready")
}

func TestInternalErrorKeepsItsCause(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	// A process that is not given the keys of the others: an error of ours that no code describes.
	misled := e.replica(keyring("k2"))
	ans := misled.do("GET", s.path(""), s.secret, nil)
	failure := e.isError(ans, http.StatusInternalServerError, "internal_error")
	require.Equal(t, "An unexpected error occurred", failure["message"])
	require.Contains(t, misled.log.String(), "sealed under a key")
}

func TestOperations(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	require.Equal(t, obj{"status": "ok"}, e.isOK(e.do("GET", "/healthz", "", nil), 200).object)
	ready := e.isOK(e.do("GET", "/readyz", "", nil), 200).object
	require.Equal(t, "ok", ready["status"])
	require.Equal(t, obj{"status": "unavailable", "reason": "STILE_SMTP_URL is not set"}, ready["mail"])
	require.Subset(t, ready["methods"], []any{
		obj{"method": "self_attestation", "status": "available", "reason": nil},
		obj{"method": "carrier_lookup", "status": "unavailable",
			"reason": "no mobile operator is configured (STILE_CARRIERS_FILE)"},
		obj{
			"method": "parental_consent", "status": "unavailable",
			"reason": "this installation sends no mail (STILE_SMTP_URL is not set), so no guardian can be asked",
		},
		obj{
			"method": "student", "status": "unavailable",
			"reason": "no mail can be sent, because STILE_SMTP_URL is not set",
		},
		obj{"method": "open_banking", "status": "unavailable", "reason": "no bank is configured"},
	})
	ans := e.isOK(e.do("GET", "/openapi.yaml", "", nil), 200)
	require.Equal(t, "application/yaml", ans.header.Get("Content-Type"))
	require.Contains(t, string(ans.body), "openapi: 3.1.0")
}
