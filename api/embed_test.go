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

func TestMerchantChangesItsEmbedOrigins(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	const path = "/v1/organization/embed_origins"
	origins := func(of tenant) any {
		return e.isOK(e.do("GET", path, of.secret, nil), 200).object["origins"]
	}
	require.Equal(t, []any{}, origins(e.live))
	added := e.isOK(e.do("POST", path, e.live.secret, obj{"add": []string{"https://b.example", "https://a.example"}}), 200)
	require.Equal(t, []any{"https://a.example", "https://b.example"}, added.object["origins"])
	for param, wrong := range map[string]obj{
		"add[1]": {"add": []string{"https://c.example", "https://c.example/path"}},
		"add[0]": {"add": []string{"http://localhost:3000"}, "remove": []string{"https://a.example"}},
		"add":    {"add": "https://c.example"},
	} {
		e.isError(e.do("POST", path, e.live.secret, wrong), 400, "parameter_invalid", param)
	}
	e.isError(e.do("POST", path, e.live.secret, obj{"remove": []string{"https://c.example"}}), 404, "resource_missing")
	e.isError(e.do("POST", path, e.live.publishable, obj{"add": []string{"https://c.example"}}),
		403, "publishable_key_scope")
	require.Equal(t, added.object["origins"], origins(e.live), "a refused change changes nothing")
	require.Equal(t, []any{}, origins(e.sandbox), "another organization's")
	e.isOK(e.do("POST", path, e.live.secret, obj{"remove": []string{"https://a.example"}}), 200)
	require.Equal(t, []any{"https://b.example"}, origins(e.live))
}
