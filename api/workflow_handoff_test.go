package api_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/sessions"
)

// handing returns a workflow with these preferences of handoffs.
func handing(handoff any) obj {
	definition := simple("self_attestation", "document_capture")
	definition["preferences"] = obj{"handoff": handoff}
	return definition
}

func TestHandoffPreferencesHaveTheirDefaults(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.allow(e.sandbox, "https://shop.example")
	full := obj{
		"enabled":      false,
		"url_base":     "https://shop.example/scan/",
		"company_name": "HealthHaven",
		"confirm":      false,
	}
	byDefault := obj{"enabled": true, "url_base": nil, "company_name": nil, "confirm": true}
	named := maps.Clone(byDefault)
	named["company_name"] = text(100)
	nodes := flow("doc", obj{"doc": method("document_capture", "yes", "no")})
	for _, definition := range []obj{simple("document_capture"), nodes} {
		for _, c := range []struct{ given, want any }{
			{nil, byDefault}, {obj{}, byDefault}, {
				obj{"enabled": nil, "url_base": nil, "company_name": nil, "confirm": nil}, byDefault,
			},
			{full, full}, {obj{"company_name": text(100)}, named},
		} {
			body := maps.Clone(definition)
			body["preferences"] = obj{"handoff": c.given}
			created := e.isOK(e.do("POST", "/v1/workflows", e.sandbox.secret, body), 201).object
			path := "/v1/workflows/" + created["id"].(string)
			require.Equal(t, c.want, in(created, "preferences", "handoff"))
			published := e.isOK(e.do("POST", path+"/publish", e.sandbox.secret, nil), 201).object
			require.Equal(t, c.want, in(published, "definition", "preferences", "handoff"))
			delete(published, "warnings") // only in that answer

			updated := e.isOK(e.do("PATCH", path, e.sandbox.secret, obj{"preferences": obj{"handoff": full}}), 200).object
			require.Equal(t, full, in(updated, "preferences", "handoff"))
			updated = e.isOK(e.do("PATCH", path, e.sandbox.secret, obj{"name": "New"}), 200).object
			require.Equal(t, full, in(updated, "preferences", "handoff"))
			updated = e.isOK(e.do("PATCH", path, e.sandbox.secret, obj{"preferences": obj{"max_attempts": 2}}), 200).object
			require.Equal(t, byDefault, in(updated, "preferences", "handoff"), "preferences are replaced as a whole")
			require.Equal(t, published, e.isOK(e.do("GET", path+"/versions/1", e.sandbox.secret, nil), 200).object)
		}
	}
}

func TestHandoffPreferencesAreChecked(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.allow(e.sandbox, "https://shop.example/scan", "http://localhost:3000")
	e.allow(e.stranger, "https://stranger.example")
	path := "/v1/workflows/" + e.workflow(e.sandbox, simple("mdl"))
	before := e.isOK(e.do("GET", path, e.sandbox.secret, nil), 200).object
	for field, wrong := range map[string][]any{
		"":             {true, []any{}, "yes"},
		"enabled":      {"yes", 1},
		"confirm":      {0},
		"url":          {"https://shop.example/scan"},
		"company_name": {" ", text(101), "Health\nHaven", "Health\u0007Haven", 1},
		"url_base": {
			1, "shop.example", "https://stranger.example", "https://shop.example", "https://shop.example/scan?x=y", "https://shop.example/scan#",
			"https://me@shop.example/scan", "https://shop.example/scan/%2e%2e/x", "http://shop.example/scan", "http://localhost:3001",
		},
	} {
		param := "preferences.handoff"
		for _, value := range wrong {
			body := obj{"preferences": obj{"handoff": value}}
			if field != "" {
				param = "preferences.handoff." + field
				body = obj{"preferences": obj{"handoff": obj{field: value}}}
			}
			e.isError(e.do("PATCH", path, e.sandbox.secret, body), 400, "parameter_invalid", param)
			body["name"], body["use_case"] = "W", "firearms"
			e.isError(e.do("POST", "/v1/workflows", e.sandbox.secret, body), 400, "parameter_invalid", param)
		}
	}
	require.Equal(t, before, e.isOK(e.do("GET", path, e.sandbox.secret, nil), 200).object)
	local := handing(obj{"url_base": "http://localhost:3000"})
	e.isOK(e.do("POST", "/v1/workflows", e.sandbox.secret, local), 201)
	e.isError(
		e.do("POST", "/v1/workflows", e.live.secret, local),
		400,
		"parameter_invalid",
		"preferences.handoff.url_base",
	)
}

func TestWorkflowWithoutHandoffOffersNone(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.workflow(e.sandbox, handing(obj{"enabled": false}))
	s := e.create(e.sandbox, workflow)
	for _, trouble := range []string{"setup_failed", "camera_failed", "scan_failed", "scan_failed"} {
		require.Equal(t, []any{false, nil}, handoffIn(e.isOK(e.report(s, trouble), 200).object))
	}
	e.isOK(e.do("PATCH", "/v1/workflows/"+workflow, e.sandbox.secret, obj{"preferences": obj{}}), 200)
	e.isOK(e.do("POST", "/v1/workflows/"+workflow+"/publish", e.sandbox.secret, nil), 201)
	require.Equal(t, []any{false, nil}, handoffIn(e.view(s)), "sessions finish on the version they began with")
	later := e.create(e.sandbox, workflow)
	require.Equal(t, []any{true, "setup_failed"}, handoffIn(e.isOK(e.report(later, "setup_failed"), 200).object))
}

func TestPageOfAHandoff(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.allow(e.sandbox, "https://shop.example")
	leads := func(s session, requested *string) string {
		row, err := e.store.Across().PublicSession(t.Context(), s.id)
		require.NoError(t, err)
		minted, err := e.api.Sessions().Mint(t.Context(), sessions.Device{Session: row}, sessions.Wish{URLBase: requested})
		if err != nil {
			require.Equal(t, models.CodeParameterInvalid, models.CodeOf(err))
			return ""
		}
		return minted.Page.String()
	}
	own := e.create(e.sandbox, e.workflow(e.sandbox, handing(obj{"url_base": "https://shop.example/scan"})))
	hosted, other, foreign := "https://verify.example/s", "https://shop.example/other", "https://stranger.example"
	require.Equal(t, hosted, leads(e.attest(), nil))
	require.Equal(t, "https://shop.example/scan", leads(own, nil))
	require.Equal(t, other, leads(own, &other), "the request goes before the workflow")
	require.Equal(t, hosted, leads(own, &hosted))
	require.Empty(t, leads(own, &foreign))

	_, err := e.store.ChangeHandoffURLs(
		t.Context(),
		e.sandbox.org.ID,
		store.ActorCLI,
		nil,
		[]string{"https://shop.example"},
	)
	require.NoError(t, err)
	require.Equal(t, hosted, leads(own, nil), "what was taken off the list counts no more")
	require.Empty(t, leads(own, &other))
}
