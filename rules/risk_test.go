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

func TestWeightsOfTwoAssessmentsAddUp(t *testing.T) {
	t.Parallel()
	first := rules.Risk{Score: 35, Signals: []string{"a"}, Weights: map[string]int{"a": 35}}
	second := rules.Risk{Score: 60, Signals: []string{"a", "b"}, Weights: map[string]int{"a": 20, "b": 40}}
	want := rules.Risk{Score: 75, Signals: []string{"a", "b"}, Weights: map[string]int{"a": 35, "b": 40}}
	require.Equal(t, want, first.With(second), "a signal that is found twice counts once, by its higher weight")
	require.Equal(t, map[string]int{"a": 35}, first.Weights, "With changes neither of them")
	reported := rules.Risk{Score: 90, Signals: []string{"provider"}}
	require.Equal(t, 90, first.With(reported).Score, "a provider's score stands beside the weights")
	require.Equal(t, rules.HighestRisk, second.With(rules.Risk{Weights: map[string]int{"c": 80}}).Score)
}

func TestLevelReachesItselfAndThoseBelow(t *testing.T) {
	t.Parallel()
	levels := []rules.RiskLevel{"", rules.RiskLow, rules.RiskMedium, rules.RiskHigh}
	for i, level := range levels {
		for j, other := range levels {
			require.Equal(t, i >= j, level.Reaches(other), "%s %s", level, other)
		}
	}
}
