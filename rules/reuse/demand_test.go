package reuse_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/reuse"
)

// satisfies reports whether a candidate meets a demand, as the store's statement does.
func satisfies(c reuse.Candidate, d reuse.Demand) bool {
	for _, m := range d.Methods {
		if c.Method == m {
			return c.Tier.Years() >= d.MinYears && !c.VerifiedAt.Before(d.Since)
		}
	}
	return false
}

func TestDemandAsksForWhatThePolicyAccepts(t *testing.T) {
	t.Parallel()
	policies := map[string]reuse.Policy{
		"nothing":    {},
		"a tier":     {Tier: rules.MinAge(18)},
		"a rank":     {MinRank: 5, Tier: rules.MinAge(21)},
		"an age":     {MaxAge: 7 * day},
		"identity":   {Identity: true},
		"the law":    {Allowed: func(m rules.Method) bool { return m == rules.MethodMDL }},
		"methods":    {Methods: []rules.Method{rules.MethodDocumentCapture, rules.MethodFacialAge}},
		"one method": {Required: []rules.Method{rules.MethodMDL}},
	}
	for name, p := range policies {
		p.Now = now
		d := p.Demand("")
		for _, m := range rules.Methods() {
			for _, years := range []int{16, 18, 21} {
				for _, days := range []int{1, 7, 8} {
					c := candidate(func(c *reuse.Candidate) {
						c.Method, c.Methods, c.Tier = m, []rules.Method{m}, rules.MinAge(years)
						c.VerifiedAt = now.AddDate(0, 0, -days)
					})
					want := reuse.Decide([]reuse.Candidate{c}, p).Match()
					require.Equal(t, want, satisfies(c, d), "%s: %s at %d, %d days ago", name, m, years, days)
				}
			}
		}
	}
}

func TestDemandListsTheBestMethodFirst(t *testing.T) {
	t.Parallel()
	d := reuse.Policy{Now: now}.Demand("US-CA")
	require.Equal(t, rules.MethodEUDIPID, d.Methods[0])
	require.Equal(t, rules.Jurisdiction("US-CA"), d.Jurisdiction)
	for i := range len(d.Methods) - 1 {
		require.GreaterOrEqual(t, d.Methods[i].Rank(), d.Methods[i+1].Rank())
	}
}

func TestDemandOfTwoRequiredMethodsAcceptsNone(t *testing.T) {
	t.Parallel()
	p := reuse.Policy{Now: now, Required: []rules.Method{rules.MethodMDL, rules.MethodDocumentCapture}}
	require.Empty(t, p.Demand("").Methods)
}
