package rules

import "slices"

// tierRule sets the minimum age, in years, for some use cases in one place.
type tierRule struct {
	jurisdiction Jurisdiction // "" holds everywhere
	useCases     []UseCase    // nil covers every use case
	years        int
}

// tierRules stand in until compliance rules carry the tier. Among the rules of
// one place the first that covers the use case decides.
var tierRules = []tierRule{
	{"US", []UseCase{UseCaseSocialMedia}, 16},
	{"US", []UseCase{UseCaseAdultContent}, 18},
	{"US", nil, 21},
	{"CA", []UseCase{
		UseCaseAlcoholDelivery, UseCaseAlcoholInPerson,
		UseCaseCannabisDispensary, UseCaseCannabisDelivery, UseCaseTobaccoNicotine,
	}, 19},
	{"", []UseCase{UseCaseSocialMedia}, 16},
	{"", nil, 18},
}

// RequiredAgeTier returns the tier a person must prove for a use case in a
// jurisdiction. The subdivision's own rule wins, then the country's, then the
// default of 18 years (16 for social media), so there is always an answer.
func RequiredAgeTier(u UseCase, j Jurisdiction) AgeTier {
	for _, place := range []Jurisdiction{j, j.Country(), ""} {
		for _, rule := range tierRules {
			if rule.jurisdiction == place && rule.covers(u) {
				return MinAge(rule.years)
			}
		}
	}
	return MinAge(18)
}

func (r tierRule) covers(u UseCase) bool {
	return r.useCases == nil || slices.Contains(r.useCases, u)
}
