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
