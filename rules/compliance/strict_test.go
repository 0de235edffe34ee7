package compliance_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/compliance"
)

func TestStrictnessComparesEveryDemand(t *testing.T) {
	t.Parallel()
	base := func() compliance.Rule {
		return compliance.Rule{
			RequiredAgeTier: "min_age_18", AllowedMethods: []rules.Method{"document_capture", "facial_age"},
			CredentialValidityDays: 365, DataRetentionDays: new(30), BiometricRetentionDays: new(0),
		}
	}
	for why, c := range map[string]struct {
		change          func(r *compliance.Rule)
		stricter, laxer bool // than base, than the changed one
	}{
		"the same":                    {func(*compliance.Rule) {}, true, true},
		"a higher age":                {func(r *compliance.Rule) { r.RequiredAgeTier = "min_age_21" }, true, false},
		"an unknown age":              {func(r *compliance.Rule) { r.RequiredAgeTier = "min_age_99" }, false, false},
		"fewer methods":               {func(r *compliance.Rule) { r.AllowedMethods = r.AllowedMethods[:1] }, true, false},
		"another method":              {func(r *compliance.Rule) { r.AllowedMethods[1] = "self_attestation" }, false, false},
		"the chip of a document":      {func(r *compliance.Rule) { r.AllowedMethods[1] = "nfc_passport" }, true, false},
		"another order":               {func(r *compliance.Rule) { slices.Reverse(r.AllowedMethods) }, true, true},
		"prohibited":                  {func(r *compliance.Rule) { r.Prohibited = true }, true, false},
		"consent":                     {func(r *compliance.Rule) { r.ConsentRequired = true }, true, false},
		"credentials that end sooner": {func(r *compliance.Rule) { r.CredentialValidityDays = 30 }, true, false},
		"data kept for less":          {func(r *compliance.Rule) { r.DataRetentionDays = new(29) }, true, false},
		"data erased at completion":   {func(r *compliance.Rule) { r.DataRetentionDays = nil }, true, false},
		"images kept":                 {func(r *compliance.Rule) { r.DocumentImageRetentionDays = new(1) }, false, true},
		"biometrics kept for longer":  {func(r *compliance.Rule) { r.BiometricRetentionDays = new(1) }, false, true},
		"stricter and laxer": {func(r *compliance.Rule) {
			r.RequiredAgeTier, r.AllowedMethods = "min_age_21", append(r.AllowedMethods, "mdl")
		}, false, false},
	} {
		one, other := base(), base()
		c.change(&one)
		require.Equal(t, c.stricter, one.AtLeastAsStrict(&other), why)
		require.Equal(t, c.laxer, other.AtLeastAsStrict(&one), why)
	}
}

// TestStricterRulesAreTheMostRestrictive compares AtLeastAsStrict with MostRestrictive over all pairs of shipped rules.
func TestStricterRulesAreTheMostRestrictive(t *testing.T) {
	t.Parallel()
	book := shipped(t)
	strict := 0
	for _, useCase := range rules.UseCases() {
		var all []*compliance.Rule
		for _, j := range book.Jurisdictions() {
			rule, err := book.Resolve(useCase, j, day(t, today))
			require.NoError(t, err)
			all = append(all, rule)
		}
		for _, one := range all {
			require.True(t, one.AtLeastAsStrict(one), one.Jurisdiction)
			for _, other := range all {
				if one.Prohibited || other.Prohibited || !one.AtLeastAsStrict(other) {
					continue
				}
				strict++
				both, alone := compliance.MostRestrictive(one, other), compliance.MostRestrictive(one)
				slices.Sort(both.AllowedMethods)
				slices.Sort(alone.AllowedMethods)
				require.Equal(t, alone, both, "%s in %s and %s", useCase, one.Jurisdiction, other.Jurisdiction)
			}
		}
	}
	require.Greater(t, strict, 1000)
}
