package rules_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
)

func TestAdultHasTheAgeOfMajorityOfThePlace(t *testing.T) {
	t.Parallel()
	for place, years := range map[rules.Jurisdiction]int{
		"US": 18, "US-CA": 18, "US-AL": 19, "US-MS": 21, "CA": 18, "CA-BC": 19, "DE": 18, "JP": 18, "": 18,
	} {
		require.Equal(t, rules.MinAge(years), rules.Majority(place), place)
		require.NotZero(t, rules.Majority(place).Years())
	}
}

func TestDeclarationsAndEstimatesDoNotVerifyAGuardian(t *testing.T) {
	t.Parallel()
	for _, m := range rules.Methods() {
		switch m {
		case rules.MethodSelfieLiveness, rules.MethodSelfieMatch, rules.MethodStudent, rules.MethodParentalConsent:
			require.False(t, m.ProvesAdulthood(), m)
			require.False(t, m.VerifiesGuardian(), m)
		case rules.MethodSelfAttestation, rules.MethodFacialAge, rules.MethodCarrierLookup:
			require.True(t, m.ProvesAdulthood(), m)
			require.False(t, m.VerifiesGuardian(), m)
		default:
			require.True(t, m.ProvesAdulthood() && m.VerifiesGuardian(), m)
		}
	}
	for _, m := range rules.GuardianMethods() {
		require.True(t, m.VerifiesGuardian(), m)
	}
}
