package compliance_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/compliance"
)

func TestExplain(t *testing.T) {
	t.Parallel()
	rule := resolve(t, shipped(t), rules.UseCaseAlcoholDelivery, "US-CA", today)
	var origin []string
	for _, reason := range rule.Explain() {
		origin = append(origin, reason.Field+" "+reason.File+" "+reason.Section+" "+reason.EffectiveFrom.String())
	}
	require.Equal(t, []string{
		"required_age_tier US-CA.yaml rules.alcohol_delivery 1933-12-05",
		"allowed_methods US.yaml rules.alcohol_delivery 1988-10-01",
		"mdl_acceptance_status US.yaml common 1970-01-01",
		"governing_regulator US.yaml rules.alcohol_delivery 1988-10-01",
		"consent_required _default.yaml common 1970-01-01",
		"credential_validity_days _default.yaml common 1970-01-01",
		"data_retention_days _default.yaml common 1970-01-01",
		"document_image_retention_days _default.yaml common 1970-01-01",
		"biometric_retention_days _default.yaml common 1970-01-01",
	}, origin)
}

// TestReasonInJSON checks the names and values of the API.
func TestReasonInJSON(t *testing.T) {
	t.Parallel()
	rule := resolve(t, shipped(t), rules.UseCaseAlcoholDelivery, "US-CA", today)
	const source = `"effective_from": "1933-12-05", "rule_version": "2026-04-02",
		"source": ["Cal. Const. art. XX § 22", "Cal. Bus. & Prof. Code §§ 25658, 23661.3"], "note": ""`
	requireJSON(t, `{"field": "required_age_tier", "value": "min_age_21", "file": "US-CA.yaml",
		"section": "rules.alcohol_delivery", `+source+`}`, reason(t, rule, "required_age_tier"))

	require.Nil(t, decoded(t, reason(t, rule, "data_retention_days"))["value"])
	require.Equal(t, 365.0, decoded(t, reason(t, rule, "credential_validity_days"))["value"])
	require.Equal(t, false, decoded(t, reason(t, rule, "consent_required"))["value"])
}

func TestExplainNotesChangesOfAValue(t *testing.T) {
	t.Parallel()
	b := shipped(t)

	lifted := reason(t, resolve(t, b, rules.UseCaseCannabisDelivery, "US-CA", today), "prohibited")
	require.Equal(t, false, lifted.Value)
	require.Equal(t, "US-CA.yaml", lifted.File)
	require.Contains(t, lifted.Note,
		"The prohibition is lifted: Cal. Bus. & Prof. Code § 26090 licenses delivery by retailers to adults of 21.")
	require.Contains(t, lifted.Note, "Identification is checked at the door.", "the note of the entry follows")

	idaho := resolve(t, b, rules.UseCaseCannabisDelivery, "US-ID", today)
	require.Equal(t, true, reason(t, idaho, "prohibited").Value)
	require.Equal(t, idaho.ProhibitedReason, reason(t, idaho, "prohibited_reason").Value)

	texas := resolve(t, b, rules.UseCaseAdultContent, "US-TX", today)
	dropped := reason(t, texas, "allowed_methods")
	require.Equal(t, texas.AllowedMethods, dropped.Value)
	require.Contains(t, dropped.Note, "mdl is left out, as US-TX.yaml says mdl_acceptance_status: not_recognized.")
}

func TestLiftedProhibitionHasNoReason(t *testing.T) {
	t.Parallel()
	rule := resolve(t, shipped(t), rules.UseCaseCannabisDelivery, "US-CA", today)
	require.Empty(t, rule.ProhibitedReason)
	for _, r := range rule.Explain() {
		require.NotEqual(t, "prohibited_reason", r.Field)
	}
}

// TestExplainReturnsCopies changes the result of Explain. The shared rule must not change with it.
func TestExplainReturnsCopies(t *testing.T) {
	t.Parallel()
	b, err := compliance.Load(folder(nil))
	require.NoError(t, err)
	rule := resolve(t, b, rules.UseCaseFirearms, "DE", today)
	for _, r := range rule.Explain() {
		r.Source[0] = "changed"
	}
	reason(t, rule, "allowed_methods").Value.([]rules.Method)[0] = "changed"
	require.Equal(t, methods("mdl document_capture"), rule.AllowedMethods)
	require.Equal(t, []string{"Act of 1970-01-01"}, rule.Sources)
	require.Equal(t, []string{"Act of 1970-01-01"}, reason(t, rule, "allowed_methods").Source)
}

// TestExplainMatchesTheRule checks that the sources and the days of a rule are those of its reasons.
func TestExplainMatchesTheRule(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	for _, j := range b.Jurisdictions() {
		for _, u := range rules.UseCases() {
			rule := resolve(t, b, u, j, today)
			var sources []string
			var from, version compliance.Day
			for _, r := range rule.Explain() {
				sources = append(sources, r.Source...)
				from, version = max(from, r.EffectiveFrom), max(version, r.RuleVersion)
			}
			require.Subset(t, sources, rule.Sources)
			require.Subset(t, rule.Sources, sources)
			require.Equal(t, from, rule.EffectiveFrom)
			require.Equal(t, version, rule.RuleVersion)
		}
	}
}

func reason(t *testing.T, r *compliance.Rule, field string) compliance.Reason {
	t.Helper()
	for _, reason := range r.Explain() {
		if reason.Field == field {
			return reason
		}
	}
	require.Fail(t, "no reason", field)
	return compliance.Reason{}
}

func decoded(t *testing.T, r compliance.Reason) map[string]any {
	t.Helper()
	text, err := json.Marshal(r)
	require.NoError(t, err)
	var members map[string]any
	require.NoError(t, json.Unmarshal(text, &members))
	return members
}

func requireJSON(t *testing.T, want string, got any) {
	t.Helper()
	text, err := json.Marshal(got)
	require.NoError(t, err)
	require.JSONEq(t, want, string(text))
}
