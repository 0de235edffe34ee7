package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// atlas is a Locator with the content of a GeoIP file.
type atlas map[netip.Addr]rules.Jurisdiction

func (a atlas) Locate(address netip.Addr) (rules.Jurisdiction, bool) {
	j, known := a[address]
	return j, known
}

var known = atlas{
	netip.MustParseAddr("198.51.100.7"): "US-CA",
	netip.MustParseAddr("198.51.100.8"): "DE",
	netip.MustParseAddr("2001:db8::7"):  "FR-IDF",
	netip.MustParseAddr("10.9.9.9"):     "SE", // an operator's own file may know a private network
}

// behindProxy returns an environment with a trusted proxy and a Locator.
func behindProxy(t *testing.T, trusted ...string) *env {
	t.Helper()
	e := newEnv(t, func(o *api.Options) { o.Config.TrustedProxies, o.Locator = trusted, known })
	e.isOK(e.do("POST", pathEndpoints, e.live.secret,
		obj{"url": "https://shop.example/hook", "enabled_events": []string{"verification_session.verified"}}), 201)
	return e
}

// from returns the headers with which a proxy forwards a request from an address.
func from(address string, header ...string) []string {
	return append([]string{"X-Forwarded-For", address}, header...)
}

// places requires the jurisdiction of a new session and its source; "" means unknown.
func (e *env) places(of tenant, key, workflow, why string, more obj, header []string, want, source string) {
	e.t.Helper()
	body := obj{"type": "age", "workflow_id": workflow}
	maps.Copy(body, more)
	ans := e.do("POST", pathSessions, key, body, header...)
	if want == "" {
		e.isError(ans, 422, "jurisdiction_unresolvable", "jurisdiction")
		return
	}
	s := e.isOK(ans, 201).object
	require.Equal(e.t, []any{want, source}, []any{s["jurisdiction"], s["jurisdiction_source"]}, why)
	read := e.isOK(e.do("GET", pathSessions+"/"+s["id"].(string), of.secret, nil), 200).object
	require.Equal(e.t, source, read["jurisdiction_source"], why)
}

