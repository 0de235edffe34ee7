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
	s.limit(all)
	s.ask(all)
	return s
}

// ask sets what has to be proven, and how it may be. What is prohibited has no say, unless everything is.
func (s *Summary) ask(all []*Rule) {
	nothingElse := !slices.ContainsFunc(all, func(r *Rule) bool { return !r.Prohibited })
	counts := func(r *Rule) bool { return !r.Prohibited || nothingElse }
	var first *Rule
	for _, r := range all {
		if !counts(r) {
			continue
		}
		if first == nil || documentedOrder(r, first) < 0 {
			first = r
		}
		if slices.Index(tiers, r.RequiredAgeTier) > slices.Index(tiers, s.RequiredAgeTier) {
			s.RequiredAgeTier = r.RequiredAgeTier
		}
	}
	if first == nil {
		return
	}
	s.AllowedMethods = slices.DeleteFunc(slices.Clone(first.AllowedMethods), func(m rules.Method) bool {
		return slices.ContainsFunc(all, func(r *Rule) bool { return counts(r) && !slices.Contains(r.AllowedMethods, m) })
	})
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
	named := []rules.UseCase{}
	for _, r := range all {
		if r.Prohibited && !slices.Contains(named, r.UseCase) {
			named = append(named, r.UseCase)
		}
	}
	return named
}

// Both are read at each summary.
var (
	useCases = rules.UseCases()
	tiers    = rules.AgeTiers() // lowest first
)

// documentedOrder is by use case, and by jurisdiction and day where one comes several times.
func documentedOrder(a, b *Rule) int {
	return cmp.Or(
		cmp.Compare(slices.Index(useCases, a.UseCase), slices.Index(useCases, b.UseCase)),
		cmp.Compare(a.Jurisdiction, b.Jurisdiction),
		cmp.Compare(a.EffectiveFrom, b.EffectiveFrom),
	)
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
