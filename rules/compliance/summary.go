package compliance

import (
	"cmp"
	"slices"

	"github.com/stile-id/stile/rules"
)

// Summary holds the requirements that satisfy several rules at once, such as those for all products in one cart.
type Summary struct {
	// RequiredAgeTier and AllowedMethods satisfy the rules that are not prohibited, or all rules if all are prohibited.
	RequiredAgeTier rules.AgeTier
	AllowedMethods  []rules.Method // empty, never nil, if no method satisfies all
	ConsentRequired bool

	// The shortest of each, in days; nil means erased at completion.
	DataRetentionDays          *int
	DocumentImageRetentionDays *int
	BiometricRetentionDays     *int

	AnyProhibited      bool
	ProhibitedUseCases []rules.UseCase // in the order given, each once; empty, never nil
}

// MostRestrictive returns the requirements that satisfy all given rules. The order of the rules matters for
// ProhibitedUseCases alone: the methods have the order of the rule whose use case comes first in the documentation. The
// summary of no rules requires no tier and allows no method.
func MostRestrictive(all ...*Rule) Summary {
	s := Summary{ProhibitedUseCases: prohibited(all), AllowedMethods: []rules.Method{}}
	s.AnyProhibited = len(s.ProhibitedUseCases) > 0
	s.setProtection(all)
	s.setProof(all)
	return s
}

// setProof sets the age tier and the methods. Prohibited rules are left out, unless all are prohibited.
func (s *Summary) setProof(all []*Rule) {
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

// setProtection sets consent and retention. Prohibited rules count too, because they may be stricter.
func (s *Summary) setProtection(all []*Rule) {
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

// useCases and tiers are computed once, because every summary reads them.
var (
	useCases = rules.UseCases()
	tiers    = rules.AgeTiers() // lowest first
)

// documentedOrder compares by use case, then by jurisdiction and day.
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
