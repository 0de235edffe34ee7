package api_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
	"github.com/stile-id/stile/internal/signals"
)

// withSignals lets the API look identifiers up as a process does, with an operator's lists of networks.
func withSignals(t *testing.T) func(*api.Options) {
	t.Helper()
	dir := t.TempDir()
	for name, list := range map[string]string{
		"tor.txt": "185.220.101.0/24\n", "vpn.txt": "198.51.100.0/24\n", "proxy.txt": "2001:db8:9::/48\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(list), 0o600))
	}
	sources, err := signals.Open(signals.Options{NetworksDir: dir})
	require.NoError(t, err)
	return func(o *api.Options) {
		o.Sources = sources
		o.Locator = located{
			netip.MustParseAddr("73.0.0.1"): "US-CA", netip.MustParseAddr("73.0.0.2"): "US",
			netip.MustParseAddr("2003::1"): "DE-BY", netip.MustParseAddr("167.99.0.1"): "US-NJ",
			netip.MustParseAddr("185.220.101.7"): "DE", netip.MustParseAddr("198.51.100.7"): "NL",
		}
	}
}

// Each input gives these signals and no others. Every identifier is used once, so that no count is reached.
func TestInputsGiveSignals(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withSignals(t))
	for i, c := range []struct{ input, want string }{
		// Places.
		{`{"ip": "73.0.0.1", "claimed_country": "US-CA"}`, ""},
		{`{"ip": "73.0.0.1", "claimed_country": "US"}`, ""},
		{`{"ip": "73.0.0.2", "claimed_country": "US-NY"}`, ""},
		{`{"ip": "73.0.0.1", "claimed_country": "US-NV"}`, "geo_mismatch=18"},
		{`{"ip": "73.0.0.1", "claimed_country": "CA"}`, "geo_mismatch=40"},
		{`{"ip": "2003::1", "claimed_country": "us-ca"}`, "geo_mismatch=40"},
		{`{"ip": "2003::1", "claimed_country": "DE"}`, ""},
		{`{"ip": "203.0.113.10", "claimed_country": "US-CA"}`, ""}, // nobody knows where
		{`{"ip": "10.0.0.7", "claimed_country": "US-CA"}`, ""},
		{`{"ip": "::ffff:73.0.0.1", "claimed_country": "MX"}`, "geo_mismatch=40"},
		// Networks.
		{`{"ip": "167.99.0.1"}`, "hosting_network=20"},
		{`{"ip": "185.220.101.7"}`, "tor_network=45"},
		{`{"ip": "198.51.100.7"}`, "vpn_network=25"},
		{`{"ip": "2001:db8:9::1"}`, "proxy_network=30"},
		{`{"ip": "2a01:4f8::1"}`, "hosting_network=20"},
		{`{"ip": "1.1.1.1"}`, ""},
		{`{"ip": "185.220.101.8", "claimed_country": "FR"}`, "tor_network=45"},
		{`{"ip": "185.220.101.7", "claimed_country": "FR"}`, "tor_network=45 geo_mismatch=40"},
		{`{"ip": "167.99.0.1", "claimed_country": "US-NY"}`, "hosting_network=20 geo_mismatch=18"},
		// E-mail addresses.
		{`{"email": "user@example.com"}`, ""},
		{`{"email": "ada.lovelace@gmail.com"}`, ""},
		{`{"email": "Ada@EXÄMPLE.com"}`, ""},
		{`{"email": "ada@mailinator.com"}`, "disposable_email=35"},
		{`{"email": "ada@mx.YOPMAIL.com"}`, "disposable_email=35"},
		{`{"email": "ada@localhost"}`, "email_domain_invalid=30"},
		{`{"email": "ada@shop.test"}`, "email_domain_invalid=30"},
		{`{"email": "no-reply@example.com"}`, "unlikely_mailbox=12"},
		{`{"email": "zzzzzz@example.com"}`, "unlikely_mailbox=12"},
		{`{"email": "a1b2c3d4e5f6g7h8@mailinator.com"}`, "disposable_email=35 unlikely_mailbox=12"},
		// Phone numbers.
		{`{"phone": "+14155552671"}`, ""},
		{`{"phone": "+1 (415) 555-2672", "claimed_country": "US-CA"}`, ""},
		{`{"phone": "+491711234567", "claimed_country": "US-CA"}`, "phone_country_mismatch=15"},
		{`{"phone": "+491711234568"}`, ""},
		{`{"phone": "+11234567890", "claimed_country": "DE"}`, "phone_invalid=30"},
		{`{"phone": "+445612345678"}`, "voip_phone=20"},
		{`{"phone": "+33939012345", "claimed_country": "DE"}`, "phone_country_mismatch=15 voip_phone=20"},
		{`{"phone": "+18002345678"}`, "service_phone=25"},
		{`{"phone": "+447640123456", "claimed_country": "GB"}`, "service_phone=25"},
		// Devices, and all together.
		{`{"device_id": "tablet-1"}`, ""},
		{`{"device_id": "tablet-2", "email": "bob@example.com", "phone": "+14155552673", "ip": "73.0.0.3"}`, ""},
		{
			`{"device_id": "x", "email": "eve@mailinator.com", "phone": "+445612345679", "ip": "167.99.0.1",
			"claimed_country": "DE"}`,
			"hosting_network=20 geo_mismatch=40 disposable_email=35 phone_country_mismatch=15 voip_phone=20",
		},
	} {
		var input obj
		require.NoError(t, json.Unmarshal([]byte(c.input), &input))
		got := e.scored(input)
		var named []string
		score := 0
		for _, signal := range got["triggered_signals"].([]any) {
			weight := int(in(got, "signal_details", signal, "weight").(float64))
			named = append(named, fmt.Sprintf("%s=%d", signal, weight))
			score += weight
		}
		require.Equal(t, c.want, strings.Join(named, " "), "%d: %s", i, c.input)
		require.EqualValues(t, min(score, 100), got["risk_score"], c.input)
		require.Len(t, got["reasons"], len(named), c.input)
	}
}

// The identifiers, and their hashes without a key, are in no table, log line, metric or error.
func TestNoIdentifierOfAScoreIsKept(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withSignals(t))
	personal := obj{
		"ip": "203.0.113.187", "email": "canary.person@mailinator.com", "phone": "+12025550143", "device_id": "canary-device",
	}
	e.isOK(e.do("POST", pathScore, e.sandbox.secret, personal, "Idempotency-Key", "one"), 200)
	personal["session"] = "vks_none"
	e.isError(e.do("POST", pathScore, e.sandbox.secret, personal), 404, "resource_missing", "session")
	delete(personal, "session")
	wrong := obj{}
	for name, value := range personal {
		wrong[name] = value.(string) + ":443"
		e.isError(e.do("POST", pathScore, e.sandbox.secret, obj{name: value, "colour": value}), 400, "parameter_invalid")
	}
	failure := string(e.do("POST", pathScore, e.sandbox.secret, wrong).body)
	metrics := string(e.isOK(e.do("GET", "/metrics", "", nil), 200).body)
	_, err := e.database().ExecContext(t.Context(), "PRAGMA wal_checkpoint(TRUNCATE)")
	require.NoError(t, err)
	content, err := os.ReadFile(e.path)
	require.NoError(t, err)
	require.Contains(t, string(content), "disposable_email", "the assessment is stored")
	for where, text := range map[string]string{
		"database": string(content), "log": e.log.String(), "metrics": metrics, "error": failure,
	} {
		for _, value := range []string{"203.0.113.187", "canary", "2025550143", "canary-device"} {
			require.NotContains(t, strings.ToLower(text), value, where)
		}
	}
}
