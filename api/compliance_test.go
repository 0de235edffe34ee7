package api_test

import (
	"encoding/json"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
	"github.com/stile-id/stile/rules"
)

const pathCheck = "/v1/compliance/check"

func (e *env) check(query string) obj {
	e.t.Helper()
	return e.isOK(e.do("GET", pathCheck+"?"+query, e.sandbox.secret, nil), 200).object
}

// The example of the documentation, with the retention that it leaves out.
func TestTheDocumentedCheck(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	var want obj
	require.NoError(t, json.Unmarshal([]byte(`{
		"jurisdiction": "US-CA", "jurisdiction_source": "explicit",
		"results": [{
			"use_case": "alcohol_delivery", "jurisdiction": "US-CA", "prohibited": false, "prohibited_reason": null,
			"required_age_tier": "min_age_21", "allowed_methods": ["mdl", "facial_age", "carrier_lookup", "document_capture"],
			"mdl_acceptance_status": "supplementary", "governing_regulator": "State Alcohol Beverage Control Boards",
			"consent_required": false, "credential_validity_days": 365, "data_retention_days": null,
			"document_image_retention_days": null, "biometric_retention_days": null, "rule_version": "2026-04-02"
		}],
		"most_restrictive": {
			"required_age_tier": "min_age_21", "allowed_methods": ["mdl", "facial_age", "carrier_lookup", "document_capture"],
			"consent_required": false, "data_retention_days": null, "document_image_retention_days": null,
			"biometric_retention_days": null, "any_prohibited": false, "prohibited_use_cases": []
		}
	}`), &want))
	require.Equal(t, want, e.check("use_cases=alcohol_delivery&jurisdiction=us-ca"))
}

func TestACartIsCheckedAsAWhole(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	cart := e.check("use_cases=alcohol_delivery,cannabis_delivery&use_cases=alcohol_delivery,%20social_media&jurisdiction=US-ID")
	require.Len(t, cart["results"], 3, "each product once")
	for i, useCase := range []string{"alcohol_delivery", "cannabis_delivery", "social_media"} {
		require.Equal(t, useCase, in(cart, "results", i, "use_case"))
	}
	require.Equal(t, true, in(cart, "results", 1, "prohibited"))
	require.NotEmpty(t, in(cart, "results", 1, "prohibited_reason"))
	require.Equal(t, true, in(cart, "most_restrictive", "any_prohibited"))
	require.Equal(t, []any{"cannabis_delivery"}, in(cart, "most_restrictive", "prohibited_use_cases"))
	require.Equal(t, "min_age_21", in(cart, "most_restrictive", "required_age_tier"))

	illinois := e.check("use_cases=alcohol_delivery,gambling_online&jurisdiction=US-IL")
	require.Equal(t, true, in(illinois, "most_restrictive", "consent_required"))
	require.InDelta(t, 1095, in(illinois, "results", 0, "biometric_retention_days"), 0)
	require.InDelta(t, 30, in(illinois, "results", 1, "credential_validity_days"), 0)
}

func TestACheckOfAnotherDay(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	for day, tier := range map[string]string{"2028-01-31": "min_age_18", "2028-02-01": "min_age_21"} {
		tobacco := e.check("use_cases=tobacco_nicotine&jurisdiction=IE&as_of=" + day)
		require.Equal(t, tier, in(tobacco, "results", 0, "required_age_tier"), day)
	}
	for _, day := range []string{"tomorrow", "2026-02-30", "0000-01-01", "1900-01-01"} {
		e.isError(e.do("GET", pathCheck+"?use_cases=alcohol_delivery&jurisdiction=IE&as_of="+day, e.sandbox.secret, nil),
			400, "parameter_invalid", "as_of")
	}
}

func TestACheckSaysWhy(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	require.NotContains(t, in(e.check("use_cases=alcohol_delivery&jurisdiction=US-CA&explain=false"), "results", 0), "explain")
	for _, reason := range in(e.check("use_cases=alcohol_delivery&jurisdiction=US-CA&explain=true"), "results", 0, "explain").([]any) {
		reason := reason.(obj)
		if reason["field"] == "governing_regulator" {
			require.Equal(t, []any{"US.yaml", "rules.alcohol_delivery"}, []any{reason["file"], reason["section"]})
			require.NotEmpty(t, reason["source"])
			return
		}
	}
	require.Fail(t, "nothing says why")
}

func TestWhereACheckIs(t *testing.T) {
	t.Parallel()
	e := newEnv(t, func(o *api.Options) {
		o.Locator = located{netip.MustParseAddr("81.2.69.142"): "DE-BY", netip.MustParseAddr("8.8.8.8"): "MX"}
	})
	found := e.check("use_cases=social_media&client_ip=81.2.69.142")
	require.Equal(t, []any{"DE-BY", "geoip"}, []any{found["jurisdiction"], found["jurisdiction_source"]})
	require.Equal(t, "DE-BY", in(found, "results", 0, "jurisdiction"), "which has the rules of its country")
	require.Equal(t, "default", e.check("use_cases=social_media")["jurisdiction_source"])
	e.isError(e.do("GET", pathCheck+"?use_cases=social_media&client_ip=8.8.8.8", e.sandbox.secret, nil),
		422, "jurisdiction_unresolvable", "jurisdiction")
	e.isError(e.do("GET", pathCheck+"?use_cases=social_media", e.live.secret, nil), 422, "jurisdiction_unresolvable")
}

// located knows where some addresses are.
type located map[netip.Addr]rules.Jurisdiction

func (l located) Locate(address netip.Addr) (rules.Jurisdiction, bool) {
	j, known := l[address]
	return j, known
}

func TestACheckThatCannotBe(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	for query, want := range map[string]struct{ param, says string }{
		"":                                           {"use_cases", "Missing"},
		"use_cases=alcohol":                          {"use_cases", "alcohol_delivery, alcohol_in_person"},
		"use_cases=alcohol_delivery,":                {"use_cases", "Unknown product type: ''"},
		"use_cases=social_media&explain=yes":         {"explain", "true, false"},
		"use_cases=social_media&client_ip=me":        {"client_ip", "IPv4 or IPv6"},
		"use_cases=social_media&as_of=2026":          {"as_of", "2026-11-20"},
		"use_cases=social_media&product=beer":        {"product", "Unknown query parameter"},
		"jurisdiction=UK&use_cases=firearms":         {"jurisdiction", "Did you mean GB?"},
		"jurisdiction=US-ZZ&use_cases=firearms":      {"jurisdiction", "Did you mean US-AZ?"},
		"jurisdiction=California&use_cases=firearms": {"jurisdiction", "Did you mean US-CA?"},
		"jurisdiction=MX&use_cases=firearms":         {"jurisdiction", "No rules are known"},
	} {
		failure := e.isError(e.do("GET", pathCheck+"?"+query, e.sandbox.secret, nil), 400, "parameter_invalid", want.param)
		require.Contains(t, failure["message"], want.says, query)
	}
}