func TestJurisdictionOfASession(t *testing.T) {
	t.Parallel()
	e := behindProxy(t, "127.0.0.1")
	sandbox, live := e.workflow(e.sandbox, simple("mdl")), e.workflow(e.live, simple("mdl"))
	for _, c := range []struct {
		why          string
		body         obj
		header       []string
		want, source string
	}{
		{"said", obj{"jurisdiction": "us-or"}, from("198.51.100.8", "CF-IPCountry", "FR"), "US-OR", "explicit"},
		{"said, with an address", obj{"jurisdiction": "US-OR", "client_ip": "198.51.100.8"}, nil, "US-OR", "explicit"},

		{"looked up", nil, from("198.51.100.7"), "US-CA", "geoip"},
		{"looked up, IPv6", nil, from("2001:db8::7"), "FR-IDF", "geoip"},
		{"looked up, IPv4 in IPv6", nil, from("::ffff:198.51.100.7"), "US-CA", "geoip"},
		{"behind two proxies", nil, from("198.51.100.7, 127.0.0.1"), "US-CA", "geoip"},
		{"the last one that is not trusted", nil, from("198.51.100.7, 198.51.100.8"), "DE", "geoip"},
		{"unknown", nil, from("192.0.2.1"), "", ""},
		{"unknown, IPv6", nil, from("2001:db8::8"), "", ""},

		{"client_ip", obj{"client_ip": "198.51.100.7"}, from("198.51.100.8"), "US-CA", "geoip"},
		{"client_ip, IPv6", obj{"client_ip": "2001:DB8:0::7"}, from("198.51.100.8"), "FR-IDF", "geoip"},
		{"client_ip, IPv4 in IPv6", obj{"client_ip": "::ffff:198.51.100.7"}, from("198.51.100.8"), "US-CA", "geoip"},
		{
			"client_ip, though a CDN knows the server", obj{"client_ip": "198.51.100.7"},
			from("198.51.100.8", "CF-IPCountry", "DE"), "US-CA", "geoip",
		},
		{
			"unknown client_ip, though the server is known", obj{"client_ip": "192.0.2.1"},
			from("198.51.100.8", "CF-IPCountry", "DE"), "", "",
		},

		{"Cloudflare", nil, from("198.51.100.7", "CF-IPCountry", "DE"), "DE", "header"},
		{
			"Cloudflare, with a region", nil, from("192.0.2.1", "CF-IPCountry", "US", "CF-Region-Code", "NY"), "US-NY",
			"header",
		},
		{"a region that is none", nil, from("192.0.2.1", "CF-IPCountry", "US", "CF-Region-Code", "New York"), "US", "header"},
		{"a region without a country", nil, from("192.0.2.1", "CF-Region-Code", "NY"), "", ""},
		{"lower case", nil, from("192.0.2.1", "CF-IPCountry", "us", "CF-Region-Code", "ny"), "US-NY", "header"},
		{
			"CloudFront", nil,
			from("192.0.2.1", "CloudFront-Viewer-Country", "CA", "CloudFront-Viewer-Country-Region", "QC"), "CA-QC",
			"header",
		},
		{
			"Vercel", nil, from("192.0.2.1", "X-Vercel-IP-Country", "GB", "X-Vercel-IP-Country-Region", "ENG"), "GB-ENG",
			"header",
		},
		{"App Engine", nil, from("192.0.2.1", "X-AppEngine-Country", "US", "X-AppEngine-Region", "ca"), "US-CA", "header"},
		{"another CDN's region", nil, from("192.0.2.1", "X-AppEngine-Country", "US", "CF-Region-Code", "NY"), "US", "header"},
		{"the first CDN of two", nil, from("192.0.2.1", "X-Vercel-IP-Country", "GB", "CF-IPCountry", "DE"), "DE", "header"},
		{"an empty header is none", nil, from("192.0.2.1", "CF-IPCountry", "", "X-Vercel-IP-Country", "GB"), "GB", "header"},
		{"unknown to Cloudflare", nil, from("198.51.100.7", "CF-IPCountry", "XX"), "US-CA", "geoip"},
		{"Tor", nil, from("192.0.2.1", "CF-IPCountry", "T1"), "", ""},
		{
			"Tor, with what the user made up", nil, from("192.0.2.1", "CF-IPCountry", "T1", "X-Vercel-IP-Country", "GB"), "",
			"",
		},
		{"unknown to App Engine", nil, from("192.0.2.1", "X-AppEngine-Country", "ZZ"), "", ""},
		{"no country", nil, from("192.0.2.1", "CF-IPCountry", "USA"), "", ""},
		{"a subdivision for a country", nil, from("192.0.2.1", "CF-IPCountry", "US-CA"), "", ""},

		{"an own network that is known", nil, from("10.9.9.9"), "SE", "geoip"},
		{"a private address with a header", nil, from("10.0.0.1", "CF-IPCountry", "DE"), "DE", "header"},
	} {
		e.places(e.sandbox, e.sandbox.secret, sandbox, c.why, c.body, c.header, c.want, c.source)
		e.places(e.live, e.live.secret, live, c.why, c.body, c.header, c.want, c.source)
		if _, named := c.body["client_ip"]; !named {
			e.places(e.sandbox, e.sandbox.publishable, sandbox, c.why, c.body, c.header, c.want, c.source)
		}
	}
	for _, address := range []string{"198.51.100.", "192.0.2.", "2001:db8", "2001:DB8"} {
		require.NotContains(t, e.log.String(), address)
	}
}

func TestPrivateAddressesAreLocatedInASandbox(t *testing.T) {
	t.Parallel()
	e := behindProxy(t, "127.0.0.1")
	sandbox, live := e.workflow(e.sandbox, simple("mdl")), e.workflow(e.live, simple("mdl"))
	for _, address := range []string{
		"127.0.0.1", "10.1.2.3", "192.168.0.9", "172.16.0.1", "169.254.0.1", "::1", "fd00::1", "fe80::1", "::ffff:10.0.0.1",
	} {
		e.places(e.sandbox, e.sandbox.secret, sandbox, address, nil, from(address), "US", "default")
		e.places(e.live, e.live.secret, live, address, nil, from(address), "", "")
		named := obj{"client_ip": address}
		e.places(e.sandbox, e.sandbox.secret, sandbox, address, named, from("198.51.100.7"), "US", "default")
		e.places(e.live, e.live.secret, live, address, named, from("198.51.100.7"), "", "")
	}
	e.places(e.sandbox, e.sandbox.secret, sandbox, "a public one is not", obj{"client_ip": "192.0.2.1"}, nil, "", "")
}

