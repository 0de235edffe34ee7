package e2e

import (
	"encoding/json"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/internal/rulestest"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/data"
	"github.com/stile-id/stile/rules/graph"
)

// All other tests run under lenient rules. These run under the shipped ones.
func TestCompliance(t *testing.T) {
	t.Parallel()
	onEveryBackend(t, func(t *testing.T, s *stack) {
		for name, scenario := range map[string]func(t *testing.T, s *stack){
			"a session runs under what the documented check says":      sessionRunsUnderTheCheck,
			"what is prohibited makes no session, event or quota":      prohibitedLeavesNothing,
			"consent comes before a biometric method":                  consentComesBeforeBiometrics,
			"a biometric method can be done without":                   withoutConsent,
			"credentials for gambling last for thirty days":            gamblingLastsThirtyDays,
			"another day has another rule":                             anotherDayHasAnotherRule,
			"an explanation names files that ship":                     explanationNamesFiles,
			"an explanation is for the session's organization":         explanationStaysInside,
			"a workflow serves its own jurisdictions":                  workflowServesItsJurisdictions,
			"an override holds in its own jurisdiction":                overrideHoldsInItsJurisdiction,
			"a CDN is believed where a trusted proxy passes it on":     trustedProxySaysWhere,
			"a live session needs no jurisdiction":                     liveSessionNeedsNoJurisdiction,
			"a GeoIP file is followed without a restart":               geoIPFileIsFollowed,
			"a delivery elsewhere is told of, and stops nothing":       deliveryElsewhereIsTold,
			"a delivery abroad is reviewed after the fact":             deliveryAbroadIsReviewed,
			"a folder of rules takes the place of those that ship":     rulesFolderTakesOver,
			"a session keeps its rule where the rules change":          sessionKeepsItsRule,
			"a folder of rules with a fault keeps stile from starting": faultyFolderStopsTheStart,
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				scenario(t, s)
			})
		}
	}, asShipped)
}

// check requests a compliance check.
func (c client) check(t *testing.T, query string, header ...string) answer {
	t.Helper()
	return c.look(t, "/v1/compliance/check?"+query, header...).expect(t, 200)
}

// selling returns a workflow for a use case: any_of the methods.
func selling(u rules.UseCase, methods ...rules.Method) graph.Definition {
	return graph.Definition{UseCase: u, Methods: methods}
}

func sessionRunsUnderTheCheck(t *testing.T, s *stack) {
	m := s.sandbox(t, simple(rules.MethodSelfAttestation, rules.MethodMDL, rules.MethodDocumentCapture))
	hook := newReceiver(t)
	hook.subscribe(t, m.client)
	check := m.check(t, "use_cases=alcohol_delivery&jurisdiction=US-CA")
	require.JSONEq(t, rulestest.DocumentedCheck, string(check.raw))
	rule := check.at("results", 0)

	v := m.create(t, nil)
	created := v.get(t)
	require.Equal(t, "min_age_21", created.text("age_tier"))
	require.Equal(t, []any{"mdl", "document_capture"}, created.json["methods"], "saying so proves nothing")
	require.Equal(t, rule, created.json["compliance"])
	require.Equal(t, rule, hook.next(t, "verification_session.created").data()["compliance"])

	v.open(t)
	v.submit(t, "self_attestation", attestation).refused(t, 409, "method_not_offered")
	v.simulate(t, "document_capture", "pass")
	v.until(t, "verified")
	verified := hook.next(t, "verification_session.verified").data()
	require.Equal(t, "min_age_21", verified["age_tier"])
	require.Equal(t, rule, verified["compliance"])
	require.Equal(t, rule, v.get(t).json["compliance"])
}

