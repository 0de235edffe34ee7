package api_test

import (
	"encoding/json"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
	"github.com/stile-id/stile/internal/rulestest"
	"github.com/stile-id/stile/rules"
)

const pathCheck = "/v1/compliance/check"

// asShipped makes the API use the shipped rules.
func asShipped(o *api.Options) { o.Rules = nil }

func (e *env) check(query string) obj {
	e.t.Helper()
	return e.isOK(e.do("GET", pathCheck+"?"+query, e.sandbox.secret, nil), 200).object
}

func TestTheDocumentedCheck(t *testing.T) {
	t.Parallel()
	e := newEnv(t, asShipped)
	var want obj
	require.NoError(t, json.Unmarshal([]byte(rulestest.DocumentedCheck), &want))
	require.Equal(t, want, e.check("use_cases=alcohol_delivery&jurisdiction=us-ca"))
}

func TestCartIsCheckedAsAWhole(t *testing.T) {
	t.Parallel()
	e := newEnv(t, asShipped)
	cart := e.check(
		"use_cases=alcohol_delivery,cannabis_delivery&use_cases=alcohol_delivery,%20social_media&jurisdiction=US-ID",
	)
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

func TestCheckOfAnotherDay(t *testing.T) {
	t.Parallel()
	e := newEnv(t, asShipped)
	for day, tier := range map[string]string{"2028-01-31": "min_age_18", "2028-02-01": "min_age_21"} {
		tobacco := e.check("use_cases=tobacco_nicotine&jurisdiction=IE&as_of=" + day)
		require.Equal(t, tier, in(tobacco, "results", 0, "required_age_tier"), day)
	}
	for _, day := range []string{"tomorrow", "2026-02-30", "0000-01-01", "1900-01-01"} {
		e.isError(e.do("GET", pathCheck+"?use_cases=alcohol_delivery&jurisdiction=IE&as_of="+day, e.sandbox.secret, nil),
			400, "parameter_invalid", "as_of")
	}
}

// A cached answer is only used on its day.
func TestCheckChangesAtMidnight(t *testing.T) {
	t.Parallel()
	e := newEnv(t, asShipped)
	e.clock.Advance(time.Date(2028, 1, 31, 23, 0, 0, 0, time.UTC).Sub(e.clock.Now()))
	for _, tier := range []string{"min_age_18", "min_age_18", "min_age_21"} {
		require.Equal(t, tier, in(e.check("use_cases=tobacco_nicotine&jurisdiction=IE"), "results", 0, "required_age_tier"))
		e.clock.Advance(40 * time.Minute)
	}
}

func TestCheckExplainsItsValues(t *testing.T) {
	t.Parallel()
	e := newEnv(t, asShipped)
	require.NotContains(
		t,
		in(e.check("use_cases=alcohol_delivery&jurisdiction=US-CA&explain=false"), "results", 0),
		"explain",
	)
	explained := e.check("use_cases=alcohol_delivery&jurisdiction=US-CA&explain=true")
	for _, reason := range in(explained, "results", 0, "explain").([]any) {
		reason := reason.(obj)
		if reason["field"] == "governing_regulator" {
			require.Equal(t, []any{"US.yaml", "rules.alcohol_delivery"}, []any{reason["file"], reason["section"]})
			require.NotEmpty(t, reason["source"])
			return
		}
	}
	require.Fail(t, "nothing says why")
}

func TestJurisdictionOfACheck(t *testing.T) {
	t.Parallel()
	e := newEnv(t, asShipped, func(o *api.Options) {
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

// located is a Locator with a few addresses.
type located map[netip.Addr]rules.Jurisdiction

func (l located) Locate(address netip.Addr) (rules.Jurisdiction, bool) {
	j, known := l[address]
	return j, known
}

func TestInvalidCheckIsRefused(t *testing.T) {
	t.Parallel()
	e := newEnv(t, asShipped)
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

// order returns a workflow of the methods for a use case.
func order(useCase string, jurisdictions []string, methods ...string) obj {
	return obj{
		"name": "Shop", "mode": "simple", "use_case": useCase, "methods": methods, "composition": "any_of",
		"jurisdictions": jurisdictions,
	}
}

func TestSessionRunsUnderTheLawOfItsPlace(t *testing.T) {
	t.Parallel()
	e := newEnv(t, asShipped)
	drinks := e.workflow(
		e.sandbox,
		order("alcohol_delivery", nil, "mdl", "document_capture", "facial_age", "self_attestation"),
	)
	begin := func(jurisdiction string) obj {
		return e.isOK(e.do("POST", pathSessions, e.sandbox.secret,
			obj{"type": "age", "workflow_id": drinks, "jurisdiction": jurisdiction}), 201).object
	}
	california, idaho, germany := begin("US-CA"), begin("US-ID"), begin("DE-BY")
	require.Equal(t, []any{"mdl", "document_capture", "facial_age"}, california["methods"], "a declaration is not enough")
	require.Equal(t, []any{"document_capture", "facial_age"}, idaho["methods"], "it issues no mobile driver's licence")
	require.Equal(t, "min_age_21", california["age_tier"])
	require.Equal(t, "min_age_18", germany["age_tier"])
	checked := e.check("use_cases=alcohol_delivery&jurisdiction=US-CA")
	require.Equal(t, in(checked, "results", 0), california["compliance"], "what a check says holds for the session")
	require.Equal(t, california["compliance"],
		e.isOK(e.do("GET", pathSessions+"/"+california["id"].(string), e.sandbox.secret, nil), 200).object["compliance"])
}

func TestProhibitedSessionIsRefused(t *testing.T) {
	t.Parallel()
	e := newEnv(t, asShipped)
	for name, c := range map[string]struct {
		workflow     obj
		jurisdiction string
		status       int
		code, says   string
	}{
		"prohibited": {
			order("cannabis_delivery", nil, "document_capture"), "US-ID", 422, "use_case_prohibited", "Idaho prohibits",
		},
		"no method left": {
			order("alcohol_delivery", nil, "self_attestation"), "US-CA", 422, "use_case_prohibited", "self_attestation",
		},
		"not published": {
			order("social_media", []string{"US", "DE"}, "document_capture"), "FR", 400, "parameter_invalid", "for US, DE",
		},
		"a layer not left": {
			obj{
				"name": "Shop", "mode": "simple", "use_case": "firearms", "methods": []string{"document_capture"},
				"composition": "any_of", "supplementary": []string{"carrier_lookup"},
			},
			"US-CA", 422, "use_case_prohibited", "carrier_lookup",
		},
		"unknown": {
			order("social_media", nil, "document_capture"), "MX", 400, "parameter_invalid", "No rules are known",
		},
	} {
		body := obj{"type": "age", "workflow_id": e.workflow(e.sandbox, c.workflow), "jurisdiction": c.jurisdiction}
		failure := e.isError(e.do("POST", pathSessions, e.sandbox.secret, body), c.status, c.code)
		require.Contains(t, failure["message"], c.says, name)
	}
	within := e.workflow(e.sandbox, order("social_media", []string{"US", "DE"}, "document_capture"))
	e.isOK(
		e.do("POST", pathSessions, e.sandbox.secret, obj{"type": "age", "workflow_id": within, "jurisdiction": "DE-BY"}),
		201,
	)
}

// A session keeps the rule of its creation.
func TestChangedRuleDoesNotAffectSessions(t *testing.T) {
	t.Parallel()
	e := newEnv(t, asShipped)
	e.clock.Advance(time.Date(2028, 1, 31, 23, 0, 0, 0, time.UTC).Sub(e.clock.Now()))
	body := obj{
		"type":         "age",
		"workflow_id":  e.workflow(e.sandbox, order("tobacco_nicotine", nil, "document_capture")),
		"jurisdiction": "IE",
	}
	before := e.isOK(e.do("POST", pathSessions, e.sandbox.secret, body), 201).object
	e.clock.Advance(2 * time.Hour)
	require.Equal(t, "min_age_21", e.isOK(e.do("POST", pathSessions, e.sandbox.secret, body), 201).object["age_tier"])
	again := e.isOK(e.do("GET", pathSessions+"/"+before["id"].(string), e.sandbox.secret, nil), 200).object
	require.Equal(
		t,
		[]any{"min_age_18", "min_age_18"},
		[]any{again["age_tier"], in(again, "compliance", "required_age_tier")},
	)
}

func TestConsentComesBeforeABiometricStep(t *testing.T) {
	t.Parallel()
	e := newEnv(t, asShipped)
	workflow := e.workflow(e.sandbox, order("alcohol_delivery", nil, "document_capture", "facial_age"))
	s := e.create(e.sandbox, workflow, obj{"jurisdiction": "US-IL"})
	path := "/v1/verify/session/" + s.id
	require.Equal(t, true, e.isOK(e.do("GET", path, s.secret, nil), 200).object["consent_required"])
	face := func() answer { return e.do("POST", path+"/methods/facial_age", s.secret, obj{"simulate": "fail"}) }
	e.isError(face(), 409, "consent_required")
	e.isError(e.uploads(s, "facial_age", "\xFF\xD8\xFF"), 409, "consent_required")
	e.isError(e.do("POST", path+"/methods/facial_age/begin", s.secret, nil), 409, "consent_required")
	e.isOK(e.do("POST", path+"/methods/document_capture", s.secret, obj{"simulate": "slow"}), 202)

	for param, body := range map[string]obj{"granted": {}, "consent": {"consent": true}} {
		e.isError(e.do("POST", path+"/consent", s.secret, body), 400, "parameter_invalid", param)
	}
	e.isError(e.do("POST", path+"/consent", s.secret, obj{"granted": false}), 400, "parameter_invalid", "granted")
	e.isError(e.do("POST", path+"/consent", e.sandbox.secret, obj{"granted": true}), 401, "api_key_invalid")
	for range 2 { // the first consent counts
		require.Equal(
			t,
			false,
			e.isOK(e.do("POST", path+"/consent", s.secret, obj{"granted": true}), 200).object["consent_required"],
		)
	}
	given := e.isOK(e.do("GET", pathSessions+"/"+s.id, e.sandbox.secret, nil), 200).object
	require.InDelta(t, e.clock.Now().Unix(), given["consented_at"], 0)
	e.isOK(face(), 202)

	elsewhere := e.create(e.sandbox, workflow, obj{"jurisdiction": "US-CA"})
	require.Equal(
		t,
		false,
		e.isOK(e.do("GET", "/v1/verify/session/"+elsewhere.id, elsewhere.secret, nil), 200).object["consent_required"],
	)
	e.isOK(e.do("POST", pathSessions+"/"+elsewhere.id+"/cancel", e.sandbox.secret, nil), 200)
	e.isError(
		e.do("POST", "/v1/verify/session/"+elsewhere.id+"/consent", elsewhere.secret, obj{"granted": true}),
		409,
		"session_terminal",
	)
}

func TestSessionExplainsItsRule(t *testing.T) {
	t.Parallel()
	e := newEnv(t, asShipped)
	s := e.create(
		e.sandbox,
		e.workflow(e.sandbox, order("alcohol_delivery", nil, "document_capture")),
		obj{"jurisdiction": "US-CA"},
	)
	path := pathSessions + "/" + s.id
	require.NotContains(t, e.isOK(e.do("GET", path, e.sandbox.secret, nil), 200).object["compliance"], "explain")
	explained := e.isOK(e.do("GET", path+"?explain=true", e.sandbox.secret, nil), 200).object
	checked := e.check("use_cases=alcohol_delivery&jurisdiction=US-CA&explain=true")
	require.Equal(t, in(checked, "results", 0), explained["compliance"])
	e.isError(e.do("GET", path+"?explain=1", e.sandbox.secret, nil), 400, "parameter_invalid", "explain")

	other := e.replica(e.keys) // under other rules
	require.NotEqual(t, checked, other.check("use_cases=alcohol_delivery&jurisdiction=US-CA&explain=true"))
	require.Equal(t, explained, e.isOK(other.do("GET", path+"?explain=true", e.sandbox.secret, nil), 200).object)
	e.isError(e.do("GET", path+"?explain=true", e.stranger.secret, nil), 404, "session_not_found")
}

func TestAuthorSeesWhereAWorkflowRuns(t *testing.T) {
	t.Parallel()
	e := newEnv(t, asShipped)
	markets := func(workflow obj, body obj) (all map[any]obj, passed any) {
		created := e.isOK(e.do("POST", "/v1/workflows", e.sandbox.secret, workflow), 201).object
		path := "/v1/workflows/" + created["id"].(string)
		ans := e.isOK(e.do("POST", path+"/simulate", e.sandbox.secret, body), 200).object
		all = map[any]obj{}
		for _, market := range ans["markets"].([]any) {
			all[in(market, "jurisdiction")] = market.(obj)
		}
		return all, ans["passed"]
	}
	cannabis := order("cannabis_delivery", []string{"US"}, "document_capture", "facial_age")
	everywhere, passed := markets(cannabis, obj{"jurisdictions": []string{"*"}})
	require.Len(t, everywhere, 52, "the country, its states and DC")
	require.Equal(t, false, passed)
	require.Equal(t, "use_case_prohibited", in(everywhere["US-ID"], "error", "code"))
	require.Equal(t, []any{nil, "min_age_21", "California"}, []any{
		everywhere["US-CA"]["error"], everywhere["US-CA"]["age_tier"], everywhere["US-CA"]["name"],
	})
	require.Equal(t, []any{"document_capture"}, everywhere["US-CA"]["methods"])
	require.Equal(t, []any{"facial_age"}, everywhere["US-CA"]["dropped_methods"])

	beer := order("alcohol_delivery", nil, "mdl", "document_capture")
	some, passed := markets(beer, obj{
		"jurisdictions": []string{"us-ca", "US-ID", "DE"},
		"cases": []obj{
			{"results": []obj{{"method": "document_capture", "outcome": "passed"}}, "expect": obj{"outcome": "verified"}},
		},
	})
	require.Equal(t, true, passed)
	for _, j := range []string{"US-CA", "US-ID", "DE"} {
		require.Equal(t, "verified", in(some[j], "cases", 0, "outcome"), j)
	}
	bavaria, passed := markets(
		order("alcohol_delivery", []string{"DE-BY"}, "document_capture"),
		obj{"jurisdictions": []string{"*"}},
	)
	require.Equal(
		t,
		[]any{1, true, nil},
		[]any{len(bavaria), passed, bavaria["DE-BY"]["error"]},
		"under the rules of its country",
	)
	mexico, passed := markets(order("alcohol_delivery", []string{"MX"}, "mdl"), obj{"jurisdictions": []string{"*"}})
	require.Equal(t, []any{1, false, "parameter_invalid"}, []any{len(mexico), passed, in(mexico["MX"], "error", "code")})
	twice, _ := markets(beer, obj{"jurisdictions": []string{"DE", "de"}})
	require.Len(t, twice, 1)

	path := "/v1/workflows/" + e.workflow(e.sandbox, beer) + "/simulate"
	for param, body := range map[string]obj{
		"jurisdictions":         {"jurisdictions": []string{"*", "DE"}},
		"cases":                 {"jurisdictions": []string{}},
		"cases[0].jurisdiction": {"jurisdictions": []string{"DE"}, "cases": []obj{{"jurisdiction": "DE"}}},
	} {
		e.isError(e.do("POST", path, e.sandbox.secret, body), 400, "parameter_invalid", param)
	}
}
