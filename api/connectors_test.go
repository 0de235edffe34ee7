package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
	"github.com/stile-id/stile/models"
)

const (
	pathConnectors = "/v1/provider_connectors"
	callbackURL    = "https://id.example" + api.PathCallbacks
)

// withCallbacks configures a callback URL for providers.
func withCallbacks(o *api.Options) { o.Config.CallbackURL = callbackURL }

// connected is a provider connector with its secret.
type connected struct{ id, secret string }

func (e *env) connect(of tenant, method, url string, more ...obj) connected {
	e.t.Helper()
	body := obj{"method": method, "url": url}
	for _, fields := range more {
		for name, value := range fields {
			body[name] = value
		}
	}
	created := e.isOK(e.do("POST", pathConnectors, of.secret, body), 201).object
	return connected{created["id"].(string), created["secret"].(string)}
}

func TestConnectorLife(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withCallbacks)
	created := e.isOK(e.do("POST", pathConnectors, e.sandbox.secret,
		obj{"method": "document_capture", "url": "http://vendor.example:9000/judge"}), 201).object
	path := pathConnectors + "/" + created["id"].(string)
	secret := created["secret"]
	require.Regexp(t, `^pcsec_[0-9A-Za-z]{43}$`, secret)
	delete(created, "secret")
	require.Equal(t, obj{
		"id":                       created["id"],
		"object":                   "provider_connector",
		"method":                   "document_capture",
		"name":                     nil,
		"url":                      "http://vendor.example:9000/judge",
		"mode":                     "sync",
		"timeout_seconds":          10.0,
		"callback_timeout_seconds": 3600.0,
		"status":                   "enabled",
		"created":                  created["created"],
		"updated":                  created["created"],
	}, created)
	require.Equal(t, created, e.isOK(e.do("GET", path, e.sandbox.secret, nil), 200).object, "the secret is shown once")

	for i, method := range []string{"POST", "PATCH"} {
		e.clock.Advance(1e9)
		change := obj{
			"name": "Acme", "url": "http://vendor.example:9001/", "mode": []string{"callback", "sync"}[i],
			"timeout_seconds": 30, "callback_timeout_seconds": 60, "status": []string{"disabled", "enabled"}[i],
		}
		updated := e.isOK(e.do(method, path, e.sandbox.secret, change), 200).object
		require.Equal(t, "Acme", updated["name"])
		require.Equal(t, change["mode"], updated["mode"])
		require.Equal(t, change["status"], updated["status"])
		require.Equal(t, []any{30.0, 60.0}, []any{updated["timeout_seconds"], updated["callback_timeout_seconds"]})
		require.Greater(t, updated["updated"], created["updated"])
	}
	all := e.isOK(e.do("GET", pathConnectors, e.sandbox.secret, nil), 200).object
	require.Len(t, all["data"], 1)
	require.NotContains(t, in(all, "data", 0), "secret")

	rotated := e.isOK(e.do("POST", path+"/rotate-secret", e.sandbox.secret, nil), 200).object
	require.Regexp(t, `^pcsec_`, rotated["secret"])
	require.NotEqual(t, secret, rotated["secret"])

	gone := e.isOK(e.do("DELETE", path, e.sandbox.secret, nil), 200).object
	require.Equal(t, obj{"id": created["id"], "object": "provider_connector", "deleted": true}, gone)
	for _, o := range []operation{
		{"GET", path}, {"DELETE", path}, {"POST", path}, {"PATCH", path}, {"POST", path + "/rotate-secret"},
	} {
		e.isError(e.do(o.method, o.path, e.sandbox.secret, nil), 404, "resource_missing", "id")
	}
}

func TestMethodHasOneConnector(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	first := e.connect(e.sandbox, "document_capture", "https://vendor.example/a")
	again := obj{"method": "document_capture", "url": "https://vendor.example/b"}
	e.isError(e.do("POST", pathConnectors, e.sandbox.secret, again), 400, "parameter_invalid", "method")
	e.connect(e.sandbox, "facial_age", "https://vendor.example/c")
	e.connect(e.stranger, "document_capture", "https://vendor.example/d")
	e.isOK(e.do("DELETE", pathConnectors+"/"+first.id, e.sandbox.secret, nil), 200)
	e.isOK(e.do("POST", pathConnectors, e.sandbox.secret, again), 201)
}

