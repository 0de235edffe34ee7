package api_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
	"github.com/stile-id/stile/methods/shipped"
)

func TestBadForwardingIsRefusedAtStart(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	for variable, configs := range map[string][]api.Config{
		"STILE_TRUSTED_PROXIES": {
			{TrustedProxies: []string{"proxy"}}, {TrustedProxies: []string{"10.0.0.0/33"}}, {TrustedProxies: []string{"10.0.0"}},
			{TrustedProxies: []string{"fe80::1%eth0"}}, {TrustedProxies: []string{"fe80::%eth0/64"}},
			{TrustedProxies: []string{"127.0.0.1", ""}},
		},
		"STILE_CLIENT_IP_HEADER": {
			{ClientIPHeader: "X Real IP"}, {ClientIPHeader: "forwarded"}, {ClientIPHeader: "X-Real-IP:"},
		},
		"STILE_CDN": {{CDN: "akamai"}, {CDN: "Cloudflare"}},
	} {
		for _, config := range configs {
			_, err := api.New(api.Options{
				Store: e.store, Orchestrator: e.temporal, Methods: registry(shipped.Options{}), Config: config,
			})
			require.ErrorContains(t, err, variable)
		}
	}
	_, err := api.New(api.Options{Store: e.store})
	require.ErrorContains(t, err, "orchestrator")
}

// TestOnlyTheConfiguredHeaderNamesTheClient sends headers of proxies and clients through a trusted proxy. Law and rate
// limit follow the same address.
func TestOnlyTheConfiguredHeaderNamesTheClient(t *testing.T) {
	t.Parallel()
	e := newEnv(t, func(o *api.Options) {
		o.Config.TrustedProxies, o.Locator = []string{"127.0.0.1", "10.0.0.0/8", "fd00::/8"}, known
	})
	workflow := e.workflow(e.sandbox, simple("mdl"))
	const california, germany, paris = "198.51.100.7", "198.51.100.8", "2001:db8::7"
	for _, c := range []struct {
		why    string
		header []string
		want   string
	}{
		{"an address", from(california), "US-CA"},
		{"with a port", from(california + ":51234"), "US-CA"},
		{"IPv6 in brackets", from("[" + paris + "]"), "FR-IDF"},
		{"IPv6 in brackets, with a port", from("[" + paris + "]:443"), "FR-IDF"},
		{"IPv6 with a zone", from(paris + "%eth0"), "FR-IDF"},
		{"IPv6 in brackets, with zone and port", from("[" + paris + "%eth0]:443"), "FR-IDF"},
		{"spaces", from(" \t" + california + " "), "US-CA"},
		{"the last that is no trusted proxy", from(germany + ", " + california + ", 10.1.2.3:80, [fd00::1]:80"), "US-CA"},
		{"a client that writes a list of its own", from(germany + "," + california), "US-CA"},
		{"another header beside it", from(california, "X-Real-IP", germany), "US-CA"},

		{"no address, and X-Real-IP", from("unknown", "X-Real-IP", germany), ""},
		{"no address, and an address before it", from(germany + ", unknown"), ""},
		{"no address behind a trusted proxy", from(germany + ", _hidden, 10.1.2.3"), ""},
		{"an empty entry", from(germany + ","), ""},
		{"a port alone", from(":80"), ""},
		{"a port that is none", from(california + ":99999"), ""},
		{"IPv4 in brackets", from("[" + california + "]"), ""},
		{"a bracket that is not closed", from("[" + paris), ""},
		{"a name", from("example.com:80"), ""},
		{"quoted", from(`"` + california + `"`), ""},
	} {
		source := "geoip"
		e.places(e.sandbox, e.sandbox.publishable, workflow, c.why, nil, c.header, c.want, source)
	}
	for why, header := range map[string][]string{
		"X-Real-IP alone":      {"X-Real-IP", germany},
		"CF-Connecting-IP":     {"CF-Connecting-IP", germany},
		"True-Client-IP":       {"True-Client-IP", germany},
		"X-Appengine-Remote":   {"X-Appengine-Remote-Addr", germany},
		"Forwarded":            {"Forwarded", "for=" + germany},
		"X-Forwarded":          {"X-Forwarded", germany},
		"an empty header":      {"X-Forwarded-For", "", "X-Real-IP", germany},
		"only trusted proxies": from("10.0.0.9, 127.0.0.1"),
	} {
		e.places(e.sandbox, e.sandbox.publishable, workflow, why, nil, header, "US", "default")
	}
}

