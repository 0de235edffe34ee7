package compliance

import (
	"cmp"
	"slices"

	"github.com/stile-id/stile/rules"
)

// Summary is what satisfies several rules at once, such as those for all the products in one cart.
type Summary struct {
	// RequiredAgeTier and AllowedMethods are those of what is not prohibited; where everything is, of everything.
	RequiredAgeTier rules.AgeTier
	AllowedMethods  []rules.Method // empty, never nil, where no method satisfies all
	ConsentRequired bool

	// The shortest of each; nil is erased at completion.
	DataRetentionDays          *int
	DocumentImageRetentionDays *int
	BiometricRetentionDays     *int

	AnyProhibited      bool
	ProhibitedUseCases []rules.UseCase // in the order given, each once; empty, never nil
}

// Allows reports whether a method may be used for all, as [Rule.Allows] does for one.
func (s Summary) Allows(m rules.Method) bool {
	return allows(s.AllowedMethods, m)
}

// MostRestrictive puts rules together so that none is broken. But for ProhibitedUseCases their order does not matter:
// the methods stand in the order of the rule whose use case is documented first. Without rules the summary is of no
// use: it requires no tier, and allows no method.
func MostRestrictive(all ...*Rule) Summary {
	s := Summary{ProhibitedUseCases: prohibited(all), AllowedMethods: []rules.Method{}}
	s.AnyProhibited = len(s.ProhibitedUseCases) > 0
	all = documentedOrder(all)
	s.limit(all)
	counted := slices.DeleteFunc(slices.Clone(all), func(r *Rule) bool { return r.Prohibited })
	if len(counted) == 0 {
		counted = all
	}
	for i, r := range counted {
		if i == 0 {
			s.AllowedMethods = slices.Clone(r.AllowedMethods)
		}
		s.AllowedMethods = slices.DeleteFunc(s.AllowedMethods, func(m rules.Method) bool {
			return !slices.Contains(r.AllowedMethods, m)
		})
		if r.RequiredAgeTier.Years() > s.RequiredAgeTier.Years() {
			s.RequiredAgeTier = r.RequiredAgeTier
		}
	}
	return s
}

// limit sets what protects the person. It counts for what is prohibited too: the stricter reading.
func (s *Summary) limit(all []*Rule) {
	for i, r := range all {
		s.ConsentRequired = s.ConsentRequired || r.ConsentRequired
		if i == 0 {
			s.DataRetentionDays = r.DataRetentionDays
			s.DocumentImageRetentionDays = r.DocumentImageRetentionDays
			s.BiometricRetentionDays = r.BiometricRetentionDays
			continue
		}
		s.DataRetentionDays = shorter(s.DataRetentionDays, r.DataRetentionDays)
		s.DocumentImageRetentionDays = shorter(s.DocumentImageRetentionDays, r.DocumentImageRetentionDays)
		s.BiometricRetentionDays = shorter(s.BiometricRetentionDays, r.BiometricRetentionDays)
	}
}

func prohibited(all []*Rule) []rules.UseCase {
	useCases := []rules.UseCase{}
	for _, r := range all {
		if r.Prohibited && !slices.Contains(useCases, r.UseCase) {
			useCases = append(useCases, r.UseCase)
		}
	}
	return useCases
}

// documentedOrder sorts a copy by use case, and by jurisdiction and day where one comes several times.
func documentedOrder(all []*Rule) []*Rule {
	documented := rules.UseCases()
	return slices.SortedStableFunc(slices.Values(all), func(a, b *Rule) int {
		return cmp.Or(
			cmp.Compare(slices.Index(documented, a.UseCase), slices.Index(documented, b.UseCase)),
			cmp.Compare(a.Jurisdiction, b.Jurisdiction),
			cmp.Compare(a.EffectiveFrom, b.EffectiveFrom),
		)
	})
}

func shorter(a, b *int) *int {
	if a == nil || b == nil {
		return nil
	}
	if *b < *a {
		return b
	}
	return a
}