func prohibitedLeavesNothing(t *testing.T, s *stack) {
	const quota = 3
	m := s.sandbox(t, selling(rules.UseCaseCannabisDelivery, rules.MethodDocumentCapture)).
		at(s.replica(t, app.Options{API: true}, func(c *config.Config) { c.SandboxQuota = quota }))
	hook := newReceiver(t)
	hook.subscribe(t, m.client)
	cart := m.check(t, "use_cases=alcohol_delivery,cannabis_delivery&jurisdiction=US-ID")
	require.Equal(t, false, cart.at("results", 0, "prohibited"))
	require.Equal(t, true, cart.at("results", 1, "prohibited"))
	require.Equal(t, true, cart.at("most_restrictive", "any_prohibited"))
	require.Equal(t, []any{"cannabis_delivery"}, cart.at("most_restrictive", "prohibited_use_cases"))

	why, _ := cart.at("results", 1, "prohibited_reason").(string)
	for range quota + 1 {
		refused := m.post(t, "/v1/verification_sessions", m.order(body{"jurisdiction": "US-ID"})).
			refused(t, 422, "use_case_prohibited", "workflow_id")
		require.Equal(t, "cannabis_delivery is prohibited in US-ID. "+why, refused.at("error", "message"))
	}
	require.Empty(t, m.get(t, "/v1/verification_sessions").expect(t, 200).list())
	require.Empty(t, m.get(t, "/v1/events").expect(t, 200).list())

	for range quota {
		v := m.create(t, nil)
		require.Equal(
			t,
			v.id,
			hook.next(t, "verification_session.created").data()["id"],
			"the first that arrives is the first",
		)
	}
	m.post(t, "/v1/verification_sessions", m.order(nil)).refused(t, 402, "test_quota_exceeded")
	require.Len(t, m.get(t, "/v1/events").expect(t, 200).list(), quota)
}

// faceOrDocument creates a session in Illinois, where measuring a face needs consent.
func faceOrDocument(t *testing.T, s *stack) (session, *receiver) {
	t.Helper()
	m := s.sandbox(t, simple(rules.MethodFacialAge, rules.MethodDocumentCapture))
	hook := newReceiver(t)
	hook.subscribe(t, m.client, "verification_session.verified")
	rule := m.check(t, "use_cases=alcohol_delivery&jurisdiction=US-IL").at("results", 0)
	v := m.create(t, body{"jurisdiction": "US-IL"})
	created := v.get(t)
	require.Equal(t, rule, created.json["compliance"])
	require.Equal(t, true, created.at("compliance", "consent_required"))
	require.Equal(t, 1095.0, created.at("compliance", "biometric_retention_days"), "three years")
	require.Equal(t, true, v.open(t).json["consent_required"])
	v.submit(t, "facial_age", body{"simulate": "pass"}).refused(t, 409, "consent_required")
	return v, hook
}

func consentComesBeforeBiometrics(t *testing.T, s *stack) {
	v, hook := faceOrDocument(t, s)
	v.user.post(t, v.verify("/consent"), body{"granted": false}).refused(t, 400, "parameter_invalid", "granted")
	v.submit(t, "facial_age", body{"simulate": "pass"}).refused(t, 409, "consent_required")
	require.Nil(t, v.get(t).json["consented_at"])

	given := v.user.post(t, v.verify("/consent"), body{"granted": true}).expect(t, 200)
	require.Equal(t, false, given.json["consent_required"], "it is not asked for again")
	v.simulate(t, "facial_age", "pass")
	v.until(t, "verified")
	after, verified := v.get(t), hook.next(t, "verification_session.verified").data()
	require.NotNil(t, after.json["consented_at"])
	require.Equal(t, after.json["consented_at"], verified["consented_at"])
	require.Equal(t, "facial_age", verified["verification_path"])
}

func withoutConsent(t *testing.T, s *stack) {
	v, hook := faceOrDocument(t, s)
	v.simulate(t, "document_capture", "pass")
	v.until(t, "verified")
	verified := hook.next(t, "verification_session.verified").data()
	require.Equal(t, "document_capture", verified["verification_path"])
	require.Contains(t, verified, "consented_at")
	require.Nil(t, verified["consented_at"])
	require.Nil(t, v.get(t).json["consented_at"])
}

func gamblingLastsThirtyDays(t *testing.T, s *stack) {
	m := s.sandbox(t, selling(rules.UseCaseGamblingOnline, rules.MethodDocumentCapture))
	hook := newReceiver(t)
	hook.subscribe(t, m.client)
	for _, place := range []string{"US-NJ", "CA-ON", "DE", "GB-SCT"} {
		check := m.check(t, "use_cases=gambling_online,gambling_in_person,alcohol_delivery&jurisdiction="+place)
		for i, days := range []float64{30, 30, 365} {
			require.Equal(t, days, check.at("results", i, "credential_validity_days"), "%d in %s", i, place)
		}
	}
	v := m.create(t, body{"jurisdiction": "US-NJ"})
	v.pass(t, "document_capture")
	require.Equal(t, 30.0, v.get(t).at("compliance", "credential_validity_days"))
	verified := answer{json: hook.next(t, "verification_session.verified").event}
	require.Equal(t, 30.0, verified.at("data", "compliance", "credential_validity_days"))
}

