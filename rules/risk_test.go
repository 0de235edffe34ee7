package rules_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
)

func TestLevelsOfScores(t *testing.T) {
	t.Parallel()
	for score, want := range map[int]rules.RiskLevel{
		0: rules.RiskLow, 29: rules.RiskLow, 30: rules.RiskMedium, 69: rules.RiskMedium, 70: rules.RiskHigh,
		100: rules.RiskHigh,
	} {
		require.Equal(t, want, rules.Risk{Score: score}.Level(), score)
	}
}

func TestHigherOfTwoAssessmentsCounts(t *testing.T) {
	t.Parallel()
	first := rules.Risk{Score: 40, Signals: []string{"vpn", "new_device"}}
	second := rules.Risk{Score: 10, Signals: []string{"geo_mismatch", "vpn"}}
	want := rules.Risk{Score: 40, Signals: []string{"vpn", "new_device", "geo_mismatch"}}
	require.Equal(t, want, first.With(second))
	require.Equal(t, 40, second.With(first).Score)
	require.Equal(t, []string{"vpn", "new_device"}, first.Signals, "With changes neither of them")
	require.Equal(t, first, rules.Risk{}.With(first))
}
