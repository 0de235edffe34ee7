package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

func TestPublishableKeyOfALiveOrganization(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	body := obj{"type": "age", "workflow_id": "wf_x", "jurisdiction": "US"}
	e.isError(e.do("POST", pathSessions, e.live.publishable, body), 400, "captcha_required", "captcha_token")

	org, err := e.store.Across().CreateOrganization(t.Context(), models.Organization{PublishableCreateBlocked: true})
	require.NoError(t, err)
	_, key, err := e.store.CreateKey(t.Context(), org.ID, store.ActorCLI, models.PublishableKey)
	require.NoError(t, err)
	ans := e.do("POST", pathSessions, key, body)
	e.isError(ans, 403, "publishable_session_create_blocked")
	require.Equal(t, "publishable-key-session-create", ans.header.Get("Stile-Deprecation"))
}

func TestRevokedKey(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.isOK(e.do("GET", "/v1/workflows", e.sandbox.secret, nil), 200)
	_, err := e.store.RevokeKey(t.Context(), e.sandbox.org.ID, store.ActorCLI, e.sandbox.keyID, 0)
	require.NoError(t, err)
	e.clock.Advance(4 * time.Second)
	e.isError(e.do("GET", "/v1/workflows", e.sandbox.secret, nil), http.StatusUnauthorized, "api_key_invalid")

	// With grace the end is known beforehand, so no cache delays it.
	_, err = e.store.RevokeKey(t.Context(), e.stranger.org.ID, store.ActorCLI, e.stranger.keyID, time.Minute)
	require.NoError(t, err)
	e.clock.Advance(59 * time.Second)
	e.isOK(e.do("GET", "/v1/workflows", e.stranger.secret, nil), 200)
	e.clock.Advance(time.Second)
	e.isError(e.do("GET", "/v1/workflows", e.stranger.secret, nil), http.StatusUnauthorized, "api_key_invalid")
}

func TestRefusedKeyStaysRefusedWhenTheClockIsSetBack(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	_, err := e.store.RevokeKey(t.Context(), e.sandbox.org.ID, store.ActorCLI, e.sandbox.keyID, time.Second)
	require.NoError(t, err)
	e.isOK(e.do("GET", "/v1/workflows", e.sandbox.secret, nil), 200) // the process remembers the key for 3 s
	e.clock.Advance(time.Second)
	e.isError(e.do("GET", "/v1/workflows", e.sandbox.secret, nil), http.StatusUnauthorized, "api_key_invalid")
	e.clock.Advance(-time.Second)
	e.isError(e.do("GET", "/v1/workflows", e.sandbox.secret, nil), http.StatusUnauthorized, "api_key_invalid")
}

func TestNewKeyWorksAtOnce(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	_, secret, err := e.store.CreateKey(t.Context(), e.sandbox.org.ID, store.ActorCLI, models.SecretKey)
	require.NoError(t, err)
	e.isError(e.do("GET", "/v1/workflows", secret[:len(secret)-1], nil), 401, "api_key_invalid")
	e.isOK(e.do("GET", "/v1/workflows", secret, nil), 200)
}
