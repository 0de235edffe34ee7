package reuse

import (
	"cmp"
	"slices"
	"time"

	"github.com/stile-id/stile/rules"
)

// Demand is a Policy in the form of questions that are answered by yes or no, so that a database can answer them
// without showing the verifications of other organizations.
type Demand struct {
	// Methods are those that are strong enough, the best first.
	Methods []rules.Method
	// MinYears is the age that must have been proven.
	MinYears int
	// Since is the earliest time of the verification.
	Since time.Time
	// Jurisdiction is where it must have been made; "" is anywhere.
	Jurisdiction rules.Jurisdiction
}

// Demand returns the demand on a verification of one method that meets the policy. Its Methods are empty if none can,
// as when two methods are required. Jurisdiction restricts the place; "" does not.
func (p Policy) Demand(jurisdiction rules.Jurisdiction) Demand {
	d := Demand{MinYears: p.Tier.Years(), Jurisdiction: jurisdiction}
	if p.MaxAge > 0 {
		d.Since = p.Now.Add(-p.MaxAge)
	}
	for _, m := range rules.Methods() {
		c := Candidate{
			Method: m, Methods: []rules.Method{m}, Tier: p.Tier, VerifiedAt: p.Now, ExpiresAt: p.Now.Add(time.Hour),
		}
		if p.refuses(c) == Matched && p.hasRequired([]Candidate{c}) {
			d.Methods = append(d.Methods, m)
		}
	}
	slices.SortStableFunc(d.Methods, func(a, b rules.Method) int {
		return cmp.Or(cmp.Compare(b.Rank(), a.Rank()), cmp.Compare(b.ProofRank(), a.ProofRank()))
	})
	return d
}
