package api_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
)

const idempotencyKey = "Idempotency-Key"

func (e *env) sessionCount(of tenant) int {
	e.t.Helper()
	return len(e.isOK(e.do("GET", pathSessions+"?limit=100", of.secret, nil), 200).object["data"].([]any))
}

func TestReplay(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	body := obj{"type": "age", "workflow_id": e.workflow(e.sandbox, simple("mdl")), "jurisdiction": "US"}
	first := e.isOK(e.do("POST", pathSessions, e.sandbox.secret, body, idempotencyKey, "order_1"), 201)
	require.Empty(t, first.header.Get("Idempotent-Replayed"))
	again := e.isOK(e.do("POST", pathSessions, e.sandbox.secret, body, idempotencyKey, "order_1"), 201)
	require.Equal(t, "true", again.header.Get("Idempotent-Replayed"))
	require.Equal(t, string(first.body), string(again.body), "the client secret too")
	require.Equal(t, first.header.Get("Content-Type"), again.header.Get("Content-Type"))
	require.NotEqual(t, first.header.Get("Request-Id"), again.header.Get("Request-Id"))
	require.Equal(t, 1, e.sessionCount(e.sandbox))

	body["client_reference_id"] = "other"
	e.isError(e.do("POST", pathSessions, e.sandbox.secret, body, idempotencyKey, "order_1"), 409, "idempotency_key_reuse")
	e.isError(
		e.do("POST", "/v1/workflows", e.sandbox.secret, body, idempotencyKey, "order_1"),
		409,
		"idempotency_key_reuse",
	)
	e.clock.Advance(24*time.Hour + time.Second)
	e.isOK(e.do("POST", pathSessions, e.sandbox.secret, body, idempotencyKey, "order_1"), 201)
	require.Equal(t, 2, e.sessionCount(e.sandbox))
}

func TestSameContentInAnySpellingIsReplayed(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.workflow(e.sandbox, simple("mdl"))
	one := `{"type":"age","workflow_id":"` + workflow + `","jurisdiction":"US","metadata":{"a":"é","b":"2"}}`
	first := e.isOK(e.do("POST", pathSessions, e.sandbox.secret, one, idempotencyKey, "order 1"), 201)
	for name, same := range map[string]string{
		"reordered": `{"metadata":{"b":"2","a":"é"},"jurisdiction":"US","workflow_id":"` + workflow + `","type":"age"}`,
		"indented":  strings.ReplaceAll(one, ",", " ,\r\n\t"),
		"escaped":   strings.ReplaceAll(one, "é", `\u00e9`),
	} {
		again := e.isOK(e.do("POST", pathSessions, e.sandbox.secret, same, idempotencyKey, "order 1"), 201)
		require.Equal(t, string(first.body), string(again.body), name)
		require.Equal(t, "true", again.header.Get("Idempotent-Replayed"), name)
	}
	require.Equal(t, 1, e.sessionCount(e.sandbox))
	other := strings.ReplaceAll(one, `"2"`, `"3"`)
	e.isError(e.do("POST", pathSessions, e.sandbox.secret, other, idempotencyKey, "order 1"), 409, "idempotency_key_reuse")
	twice := strings.Replace(one, `{"type":"age"`, `{"type":"age","type":"age"`, 1)
	e.isError(
		e.do("POST", pathSessions, e.sandbox.secret, twice, idempotencyKey, "order 2"),
		400,
		"parameter_invalid",
		"type",
	)
	note := `{"version":1,"note":"x"}`
	path := "/v1/workflows/" + workflow + "/rollback"
	e.isOK(e.do("POST", path, e.sandbox.secret, note, idempotencyKey, "~ !"), 201)
	e.isOK(e.do("POST", path, e.sandbox.secret, strings.Replace(note, "1", "1.0", 1), idempotencyKey, "~ !"), 201)
	versions := e.isOK(e.do("GET", "/v1/workflows/"+workflow+"/versions", e.sandbox.secret, nil), 200)
	require.Len(t, versions.object["data"], 2)
}

func TestKeysOfDifferentScopes(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	body := obj{"type": "age", "workflow_id": e.workflow(e.sandbox, simple("mdl")), "jurisdiction": "US"}
	secret := e.isOK(e.do("POST", pathSessions, e.sandbox.secret, body, idempotencyKey, "k"), 201)
	public := e.isOK(e.do("POST", pathSessions, e.sandbox.publishable, body, idempotencyKey, "k"), 201)
	require.NotEqual(t, secret.object["id"], public.object["id"], "a publishable key does not see a secret key's answer")
	replayed := e.isOK(e.do("POST", pathSessions, e.sandbox.publishable, body, idempotencyKey, "k"), 201)
	require.Equal(t, "true", replayed.header.Get("Idempotent-Replayed"))
	require.Equal(t, "publishable-key-session-create", replayed.header.Get("Stile-Deprecation"))

	body["workflow_id"] = e.workflow(e.stranger, simple("mdl"))
	e.isOK(e.do("POST", pathSessions, e.stranger.secret, body, idempotencyKey, "k"), 201)
	a, b := e.attest(), e.attest()
	for _, s := range []session{a, b} {
		ans := e.isOK(e.do("POST", s.path("/open"), s.secret, nil, idempotencyKey, "k"), 200)
		require.Equal(t, s.id, ans.object["session_id"])
		require.Empty(t, ans.header.Get("Idempotent-Replayed"))
	}
}

func TestOnlySuccessIsStored(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	body := obj{"type": "age", "workflow_id": "wf_later", "jurisdiction": "US"}
	e.isError(e.do("POST", pathSessions, e.sandbox.secret, body, idempotencyKey, "k"), 400, "parameter_invalid")
	body["workflow_id"] = e.workflow(e.sandbox, simple("mdl"))
	e.temporal.onStart = func(context.Context, models.Session) error { panic("at the worst moment") }
	e.isError(e.do("POST", pathSessions, e.sandbox.secret, body, idempotencyKey, "k"), 500, "internal_error")
	e.isError(e.do("POST", pathSessions, e.sandbox.secret, body, idempotencyKey, "l"), 500, "internal_error")
	e.temporal.onStart = nil
	e.isOK(e.do("POST", pathSessions, e.sandbox.secret, body, idempotencyKey, "k"), 201)
	require.Len(t, e.isOK(e.do("GET", pathSessions, e.sandbox.secret, nil), 200).object["data"], 2,
		"the failure came after the commit: its repeat finds what it made")
	body["client_reference_id"] = "changed"
	e.isOK(e.do("POST", pathSessions, e.sandbox.secret, body, idempotencyKey, "l"), 201)
}

func TestIdempotencyKeyIsChecked(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	long := strings.Repeat("k", 256)
	for _, key := range []string{"", " ", "clé", "tab\tstop", long} {
		ans := e.do("POST", "/v1/workflows", e.sandbox.secret, simple("mdl"), idempotencyKey, key)
		e.isError(ans, 400, "parameter_invalid", idempotencyKey)
	}
	e.isOK(e.do("POST", "/v1/workflows", e.sandbox.secret, simple("mdl"), idempotencyKey, long[1:]), 201)
	e.isOK(e.do("GET", "/v1/workflows", e.sandbox.secret, nil, idempotencyKey, long), 200)
}
