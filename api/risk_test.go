package api_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
)

const (
	pathRisk  = "/v1/risk"
	pathScore = pathRisk + "/score"
)

// withPlaces lets the API know where two addresses are.
func withPlaces(o *api.Options) {
	o.Locator = located{netip.MustParseAddr("203.0.113.10"): "US-NV", netip.MustParseAddr("198.51.100.7"): "DE"}
}

func (e *env) scored(body obj) obj {
	e.t.Helper()
	return e.isOK(e.do("POST", pathScore, e.sandbox.secret, body), 200).object
}

// The documented request, and the documented answer.
func TestScoreOfAnAddressElsewhere(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withPlaces)
	got := e.scored(obj{"ip": "203.0.113.10", "email": "user@example.com", "claimed_country": "US-CA"})
	id := got["id"].(string)
	require.Regexp(t, `^risk_assessment_[a-z2-7]{24}$`, id)
	want := obj{
		"id": id, "object": "risk_assessment", "risk_score": 18.0, "risk_level": "low", "recommendation": "allow",
		"triggered_signals": []any{"geo_mismatch"},
		"reasons":           []any{"Claimed jurisdiction differs from IP-derived location"},
		"signal_details": obj{
			"geo_mismatch": obj{"group": "geolocation", "weight": 18.0, "claimed": "US-CA", "address": "US-NV"},
		},
		"session": nil, "rules_version": "2026-11-28", "created": float64(e.clock.Now().Unix()),
	}
	require.Equal(t, want, got)
	require.Equal(t, want, e.isOK(e.do("GET", pathRisk+"/"+id, e.sandbox.secret, nil), 200).object)
}

func TestLevelAndRecommendationFollowTheScore(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withPlaces)
	quiet := e.scored(obj{"ip": "203.0.113.10"})
	require.Equal(t, []any{0.0, "low", "allow", []any{}, []any{}, obj{}}, fields(quiet, "risk_score", "risk_level",
		"recommendation", "triggered_signals", "reasons", "signal_details"))
	across := e.scored(obj{"ip": "198.51.100.7", "claimed_country": "us"})
	require.Equal(t, []any{40.0, "medium", "review"}, fields(across, "risk_score", "risk_level", "recommendation"))
	for _, email := range []string{"a", "b", "c"} {
		across = e.scored(obj{
			"ip": "198.51.100.7", "claimed_country": "us", "device_id": "tablet", "email": email + "@shop.org",
		})
	}
	require.Equal(t, []any{65.0, "medium"}, fields(across, "risk_score", "risk_level"))
	require.Equal(t, []any{"geo_mismatch", "shared_device"}, across["triggered_signals"])
	for range 9 {
		across = e.scored(obj{"ip": "198.51.100.7", "claimed_country": "us", "device_id": "tablet"})
	}
	require.Equal(t, []any{85.0, "high", "block"}, fields(across, "risk_score", "risk_level", "recommendation"))
	require.Equal(t, obj{
		"group": "velocity", "weight": 20.0, "hour": 12.0, "per_hour": 10.0, "day": 12.0, "per_day": 30.0,
	}, in(across, "signal_details", "velocity_device"))
}

func fields(object obj, names ...string) (values []any) {
	for _, name := range names {
		values = append(values, object[name])
	}
	return values
}

func TestScoreNamesTheParameterAtFault(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	for _, c := range []struct {
		body  any
		param any
	}{
		{obj{}, "ip"},
		{obj{"claimed_country": "US"}, "ip"},
		{obj{"ip": "", "email": "", "phone": nil}, "ip"},
		{obj{"ip": "203.0.113.10:443"}, "ip"},
		{obj{"ip": "fe80::1%eth0"}, "ip"},
		{obj{"ip": 7}, "ip"},
		{obj{"email": "user@"}, "email"},
		{obj{"email": text(2000) + "@example.com"}, "email"},
		{obj{"phone": "5550123"}, "phone"},
		{obj{"device_id": text(256)}, "device_id"},
		{obj{"device_id": "a\x00b"}, "device_id"},
		{obj{"device_id": "d", "claimed_country": "Atlantis"}, "claimed_country"},
		{obj{"device_id": "d", "session": text(101)}, "session"},
		{obj{"device_id": "d", "sesion": "vks_1"}, "sesion"},
		{[]string{"device_id"}, nil},
	} {
		failure := e.isError(e.do("POST", pathScore, e.sandbox.secret, c.body), 400, "parameter_invalid")
		require.Equal(t, c.param, failure["param"], "%v", c.body)
	}
	e.isError(e.do("POST", pathScore, e.sandbox.secret, obj{"device_id": strings.Repeat("x", 2<<20)}), 413,
		"request_too_large")
	e.isError(e.do("POST", pathScore, e.sandbox.publishable, obj{"device_id": "d"}), 403, "publishable_key_scope")
}

func TestAssessmentBelongsToItsOrganizationAndSession(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	own := e.attest()
	foreign := e.create(e.stranger, e.workflow(e.stranger, simple("self_attestation")))
	for _, id := range []string{foreign.id, "vks_none", "vks_" + text(20)} {
		e.isError(e.do("POST", pathScore, e.sandbox.secret, obj{"device_id": "d", "session": id}), 404,
			"resource_missing", "session")
	}
	got := e.scored(obj{"device_id": "d", "session": own.id})
	require.Equal(t, own.id, got["session"])
	path := pathRisk + "/" + got["id"].(string)
	e.isError(e.do("GET", path, e.stranger.secret, nil), 404, "resource_missing", "id")
	e.isError(e.do("GET", pathRisk+"/score", e.sandbox.secret, nil), 404, "resource_missing", "id")
	e.clock.Advance(90*24*time.Hour - time.Second)
	e.isOK(e.do("GET", path, e.sandbox.secret, nil), 200)
	e.clock.Advance(time.Second)
	e.isError(e.do("GET", path, e.sandbox.secret, nil), 404, "resource_missing", "id")
}

func TestRepeatWithAnIdempotencyKeyCountsOnce(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	body := obj{"email": "ada@shop.org"}
	var first string
	for range 8 {
		ans := e.isOK(e.do("POST", pathScore, e.sandbox.secret, body, "Idempotency-Key", "score-1"), 200)
		if first == "" {
			first = string(ans.body)
		}
		require.Equal(t, first, string(ans.body))
	}
	for range 5 {
		require.Empty(t, e.scored(body)["triggered_signals"], "counted at most six times")
	}
	require.Equal(t, []any{"velocity_email"}, e.scored(body)["triggered_signals"])
}

// Spellings of an identifier are one identifier. A host of IPv6 has a network of addresses.
func TestSpellingsOfAnIdentifierCountTogether(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	for field, spellings := range map[string][]string{
		"email": {"Ada@Shop.ORG", "ada@shop.org"}, "phone": {"+1 (202) 555-0143", "+12025550143"},
	} {
		for range 3 {
			for _, spelling := range spellings {
				require.Empty(t, e.scored(obj{field: spelling})["triggered_signals"])
			}
		}
		require.Equal(t, []any{"velocity_" + field}, e.scored(obj{field: spellings[0]})["triggered_signals"])
	}
	for range 15 {
		e.scored(obj{"ip": "2001:db8::1"})
		require.Empty(t, e.scored(obj{"ip": "2001:db8::2"})["triggered_signals"])
	}
	require.Equal(t, []any{"velocity_ip"}, e.scored(obj{"ip": "2001:db8:0:0:1:2:3:4"})["triggered_signals"])
	require.Empty(t, e.scored(obj{"ip": "2001:db8:0:1::1"})["triggered_signals"])
}
