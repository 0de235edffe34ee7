package api_test

import (
	"maps"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestUnknownJurisdictionIsRefusedEverywhere asks every place of the API that takes a jurisdiction.
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