func TestLocalAddressesAreInTheJurisdictionOfTheConfiguration(t *testing.T) {
	t.Parallel()
	e := newEnv(t, func(o *api.Options) {
		o.Config.TrustedProxies, o.Config.DevJurisdiction, o.Locator = []string{"127.0.0.1"}, "US-CA", known
	})
	e.isOK(
		e.do("POST", pathEndpoints, e.live.secret, obj{"url": "https://shop.example/hook", "enabled_events": []string{"*"}}),
		201,
	)
	for _, of := range []tenant{e.sandbox, e.live} {
		workflow := e.workflow(of, simple("mdl"))
		for _, address := range []string{"127.0.0.1", "10.1.2.3", "::1", "fe80::1"} {
			e.places(of, of.secret, workflow, address, nil, from(address), "US-CA", "default")
			e.places(of, of.secret, workflow, address, obj{"client_ip": address}, from("198.51.100.8"), "US-CA", "default")
		}
		e.places(of, of.secret, workflow, "looked up", nil, from("198.51.100.8"), "DE", "geoip")
		e.places(of, of.secret, workflow, "unknown", nil, from("192.0.2.1"), "", "")

		delivered := obj{"type": "age", "workflow_id": workflow, "delivery_jurisdiction": "DE", "client_ip": "127.0.0.1"}
		created := e.isOK(e.do("POST", pathSessions, of.secret, delivered), 201).object
		require.Equal(t, []any{"US-CA", true}, compared(t, created), "a mismatch can be tried on a laptop")
	}
}

func TestOnlyTrustedProxiesLocateUsers(t *testing.T) {
	t.Parallel()
	told := from("198.51.100.8", "CF-IPCountry", "FR", "X-Vercel-IP-Country", "GB")
	for _, c := range []struct {
		trusted      []string
		want, source string
	}{
		{nil, "US", "default"}, // the connection comes from this machine
		{[]string{"127.0.0.2"}, "US", "default"},
		{[]string{"10.0.0.0/8", "::1"}, "US", "default"},
		{[]string{"127.0.0.1"}, "FR", "header"},
		{[]string{"::ffff:127.0.0.1"}, "FR", "header"},
		{[]string{"10.0.0.0/8", "127.0.0.0/8"}, "FR", "header"},
	} {
		e := behindProxy(t, c.trusted...)
		workflow := e.workflow(e.sandbox, simple("mdl"))
		for _, key := range []string{e.sandbox.secret, e.sandbox.publishable} {
			e.places(e.sandbox, key, workflow, fmt.Sprint(c.trusted), nil, told, c.want, c.source)
		}
	}
}

func TestRepeatedHeaderOfACDNIsIgnored(t *testing.T) {
	t.Parallel()
	e := behindProxy(t, "127.0.0.1")
	body := obj{"type": "age", "workflow_id": e.workflow(e.sandbox, simple("mdl"))}
	request := e.request(t.Context(), "POST", pathSessions, e.sandbox.secret, body, from("198.51.100.7")...)
	request.Header["Cf-Ipcountry"] = []string{"FR", "DE"}
	resp, err := e.client.Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, resp.Body.Close()) }()
	require.Equal(t, "geoip", object(t, resp)["jurisdiction_source"], "one of the two is the client's")
}

// object decodes the object in a response.
func object(t *testing.T, resp *http.Response) (read obj) {
	t.Helper()
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&read))
	return read
}

func TestAddressIsUnknownWithoutAFile(t *testing.T) {
	t.Parallel()
	e := newEnv(t, func(o *api.Options) { o.Config.TrustedProxies = []string{"127.0.0.1"} })
	workflow := e.workflow(e.sandbox, simple("mdl"))
	e.places(e.sandbox, e.sandbox.secret, workflow, "no file", nil, from("198.51.100.7"), "", "")
	e.places(e.sandbox, e.sandbox.secret, workflow, "no file", obj{"client_ip": "198.51.100.7"}, nil, "", "")
	e.places(
		e.sandbox,
		e.sandbox.secret,
		workflow,
		"a header",
		nil,
		from("198.51.100.7", "CF-IPCountry", "FR"),
		"FR",
		"header",
	)
}

func TestOnlyAServerMayPassTheClientIP(t *testing.T) {
	t.Parallel()
	e := behindProxy(t)
	body := obj{"type": "age", "workflow_id": e.workflow(e.sandbox, simple("mdl")), "client_ip": "198.51.100.7"}
	e.isError(e.do("POST", pathSessions, e.sandbox.publishable, body), 400, "parameter_invalid", "client_ip")
	body["client_ip"] = nil
	e.isOK(e.do("POST", pathSessions, e.sandbox.publishable, body), 201)
}

