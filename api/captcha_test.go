package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
	"github.com/stile-id/stile/internal/captcha"
	"github.com/stile-id/stile/internal/captcha/captchatest"
	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/models/store"
)

// withCaptcha returns the API with a verifier, and the body of a session of the live organization.
func withCaptcha(t *testing.T) (*env, *captchatest.Verifier, obj) {
	t.Helper()
	v := captchatest.New()
	t.Cleanup(v.Close)
	e := newEnv(t, func(o *api.Options) {
		o.Captcha = captcha.NewTurnstile(v.URL, captchatest.Secret, outbound.Policy{Allow: outbound.Loopback()})
		o.Config.TrustedProxies, o.Locator = []string{"127.0.0.1"}, known
	})
	e.hook(e.live)
	return e, v, obj{"type": "age", "workflow_id": e.workflow(e.live, simple("self_attestation"))}
}

// fromShop are the headers of a browser in California at a page of the shop.
func fromShop(more ...string) []string {
	return append(append(from("198.51.100.7"), "Origin", "https://shop.example"), more...)
}

func TestPublishableKeyNeedsACaptcha(t *testing.T) {
	t.Parallel()
	e, v, body := withCaptcha(t)
	public := e.live.publishable
	missing := e.isError(e.do("POST", pathSessions, public, body, fromShop()...), 400, "captcha_required", "captcha_token")
	require.NotContains(t, missing["message"], "STILE_TURNSTILE_SECRET")
	for _, wrong := range []any{7, text(3000), []string{"a"}} {
		body["captcha_token"] = wrong
		e.isError(e.do("POST", pathSessions, public, body, fromShop()...), 400, "parameter_invalid", "captcha_token")
	}
	body["captcha_token"] = v.Issue("a", "shop.example")
	faulty := obj{"type": "age", "workflow_id": "wf_x", "captcha_token": "a", "email": "nobody"}
	e.isError(e.do("POST", pathSessions, public, faulty, fromShop()...), 400, "parameter_invalid", "email")
	faulty = obj{"type": "age", "workflow_id": "wf_" + strings.Repeat("a", 24), "captcha_token": "a"}
	e.isError(e.do("POST", pathSessions, public, faulty, fromShop()...), 400, "parameter_invalid", "workflow_id")
	elsewhere := simple("self_attestation")
	elsewhere["jurisdictions"] = []string{"DE"}
	faulty["workflow_id"] = e.workflow(e.live, elsewhere)
	e.isError(e.do("POST", pathSessions, public, faulty, fromShop()...), 400, "parameter_invalid", "workflow_id")
	require.Empty(t, v.Asked(), "a faulty request spends no token")

	created := e.do("POST", pathSessions, public, body, fromShop()...)
	e.isOK(created, 201)
	require.Equal(t, "publishable-key-session-create", created.header.Get("Stile-Deprecation"))
	require.Equal(t, "198.51.100.7", v.Asked()[0]["remoteip"])
	e.isError(e.do("POST", pathSessions, public, body, fromShop()...), 400, "captcha_invalid", "captcha_token")
	body["captcha_token"] = v.Issue("b", "evil.example")
	e.isError(e.do("POST", pathSessions, public, body, fromShop()...), 400, "captcha_invalid", "captcha_token")

	asked := len(v.Asked())
	body["jurisdiction"] = "US"
	e.isOK(e.do("POST", pathSessions, e.live.secret, body), 201)
	require.Len(t, v.Asked(), asked, "a secret key needs no token")
	require.NotContains(t, e.log.String(), captchatest.Secret)
}

func TestRepeatedRequestSpendsNoSecondToken(t *testing.T) {
	t.Parallel()
	e, v, body := withCaptcha(t)
	body["captcha_token"] = v.Issue("a", "shop.example")
	post := func(key string) answer {
		return e.do("POST", pathSessions, e.live.publishable, body, fromShop("Idempotency-Key", key)...)
	}
	first := e.isOK(post("one"), 201)
	require.Equal(t, first.body, e.isOK(post("one"), 201).body)
	require.Len(t, v.Asked(), 1)
	e.isError(post("two"), 400, "captcha_invalid", "captcha_token")

	// The process dies after the commit: another request takes the key over, with the reserved id.
	scope := "org:" + e.live.org.ID + ":publishable"
	body["captcha_token"] = v.Issue("b", "shop.example")
	v.Break(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	unreachable := post("three")
	e.isError(unreachable, 503, "service_unavailable")
	require.NotEmpty(t, unreachable.header.Get("Retry-After"))
	v.Break(nil)
	made := e.isOK(post("three"), 201).object["id"]
	_, err := e.database().ExecContext(t.Context(),
		"UPDATE idempotency_keys SET response_status = NULL, leased_until = 0 WHERE scope = $1 AND resource_id = $2",
		scope, made.(string)[len("vks_"):])
	require.NoError(t, err)
	asked := len(v.Asked())
	require.Equal(t, made, e.isOK(post("three"), 201).object["id"])
	require.Len(t, v.Asked(), asked, "the session exists, so no token is needed")
}

func TestSandboxNeedsNoCaptchaAndChecksAGivenOne(t *testing.T) {
	t.Parallel()
	e, v, _ := withCaptcha(t)
	_, err := e.store.ChangeEmbedOrigins(t.Context(), e.sandbox.org.ID, store.ActorCLI, nil, nil)
	require.NoError(t, err)
	body := obj{"type": "age", "workflow_id": e.workflow(e.sandbox, simple("self_attestation"))}
	e.isOK(e.do("POST", pathSessions, e.sandbox.publishable, body, fromShop()...), 201)
	body["captcha_token"] = "invented"
	e.isError(e.do("POST", pathSessions, e.sandbox.publishable, body, fromShop()...), 400, "captcha_invalid")
	body["captcha_token"] = v.Issue("a", "shop.example")
	e.isOK(e.do("POST", pathSessions, e.sandbox.publishable, body, fromShop()...), 201)
}

func TestLiveOrganizationIsToldToConfigureTheCaptcha(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	body := obj{"type": "age", "workflow_id": "wf_x"}
	for _, token := range []any{nil, "a"} {
		body["captcha_token"] = token
		failure := e.isError(e.do("POST", pathSessions, e.live.publishable, body), 400, "captcha_required", "captcha_token")
		require.Contains(t, failure["message"], "STILE_TURNSTILE_SECRET")
	}
	body = obj{
		"type": "age", "workflow_id": e.workflow(e.sandbox, simple("self_attestation")), "jurisdiction": "US",
		"captcha_token": "a",
	}
	e.isOK(e.do("POST", pathSessions, e.sandbox.publishable, body), 201)
}
