package rules

import (
	"slices"
	"strconv"
)

// AgeTier is the minimum age a verification proves, written "min_age_18".
type AgeTier string

const agePrefix = "min_age_"

// knownAges are the minimum ages, in years, that a law demands in at least one
// jurisdiction.
var knownAges = []int{13, 15, 16, 18, 19, 20, 21, 25}

// MinAge returns the tier of a minimum age in years. Only the ages 13, 15, 16,
// 18, 19, 20, 21 and 25 make a known tier.
func MinAge(years int) AgeTier {
	return AgeTier(agePrefix + strconv.Itoa(years))
}

// AgeTiers returns the known tiers, lowest first. The slice is the caller's.
func AgeTiers() []AgeTier {
	all := make([]AgeTier, len(knownAges))
	for i, years := range knownAges {
		all[i] = MinAge(years)
	}
	return all
}

// ParseAgeTier returns the known tier with exactly this name, or false.
func ParseAgeTier(s string) (AgeTier, bool) {
	if AgeTier(s).Years() == 0 {
		return "", false
	}
	return AgeTier(s), true
}

// Years returns the tier's minimum age in years, 0 for an unknown tier.
func (t AgeTier) Years() int {
	i := slices.IndexFunc(knownAges, func(years int) bool { return MinAge(years) == t })
	if i < 0 {
		return 0
	}
	return knownAges[i]
}

// Satisfies reports whether proof of t is proof of required: a higher tier
// covers every lower one. An unknown tier on either side satisfies nothing, so
// that a mistake refuses a user instead of accepting one.
func (t AgeTier) Satisfies(required AgeTier) bool {
	return required.Years() > 0 && t.Years() >= required.Years()
}