// compared returns the delivery fields of a session or an event; nil if it has none.
func compared(t *testing.T, object any) []any {
	t.Helper()
	ip, located := object.(obj)["ip_jurisdiction"]
	mismatch, judged := object.(obj)["jurisdiction_mismatch"]
	require.Equal(t, located, judged, "both or none")
	if !located {
		return nil
	}
	return []any{ip, mismatch}
}

func TestDeliveryIsComparedWithTheAddress(t *testing.T) {
	t.Parallel()
	e := behindProxy(t, "127.0.0.1")
	workflow := e.workflow(e.sandbox, simple("mdl"))
	said, address := "jurisdiction", "client_ip"
	for _, c := range []struct {
		why          string
		body         obj
		header       []string
		jurisdiction string
		want         []any
	}{
		{"elsewhere", obj{"delivery_jurisdiction": "us-or", address: "198.51.100.7"}, nil, "US-CA", []any{"US-CA", true}},
		{"the same", obj{"delivery_jurisdiction": "US-CA", address: "198.51.100.7"}, nil, "US-CA", []any{"US-CA", false}},
		{"its country", obj{"delivery_jurisdiction": "US", address: "198.51.100.7"}, nil, "US-CA", []any{"US-CA", false}},
		{"a state of its own", obj{"delivery_jurisdiction": "DE-BY", address: "198.51.100.8"}, nil, "DE", []any{"DE", false}},
		{"another country", obj{"delivery_jurisdiction": "US-CA", address: "198.51.100.8"}, nil, "DE", []any{"DE", true}},
		{
			"by a header", obj{"delivery_jurisdiction": "US-OR"}, from("192.0.2.1", "CF-IPCountry", "FR"), "FR",
			[]any{"FR", true},
		},
		{"by the request", obj{"delivery_jurisdiction": "US-OR"}, from("198.51.100.7"), "US-CA", []any{"US-CA", true}},
		{
			"with a jurisdiction that is said",
			obj{"delivery_jurisdiction": "US-OR", said: "US-OR", address: "198.51.100.7"}, nil, "US-OR",
			[]any{"US-CA", true},
		},
		{
			"with an address that nobody knows", obj{"delivery_jurisdiction": "US-OR", said: "US-CA", address: "192.0.2.1"},
			nil, "US-CA", []any{nil, false},
		},
		{"the default is nobody's address", obj{"delivery_jurisdiction": "DE"}, from("10.0.0.1"), "US", []any{nil, false}},
		{"no delivery", obj{address: "198.51.100.7"}, nil, "US-CA", nil},
		{"no delivery, null", obj{"delivery_jurisdiction": nil, address: "198.51.100.7"}, nil, "US-CA", nil},
	} {
		body := obj{"type": "age", "workflow_id": workflow}
		maps.Copy(body, c.body)
		created := e.isOK(e.do("POST", pathSessions, e.sandbox.secret, body, c.header...), 201).object
		require.Equal(t, c.jurisdiction, created["jurisdiction"], c.why)
		require.NotContains(t, created, "delivery_jurisdiction")
		path := pathSessions + "/" + created["id"].(string)
		listed := e.isOK(e.do("GET", pathSessions+"?limit=1", e.sandbox.secret, nil), 200).object
		retrieved := e.isOK(e.do("GET", path, e.sandbox.secret, nil), 200).object
		cancelled := e.isOK(e.do("POST", path+"/cancel", e.sandbox.secret, nil), 200).object
		shown := []any{created, in(listed, "data", 0), retrieved, cancelled}
		events := e.isOK(e.do("GET", "/v1/events?session="+created["id"].(string), e.sandbox.secret, nil), 200).object
		require.Len(t, events["data"], 2)
		for _, event := range events["data"].([]any) {
			shown = append(shown, in(event, "data"))
		}
		for _, object := range shown {
			require.Equal(t, created["id"], in(object, "id"))
			require.Equal(t, c.want, compared(t, object), c.why)
		}
		e.clock.Advance(10e9)
	}
}