func TestTheClientHeaderIsConfigured(t *testing.T) {
	t.Parallel()
	e := newEnv(t, func(o *api.Options) {
		o.Config.TrustedProxies, o.Config.ClientIPHeader, o.Locator = []string{"127.0.0.1"}, "cf-connecting-ip", known
	})
	workflow := e.workflow(e.sandbox, simple("mdl"))
	e.places(e.sandbox, e.sandbox.publishable, workflow, "the configured one", nil,
		from("198.51.100.8", "CF-Connecting-IP", "198.51.100.7"), "US-CA", "geoip")
	e.places(e.sandbox, e.sandbox.publishable, workflow, "no other one", nil, from("198.51.100.8"), "US", "default")
}

// TestARepeatedHeaderIsOneList sends the header on several lines, as a proxy does that adds its own.
func TestARepeatedHeaderIsOneList(t *testing.T) {
	t.Parallel()
	e := behindProxy(t, "127.0.0.1")
	body := obj{"type": "age", "workflow_id": e.workflow(e.sandbox, simple("mdl"))}
	request := e.request(t.Context(), http.MethodPost, pathSessions, e.sandbox.publishable, body)
	request.Header["X-Forwarded-For"] = []string{"198.51.100.8", "198.51.100.7"}
	resp, err := e.client.Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, resp.Body.Close()) }()
	require.Equal(t, http.StatusCreated, resp.StatusCode)
	require.Equal(t, "US-CA", object(t, resp)["jurisdiction"], "the proxy's line is the last")
}

func TestTheConfiguredCDNSaysWhereUsersAre(t *testing.T) {
	t.Parallel()
	invented := []string{"X-Vercel-IP-Country", "GB", "X-AppEngine-Country", "SE"}
	for name, want := range map[string][2]string{
		"": {"FR", "header"}, "cloudflare": {"FR", "header"}, "vercel": {"GB", "header"}, "appengine": {"SE", "header"},
		"cloudfront": {"US-CA", "geoip"}, "none": {"US-CA", "geoip"},
	} {
		e := newEnv(t, func(o *api.Options) {
			o.Config.TrustedProxies, o.Config.CDN, o.Locator = []string{"127.0.0.1"}, name, known
		})
		e.places(e.sandbox, e.sandbox.publishable, e.workflow(e.sandbox, simple("mdl")), name, nil,
			append(from("198.51.100.7", "CF-IPCountry", "FR"), invented...), want[0], want[1])
	}
}

// TestAnUnknownClientSharesThePeersRateLimit keeps clients from taking a fresh bucket by a header that cannot be read.
func TestAnUnknownClientSharesThePeersRateLimit(t *testing.T) {
	t.Parallel()
	e := newEnv(t, limits(3))
	for i, header := range [][]string{
		from("unknown"), from("8.8.8.8, _x", "X-Real-IP", "8.8.8.8"), {"X-Real-IP", "8.8.4.4"},
	} {
		ans := e.do("GET", "/v1/workflows", "", nil, header...)
		e.isError(ans, 401, "api_key_invalid")
		require.Equal(t, 2-i, number(ans.header.Get("X-RateLimit-Remaining")))
	}
	e.isError(e.do("GET", "/v1/workflows", "", nil, from("nobody")...), 429, "rate_limit_exceeded")
	first := e.do("GET", "/v1/workflows", "", nil, from("8.8.8.8:1000")...)
	second := e.do("GET", "/v1/workflows", "", nil, from("8.8.8.8:2000")...)
	require.Equal(
		t,
		1,
		number(first.header.Get("X-RateLimit-Remaining"))-number(second.header.Get("X-RateLimit-Remaining")),
	)
}
