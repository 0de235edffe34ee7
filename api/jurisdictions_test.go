package api_test

import (
	"maps"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestUnknownJurisdictionIsRefusedEverywhere sends one to every parameter that takes a jurisdiction.
func TestUnknownJurisdictionIsRefusedEverywhere(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.workflow(e.sandbox, simple("mdl"))
	path := "/v1/workflows/" + workflow
	with := func(base obj, more obj) obj {
		body := maps.Clone(base)
		maps.Copy(body, more)
		return body
	}
	session := obj{"type": "age", "workflow_id": workflow, "jurisdiction": "US"}
	for _, place := range []string{"US-ZZ", "us-zz", "DE-CA", "ZZ", "USA", "US_CA"} {
		for _, c := range []struct {
			method, path string
			body         obj
			param        string
		}{
			{"POST", pathSessions, with(session, obj{"jurisdiction": place}), "jurisdiction"},
			{"POST", pathSessions, with(session, obj{"delivery_jurisdiction": place}), "delivery_jurisdiction"},
			{"POST", "/v1/workflows", with(simple("mdl"), obj{"jurisdictions": []string{place}}), "jurisdictions[0]"},
			{"PATCH", path, obj{"jurisdictions": []string{"US", place}}, "jurisdictions[1]"},
			{"PATCH", path, obj{"overrides": obj{place: obj{"add": []string{"mid"}}}}, "overrides." + place},
			{"POST", path + "/simulate", obj{"cases": []obj{{"jurisdiction": place}}}, "cases[0].jurisdiction"},
			{"POST", path + "/simulate", obj{"cases": []obj{{}}, "jurisdictions": []string{place}}, "jurisdictions"},
			{"POST", path + "/backtest", obj{"sessions": obj{"jurisdiction": place}}, "sessions.jurisdiction"},
			{"GET", pathCheck + "?use_cases=firearms&jurisdiction=" + url.QueryEscape(place), nil, "jurisdiction"},
			{"GET", "/v1/reviews?jurisdiction=" + url.QueryEscape(place), nil, "jurisdiction"},
		} {
			var body any
			if c.body != nil {
				body = c.body
			}
			failure := e.isError(e.do(c.method, c.path, e.sandbox.secret, body), 400, "parameter_invalid", c.param)
			require.NotEmpty(t, failure["message"], "%s %s", c.method, c.path)
		}
	}
}

// TestOnlyTheLawProhibitsAUseCase runs a workflow, by every way there is, at a place for which it is not published.
func TestOnlyTheLawProhibitsAUseCase(t *testing.T) {
	t.Parallel()
	e := behindProxy(t, "127.0.0.1")
	workflow := e.workflow(e.sandbox, order("alcohol_delivery", []string{"US"}, "mdl"))
	body := obj{"type": "age", "workflow_id": workflow}
	german := from("198.51.100.8")
	located := e.isError(
		e.do("POST", pathSessions, e.sandbox.secret, body, german...),
		400,
		"parameter_invalid",
		"workflow_id",
	)
	require.Equal(t, "The workflow is not published for DE, but for US", located["message"])
	body["client_ip"] = "198.51.100.8"
	e.isError(e.do("POST", pathSessions, e.sandbox.secret, body), 400, "parameter_invalid", "workflow_id")
	body["jurisdiction"] = "DE"
	e.isError(e.do("POST", pathSessions, e.sandbox.secret, body), 400, "parameter_invalid", "jurisdiction")

	simulate := "/v1/workflows/" + workflow + "/simulate"
	e.isError(e.do("POST", simulate, e.sandbox.secret, obj{"cases": []obj{{}, {"jurisdiction": "DE"}}}),
		400, "parameter_invalid", "cases[1].jurisdiction")
	played := e.isOK(
		e.do("POST", simulate, e.sandbox.secret, obj{"cases": []obj{{}}, "jurisdictions": []string{"DE"}}),
		200,
	)
	require.Equal(t, "parameter_invalid", in(played.object, "markets", 0, "error", "code"))

	s := e.elsewhere(e.sandbox, order("alcohol_delivery", []string{"US"}, "mdl"))
	for _, path := range []string{"/open", "/methods/mdl"} {
		failure := e.isError(e.do("POST", s.path(path), s.secret, obj{}, german...), 400, "parameter_invalid")
		require.Nil(t, failure["param"], "the user has sent none")
	}
}
