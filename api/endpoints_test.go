package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules/graph"
)

const pathEndpoints = "/v1/webhook_endpoints"

func TestEndpointLife(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	created := e.isOK(e.do("POST", pathEndpoints, e.sandbox.secret, obj{
		"url": "http://shop.example:3000/hook?a=1&b=2", "enabled_events": []string{"verification_session.verified"},
		"description": "Mine", "metadata": obj{"team": "a"},
	}), 201).object
	path := pathEndpoints + "/" + created["id"].(string)
	require.Equal(t, "webhook_endpoint", created["object"])
	require.Equal(t, "enabled", created["status"])
	require.Regexp(t, `^whsec_[0-9A-Za-z]{43}$`, created["secret"])
	delete(created, "secret")
	require.Equal(t, created, e.isOK(e.do("GET", path, e.sandbox.secret, nil), 200).object, "the secret is shown once")

	for i, method := range []string{"POST", "PATCH"} {
		e.clock.Advance(1e9)
		change := obj{"enabled_events": []string{"*"}, "status": []string{"disabled", "enabled"}[i], "description": nil}
		updated := e.isOK(e.do(method, path, e.sandbox.secret, change), 200).object
		require.Equal(t, []any{"*"}, updated["enabled_events"])
		require.Equal(t, change["status"], updated["status"])
		require.Nil(t, updated["description"], "null clears what may be null")
		require.Equal(t, created["url"], updated["url"])
		require.Greater(t, updated["updated"], created["updated"])
	}
	all := e.isOK(e.do("GET", pathEndpoints, e.sandbox.secret, nil), 200).object
	require.Len(t, all["data"], 1)
	require.NotContains(t, in(all, "data", 0), "secret")

	gone := e.isOK(e.do("DELETE", path, e.sandbox.secret, nil), 200).object
	require.Equal(t, obj{"id": created["id"], "object": "webhook_endpoint", "deleted": true}, gone)
	for _, method := range []string{"GET", "DELETE", "POST", "PATCH"} {
		e.isError(e.do(method, path, e.sandbox.secret, nil), 404, "resource_missing", "id")
	}
}

func TestEndpointInputIsChecked(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	good := obj{"url": "https://shop.example/hook", "enabled_events": []string{"*"}}
	existing := e.isOK(e.do("POST", pathEndpoints, e.live.secret, good), 201).object
	for _, c := range []struct {
		param string
		value any
	}{
		{"url", "http://shop.example/hook"},
		{"url", "https://127.0.0.1/hook"},
		{"url", "https://[::ffff:8.8.8.8]/hook"},
		{"url", "https://169.254.169.254/latest/meta-data"},
		{"url", "https://me:secret@shop.example/hook"},
		{"url", "https://shop.example/hook#part"},
		{"url", "https://shop.example/" + strings.Repeat("a", 2048)},
		{"url", "gopher://shop.example"},
		{"url", "shop.example"},
		{"enabled_events", []string{}},
		{"enabled_events", "*"},
		{"enabled_events[0]", []string{"nothing.happened"}},
		{"enabled_events[0]", []any{nil}},
		{"enabled_events[1]", []string{"verification_session.verified", "*"}},
		{"enabled_events[1]", []string{"verification_session.verified", "verification_session.verified"}},
		{"description", text(501)},
		{"metadata.a", obj{"a": true}},
		{"secret", "whsec_mine"},
	} {
		body := obj{"url": good["url"], "enabled_events": good["enabled_events"]}
		name, _, _ := strings.Cut(strings.TrimSuffix(c.param, ".a"), "[")
		body[name] = c.value
		e.isError(e.do("POST", pathEndpoints, e.live.secret, body), 400, "parameter_invalid", c.param)
		path := pathEndpoints + "/" + existing["id"].(string)
		e.isError(e.do("PATCH", path, e.live.secret, body), 400, "parameter_invalid", c.param)
	}
	path := pathEndpoints + "/" + existing["id"].(string)
	e.isError(e.do("PATCH", path, e.live.secret, obj{"status": "paused"}), 400, "parameter_invalid", "status")
	for _, required := range []string{"url", "enabled_events"} {
		body := obj{"url": good["url"], "enabled_events": good["enabled_events"]}
		delete(body, required)
		e.isError(e.do("POST", pathEndpoints, e.live.secret, body), 400, "parameter_invalid", required)
	}
	require.Len(t, e.isOK(e.do("GET", pathEndpoints, e.live.secret, nil), 200).object["data"], 1)
}

