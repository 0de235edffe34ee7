package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models/store"
)

func TestSessionOfAPageIsBoundToItsOrigin(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	_, err := e.store.ChangeEmbedOrigins(t.Context(), e.sandbox.org.ID, store.ActorCLI,
		[]string{"https://shop.example", "https://other.example"}, nil)
	require.NoError(t, err)
	workflow := e.workflow(e.sandbox, simple("self_attestation"))
	body := obj{"type": "age", "workflow_id": workflow, "jurisdiction": "US"}
	ancestors := func(key string, origin ...string) []string {
		t.Helper()
		header := []string{}
		for _, value := range origin {
			header = append(header, "Origin", value)
		}
		created := e.isOK(e.do("POST", pathSessions, key, body, header...), 201).object
		got, err := e.api.Sessions().FrameAncestors(t.Context(), created["id"].(string))
		require.NoError(t, err)
		return got
	}
	public, secret := e.sandbox.publishable, e.sandbox.secret
	require.Equal(t, []string{"https://shop.example"}, ancestors(public, "https://shop.example"))
	for _, origin := range []string{"https://evil.example", "null", "https://shop.example/x", "*", text(600)} {
		require.Empty(t, ancestors(public, origin), origin)
	}
	require.Empty(t, ancestors(public))
	both := []string{"https://other.example", "https://shop.example"}
	require.Equal(t, both, ancestors(secret))
	require.Equal(t, both, ancestors(secret, "https://evil.example"), "a secret key is no page")
}

func TestViewSaysWhetherOutcomesCanBeSimulated(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	require.Equal(t, true, e.view(e.attest())["sandbox"])
	e.hook(e.live)
	require.Equal(t, false, e.view(e.create(e.live, e.workflow(e.live, simple("self_attestation"))))["sandbox"])
}
