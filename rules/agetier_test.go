package rules_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
)

func TestAgeTiersAreOrdered(t *testing.T) {
	t.Parallel()
	tiers := rules.AgeTiers()
	require.Equal(t, []rules.AgeTier{
		"min_age_13", "min_age_15", "min_age_16", "min_age_18",
		"min_age_19", "min_age_20", "min_age_21", "min_age_25",
	}, tiers)
	for i, proven := range tiers {
		require.Equal(t, proven, rules.MinAge(proven.Years()))
		for k, required := range tiers {
			require.Equal(t, i >= k, proven.Satisfies(required), "%s for %s", proven, required)
		}
	}
}

func TestUnknownAgeTier(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "min_age_", "min_age_0", "min_age_17", "min_age_018", "min_age_-18", "MIN_AGE_18"} {
		_, ok := rules.ParseAgeTier(name)
		require.False(t, ok, name)
		unknown := rules.AgeTier(name)
		require.Zero(t, unknown.Years())
		require.False(t, rules.MinAge(25).Satisfies(unknown), "an unknown demand must refuse")
		require.False(t, unknown.Satisfies(rules.MinAge(13)))
	}
	tier, ok := rules.ParseAgeTier("min_age_21")
	require.True(t, ok)
	require.Equal(t, 21, tier.Years())
}

func TestRequiredAgeTier(t *testing.T) {
	t.Parallel()
	// Years by jurisdiction, in the order of rules.UseCases.
	table := []struct {
		jurisdiction rules.Jurisdiction
		years        [10]int
	}{
		{"US", [10]int{21, 21, 21, 21, 21, 21, 21, 18, 16, 21}},
		{"US-CA", [10]int{21, 21, 21, 21, 21, 21, 21, 18, 16, 21}},
		{"CA", [10]int{19, 19, 19, 19, 18, 18, 19, 18, 16, 18}},
		{"CA-QC", [10]int{19, 19, 19, 19, 18, 18, 19, 18, 16, 18}},
		{"DE", [10]int{18, 18, 18, 18, 18, 18, 18, 18, 16, 18}},
		{"", [10]int{18, 18, 18, 18, 18, 18, 18, 18, 16, 18}},
	}
	for _, row := range table {
		for i, useCase := range rules.UseCases() {
			tier := rules.RequiredAgeTier(useCase, row.jurisdiction)
			require.Equal(t, rules.MinAge(row.years[i]), tier, "%s in %q", useCase, row.jurisdiction)
			_, known := rules.ParseAgeTier(string(tier))
			require.True(t, known)
		}
	}
}