func TestEvents(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	hook := e.isOK(e.do("POST", pathEndpoints, e.sandbox.secret, obj{
		"url": "https://shop.example/hook", "enabled_events": []string{"verification_session.verified"},
	}), 201).object["id"].(string)
	s, other := e.attest(), e.attest()
	e.isOK(e.do("POST", s.path("/methods/self_attestation"), s.secret, obj{"simulate": "pass"}), 202)
	e.judge(s, graph.OutcomePassed)

	list := func(query string) []any {
		return e.isOK(e.do("GET", "/v1/events"+query, e.sandbox.secret, nil), 200).object["data"].([]any)
	}
	require.Len(t, list(""), 3)
	require.Len(t, list("?session="+s.id), 2)
	require.Len(t, list("?session="+other.id+"&type=verification_session.verified"), 0)
	verified := list("?type=verification_session.verified")[0].(obj)
	require.InDelta(t, 1, verified["pending_webhooks"], 0)
	require.Equal(t, s.id, in(verified, "data", "id"))
	require.Equal(t, "verified", in(verified, "data", "status"))
	require.NotContains(t, verified["data"], "client_secret")
	require.InDelta(t, 0, in(list("?type=verification_session.created")[0], "pending_webhooks"), 0)

	path := "/v1/events/" + verified["id"].(string)
	require.Equal(t, verified, e.isOK(e.do("GET", path, e.sandbox.secret, nil), 200).object)
	e.isOK(e.do("DELETE", pathEndpoints+"/"+hook, e.sandbox.secret, nil), 200)
	require.InDelta(t, 0, e.do("GET", path, e.sandbox.secret, nil).object["pending_webhooks"], 0)
	e.isError(
		e.do("GET", "/v1/events?type=verification_session.opened", e.sandbox.secret, nil),
		400,
		"parameter_invalid",
		"type",
	)
	e.isError(e.do("GET", "/v1/events/evt_unknown", e.sandbox.secret, nil), 404, "resource_missing", "id")
}

func TestOrganizationHasALimitOfEndpoints(t *testing.T) {
	t.Parallel()
	e := newEnv(t, func(o *api.Options) { o.Config.EndpointLimit = 2 })
	first := e.hook(e.sandbox)
	e.hook(e.sandbox)
	one := obj{"url": "https://shop.example/hook", "enabled_events": []string{"*"}}
	e.isError(e.do("POST", pathEndpoints, e.sandbox.secret, one), 409, "endpoint_limit_reached")
	e.isOK(e.do("POST", pathEndpoints, e.stranger.secret, one), 201)
	e.isOK(e.do("DELETE", first, e.sandbox.secret, nil), 200)
	e.isOK(e.do("POST", pathEndpoints, e.sandbox.secret, one), 201)
}

func TestGoneEndpointNamesItsReason(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	hook := e.hook(e.sandbox)
	shown := func() obj { return e.isOK(e.do("GET", hook, e.sandbox.secret, nil), 200).object }
	require.Nil(t, shown()["disabled_reason"])
	require.Nil(t, shown()["disabled_at"])
	for range 2 {
		e.attest()
		dispatch, err := e.store.Dispatch(
			t.Context(),
			e.sandbox.org.ID,
			in(e.deliveries(hook, "?status=pending"), 0, "id").(string),
		)
		require.NoError(t, err)
		_, err = e.store.RecordAnswer(t.Context(), dispatch.Delivery,
			store.Answer{ResponseStatus: ptr(410), GoneBefore: dispatch.Endpoint.GoneAt}, nil)
		require.NoError(t, err)
		e.clock.Advance(time.Second)
	}
	gone := shown()
	require.Equal(t, []any{"disabled", "gone"}, []any{gone["status"], gone["disabled_reason"]})
	require.InDelta(t, e.clock.Now().Unix()-1, gone["disabled_at"], 0)

	enabled := e.isOK(e.do("POST", hook, e.sandbox.secret, obj{"status": "enabled"}), 200).object
	require.Equal(
		t,
		[]any{"enabled", nil, nil},
		[]any{enabled["status"], enabled["disabled_reason"], enabled["disabled_at"]},
	)
	e.isOK(e.do("POST", hook, e.sandbox.secret, obj{"status": "disabled"}), 200)
	require.Nil(t, shown()["disabled_reason"], "its owner did")
}