func anotherDayHasAnotherRule(t *testing.T, s *stack) {
	m := s.sandbox(t, simple(rules.MethodDocumentCapture))
	for _, c := range []struct {
		query, day, field string
		want              any
	}{
		{"use_cases=tobacco_nicotine&jurisdiction=GB-SCT", "2026-12-31", "required_age_tier", "min_age_18"},
		{"use_cases=tobacco_nicotine&jurisdiction=GB-SCT", "2027-01-01", "required_age_tier", "min_age_19"},
		{"use_cases=tobacco_nicotine&jurisdiction=GB-SCT", "2029-12-31", "required_age_tier", "min_age_21"},
		{"use_cases=tobacco_nicotine&jurisdiction=IE", "2028-01-31", "required_age_tier", "min_age_18"},
		{"use_cases=tobacco_nicotine&jurisdiction=IE", "2028-02-01", "required_age_tier", "min_age_21"},
		{"use_cases=gambling_online&jurisdiction=FI", "2027-06-30", "prohibited", true},
		{"use_cases=gambling_online&jurisdiction=FI", "2027-07-01", "prohibited", false},
		{"use_cases=tobacco_nicotine&jurisdiction=US", "2019-12-19", "rule_version", "2026-04-02"},
		{"use_cases=tobacco_nicotine&jurisdiction=US", "2019-12-20", "rule_version", "2026-11-20"},
	} {
		require.Equal(t, c.want, m.check(t, c.query+"&as_of="+c.day).at("results", 0, c.field), "%s on %s", c.query, c.day)
	}
	m.get(t, "/v1/compliance/check?use_cases=firearms&jurisdiction=IE&as_of=1900-01-01").
		refused(t, 400, "parameter_invalid", "as_of")
}

func explanationNamesFiles(t *testing.T, s *stack) {
	m := s.sandbox(t, simple(rules.MethodDocumentCapture))
	for place, chain := range map[string][]string{
		"US-CA": {"US-CA.yaml", "US.yaml", "_default.yaml"}, "DE-BY": {"DE.yaml", "_eu.yaml", "_default.yaml"},
		"GB-SCT": {"GB-SCT.yaml", "GB.yaml", "_default.yaml"}, "JP": {"JP.yaml", "_default.yaml"},
	} {
		explained := m.check(t, "explain=true&use_cases=alcohol_delivery&jurisdiction="+place)
		for _, file := range filesIn(t, explained.at("results", 0, "explain")) {
			require.Contains(t, chain, file, place)
		}
		v := m.create(t, body{"jurisdiction": place})
		require.NotContains(t, v.get(t).at("compliance"), "explain")
		require.Equal(t, explained.at("results", 0), v.explained(t).at("compliance"))
	}
}

// explained returns the session with the explanation of its rule.
func (s session) explained(t *testing.T) answer {
	t.Helper()
	return s.merchant.get(t, "/v1/verification_sessions/"+s.id+"?explain=true").expect(t, 200)
}

// filesIn returns the files that an explanation names. It requires that they exist, and that each reason has a field
// and a source.
func filesIn(t *testing.T, explanation any) (files []string) {
	t.Helper()
	encoded, err := json.Marshal(explanation)
	require.NoError(t, err)
	var reasons []struct {
		Field, File string
		Source      []string
	}
	require.NoError(t, json.Unmarshal(encoded, &reasons))
	require.NotEmpty(t, reasons)
	for _, reason := range reasons {
		require.NotEmpty(t, reason.Field)
		require.NotEmpty(t, reason.Source)
		_, err := fs.Stat(data.FS, reason.File)
		require.NoError(t, err)
		files = append(files, reason.File)
	}
	return files
}

func explanationStaysInside(t *testing.T, s *stack) {
	m, other := s.sandbox(t, simple(rules.MethodDocumentCapture)), s.live(t, simple(rules.MethodDocumentCapture))
	v := m.create(t, nil)
	require.NotEmpty(t, v.explained(t).at("compliance", "explain"))
	foreign := other.get(t, "/v1/verification_sessions/"+v.id+"?explain=true").refused(t, 404, "session_not_found")
	require.NotContains(t, string(foreign.raw), "US-CA")
}