func TestConnectorInputIsChecked(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	good := obj{"method": "document_capture", "url": "https://vendor.example/judge"}
	existing := e.connect(e.live, "mdl", "https://vendor.example/judge")
	for _, c := range []struct {
		param string
		value any
	}{
		{"method", "palm_reading"},
		{"method", "self_attestation"},
		{"method", nil},
		{"url", nil},
		{"url", "http://vendor.example/judge"},
		{"url", "https://me:secret@vendor.example/judge"},
		{"url", "vendor.example"},
		{"url", "https://10.0.0.1/judge"},
		{"mode", "later"},
		{"mode", "callback"}, // no callback URL is configured
		{"timeout_seconds", 0},
		{"timeout_seconds", 31},
		{"timeout_seconds", 1.5},
		{"callback_timeout_seconds", 59},
		{"callback_timeout_seconds", 86401},
		{"status", "asleep"},
		{"name", strings.Repeat("n", 201)},
		{"secret", "mine"},
	} {
		body := obj{c.param: c.value}
		for name, value := range good {
			if name != c.param {
				body[name] = value
			}
		}
		e.isError(e.do("POST", pathConnectors, e.live.secret, body), 400, "parameter_invalid", c.param)
		if c.value != nil {
			e.isError(e.do("PATCH", pathConnectors+"/"+existing.id, e.live.secret, obj{c.param: c.value}),
				400, "parameter_invalid", c.param)
		}
	}
	e.isError(
		e.do("PATCH", pathConnectors+"/"+existing.id, e.live.secret, obj{"method": "mdl"}),
		400,
		"parameter_invalid",
		"method",
	)
}

// documentSession creates a session that waits for a document, with a provider to judge it.
func (e *env) documentSession(more ...obj) (session, connected) {
	e.t.Helper()
	c := e.connect(e.sandbox, "document_capture", "http://vendor.example:9001/judge", more...)
	return e.create(e.sandbox, e.workflow(e.sandbox, simple("document_capture"))), c
}

func TestProviderSubmissionIsStoredUntilItsVerdict(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s, _ := e.documentSession()
	document := obj{"input": obj{"front": "…", "pages": []int{1, 2}}}
	attempt := e.isOK(e.do("POST", s.path("/methods/document_capture"), s.secret, document), 202).object
	require.Equal(t, "processing", attempt["session_status"])
	again := e.isOK(e.do("POST", s.path("/methods/document_capture"), s.secret, document), 202).object
	require.Equal(t, attempt["id"], again["id"], "a repeat is the same attempt")

	row, err := e.store.Across().PublicSession(t.Context(), s.id)
	require.NoError(t, err)
	stored, payload, err := e.store.Submission(t.Context(), row.OrgID, attempt["id"].(string))
	require.NoError(t, err)
	require.JSONEq(t, `{"input":{"front":"…","pages":[1,2]}}`, string(payload))
	require.Equal(t, e.clock.Now().Add(2*60e9).Unix(), stored.ReadyAt.Unix(), "the provider has its time")
	require.NotContains(t, *stored.Payload, "front", "sealed")
}

func TestProviderSubmissionIsRefusedByItsFault(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s, c := e.documentSession()
	path := s.path("/methods/document_capture")
	for param, body := range map[string]obj{
		"input":         {},
		"date_of_birth": {"input": obj{}, "date_of_birth": "1990-01-31"},
		"front":         {"front": "…"},
	} {
		e.isError(e.do("POST", path, s.secret, body), 400, "parameter_invalid", param)
	}
	e.isError(e.do("POST", path, s.secret, obj{"input": "…"}), 400, "parameter_invalid", "input")
	e.isError(e.do("POST", path, s.secret, obj{"input": []int{1}}), 400, "parameter_invalid", "input")
	e.isError(e.do("POST", path, s.secret, obj{"input": obj{"a": strings.Repeat("x", 1<<20)}}), 413, "request_too_large")
	e.isOK(e.do("PATCH", pathConnectors+"/"+c.id, e.sandbox.secret, obj{"status": "disabled"}), 200)
	e.isError(e.do("POST", path, s.secret, obj{"input": obj{}}), 400, "parameter_invalid", "method")
	e.isOK(e.do("POST", path, s.secret, obj{"simulate": "pass"}), http.StatusAccepted)
	require.Equal(t, string(models.StatusProcessing), e.status(s))
}