// The branch at the start reads the risk, and a backtest reads the recorded one.
func TestMismatchIsOnlyARisk(t *testing.T) {
	t.Parallel()
	e := behindProxy(t, "127.0.0.1")
	branch := obj{
		"kind":    "branch",
		"cases":   []obj{{"when": "'geo_mismatch' in risk.signals", "next": "doc"}},
		"default": "face",
	}
	workflow := e.workflow(e.sandbox, flow("where", obj{
		"where": branch, "doc": method("document_capture", "yes", "no"), "face": method("facial_age", "yes", "no"),
	}))
	for _, c := range []struct {
		why, address string
		risk         any
		offered      string
	}{
		{"there", "198.51.100.7", nil, "facial_age"},
		{
			"abroad", "198.51.100.8", obj{
				"score": 40.0, "level": "medium", "signals": []any{"geo_mismatch"}, "weights": obj{"geo_mismatch": 40.0},
			},
			"document_capture",
		},
		{"unknown", "192.0.2.1", nil, "facial_age"},
	} {
		s := e.create(e.sandbox, workflow, obj{"delivery_jurisdiction": "US-CA", "client_ip": c.address})
		shown := e.isOK(e.do("GET", pathSessions+"/"+s.id, e.sandbox.secret, nil), 200).object
		require.Equal(t, []any{"created", c.risk}, []any{shown["status"], shown["risk"]}, c.why)
		e.submit(s, c.offered, graph.OutcomePassed)
		require.Equal(t, "verified", e.status(s), c.why)
	}
	played := e.isOK(e.do("POST", "/v1/workflows/"+workflow+"/backtest", e.sandbox.secret, nil), 200).object
	require.Equal(t, []any{3.0, []any{}}, []any{played["sessions"], played["changed"]})
}

func TestDeliveryDoesNotReplaceAnUnknownPlace(t *testing.T) {
	t.Parallel()
	e := behindProxy(t, "127.0.0.1")
	body := obj{"type": "age", "workflow_id": e.workflow(e.live, simple("mdl")), "delivery_jurisdiction": "US-OR"}
	e.isError(e.do("POST", pathSessions, e.live.secret, body), 422, "jurisdiction_unresolvable", "jurisdiction")
}

// The age tier is that of the detected place.
func TestLawIsThatOfThePlace(t *testing.T) {
	t.Parallel()
	e := behindProxy(t, "127.0.0.1")
	definition := simple("mdl")
	definition["use_case"] = "alcohol_delivery"
	body := obj{"type": "age", "workflow_id": e.workflow(e.sandbox, definition)}
	for address, tier := range map[string]string{"198.51.100.7": "min_age_21", "198.51.100.8": "min_age_18"} {
		s := e.isOK(e.do("POST", pathSessions, e.sandbox.secret, body, from(address)...), 201).object
		require.Equal(t, tier, s["age_tier"])
	}
}

func TestIdentityNeedsAStrongMethod(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	weak := simple("self_attestation", "facial_age", "mdl")
	weak["overrides"] = obj{"DE": obj{"remove": []string{"mdl"}}}
	body := obj{"type": "identity", "workflow_id": e.workflow(e.sandbox, weak), "jurisdiction": "US"}
	require.Equal(t, "identity", e.isOK(e.do("POST", pathSessions, e.sandbox.secret, body), 201).object["type"])
	body["jurisdiction"] = "DE-BY"
	e.isError(e.do("POST", pathSessions, e.sandbox.secret, body), 400, "parameter_invalid", "type")
}

func TestPublishedVersionCounts(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.workflow(e.sandbox, simple("mdl"))
	e.isOK(e.do("PATCH", "/v1/workflows/"+workflow, e.sandbox.secret, obj{"methods": []string{"mid"}}), 200)
	body := obj{"type": "age", "workflow_id": workflow, "jurisdiction": "US"}
	s := e.isOK(e.do("POST", pathSessions, e.sandbox.secret, body), 201).object
	require.Equal(t, []any{"mdl"}, s["methods"])
	e.isOK(e.do("POST", "/v1/workflows/"+workflow+"/publish", e.sandbox.secret, nil), 201)
	s = e.isOK(e.do("POST", pathSessions, e.sandbox.secret, body), 201).object
	require.Equal(t, []any{"mid"}, s["methods"])
	require.InDelta(t, 2, s["workflow_version"], 0)

	draft := e.isOK(e.do("POST", "/v1/workflows", e.sandbox.secret, simple("mdl")), 201).object["id"]
	foreign := e.workflow(e.stranger, simple("mdl"))
	for _, id := range []any{draft, foreign, "wf_unknown", "", strings.Repeat("w", 101)} {
		body["workflow_id"] = id
		e.isError(e.do("POST", pathSessions, e.sandbox.secret, body), 400, "parameter_invalid", "workflow_id")
	}
}
