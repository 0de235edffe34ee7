package api_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
)

// TestABrowserSuppliesNoFacts sends, with a publishable key, parameters that only the merchant can know.
func TestABrowserSuppliesNoFacts(t *testing.T) {
	t.Parallel()
	e := behindProxy(t, "127.0.0.1")
	vip := obj{"kind": "branch", "cases": []obj{{"when": "metadata.tier == 'vip'", "next": "yes"}}, "default": "doc"}
	workflow := e.workflow(e.sandbox, flow("tier", obj{"tier": vip, "doc": method("document_capture", "yes", "no")}))
	with := func(more obj) obj {
		body := obj{"type": "age", "workflow_id": workflow}
		maps.Copy(body, more)
		return body
	}
	facts := map[string]obj{
		"metadata":              {"metadata": obj{"tier": "vip"}},
		"delivery_jurisdiction": {"delivery_jurisdiction": "US-CA"},
		"client_ip":             {"client_ip": "198.51.100.8"},
	}
	for param, fact := range facts {
		e.isError(
			e.do("POST", pathSessions, e.sandbox.publishable, with(fact), from("198.51.100.7")...),
			400,
			"parameter_invalid",
			param,
		)
		e.isOK(e.do("POST", pathSessions, e.sandbox.secret, with(fact), from("198.51.100.7")...), 201)
	}
	allowed := obj{
		"client_reference_id": "order_1", "return_url": "https://shop.example/done", "email": "jo@example.com",
		"metadata": obj{"tier": nil}, "delivery_jurisdiction": nil, "client_ip": nil,
	}
	created := e.isOK(
		e.do("POST", pathSessions, e.sandbox.publishable, with(allowed), from("198.51.100.7")...),
		201,
	).object
	require.Equal(t, []any{"created", "order_1"}, []any{created["status"], created["client_reference_id"]})
}

// TestABrowserMayOnlyTightenTheLaw compares a browser's jurisdiction with that of its address.
func TestABrowserMayOnlyTightenTheLaw(t *testing.T) {
	t.Parallel()
	e := newEnv(t, asShipped, func(o *api.Options) { o.Config.TrustedProxies, o.Locator = []string{"127.0.0.1"}, known })
	workflow := func(definition obj) string { return e.workflow(e.sandbox, definition) }
	alcohol := workflow(order("alcohol_delivery", nil, "document_capture"))
	american := workflow(order("alcohol_delivery", []string{"US"}, "document_capture"))
	overridden := order("alcohol_delivery", nil, "document_capture")
	overridden["overrides"] = obj{"CA-ON": obj{"add": []string{"mdl"}}}
	branching := flow("where", obj{
		"where": obj{"kind": "branch", "cases": []obj{{"when": "jurisdiction == 'US-CA'", "next": "yes"}}, "default": "doc"},
		"doc":   method("document_capture", "yes", "no"),
	})
	branching["use_case"] = "alcohol_delivery"
	const california, germany, nowhere = "198.51.100.7", "198.51.100.8", "192.0.2.1"
	create := func(workflow, address string, said any) answer {
		body := obj{"type": "age", "workflow_id": workflow, "jurisdiction": said}
		return e.do("POST", pathSessions, e.sandbox.publishable, body, from(address)...)
	}
	for _, c := range []struct {
		why, workflow, address string
		said                   any
		want, source           string
	}{
		{"nothing", alcohol, germany, nil, "DE", "geoip"},
		{"the same", alcohol, germany, "de", "DE", "geoip"},
		{"a higher age", alcohol, germany, "CA-ON", "CA-ON", "explicit"},
		{"the same place, in a workflow that reads it", workflow(branching), california, "US-CA", "US-CA", "geoip"},
	} {
		created := e.isOK(create(c.workflow, c.address, c.said), 201).object
		require.Equal(t, []any{c.want, c.source}, []any{created["jurisdiction"], created["jurisdiction_source"]}, c.why)
	}
	for why, c := range map[string]struct{ workflow, address, said string }{
		"a lower age":                           {alcohol, california, "DE"},
		"a workflow with an override there":     {workflow(overridden), germany, "CA-ON"},
		"a workflow that branches by the place": {workflow(branching), germany, "CA-ON"},
		"other methods, and no consent":         {alcohol, germany, "US-CA"},
	} {
		failure := e.isError(create(c.workflow, c.address, c.said), 400, "parameter_invalid", "jurisdiction")
		require.Contains(t, failure["message"], "publishable key", why)
	}
	e.isError(
		create(american, germany, "US-ID"),
		400,
		"parameter_invalid",
		"workflow_id",
	) // not published for the user's place
	e.isError(create(alcohol, nowhere, "US-ID"), 422, "jurisdiction_unresolvable", "jurisdiction")
	e.isError(
		create(workflow(order("cannabis_delivery", nil, "document_capture")), germany, "US-CA"),
		422,
		"use_case_prohibited",
		"workflow_id",
	)
	believed := e.isOK(e.do("POST", pathSessions, e.sandbox.secret,
		obj{"type": "age", "workflow_id": alcohol, "jurisdiction": "DE"}, from(california)...), 201).object
	require.Equal(t, "DE", believed["jurisdiction"], "the merchant is believed")
}
