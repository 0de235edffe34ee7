// Package reuse decides whether an earlier verification stands in for a new one. It is pure: candidates and a policy go
// in, the decision with its reason comes out.
package reuse

import (
	"cmp"
	"slices"
	"time"

	"github.com/stile-id/stile/rules"
)

// Candidate is an earlier verification of the person.
type Candidate struct {
	ID string
	// Own reports whether the deciding organization made the verification itself.
	Own bool
	// Method is the strongest method that passed, Methods are all of them.
	Method     rules.Method
	Methods    []rules.Method
	Tier       rules.AgeTier
	VerifiedAt time.Time
	ExpiresAt  time.Time
	Revoked    bool
	Superseded bool // by a verification that proves at least as much
}

// Policy holds the conditions on a candidate. A zero field is no condition, except for Now.
type Policy struct {
	Now time.Time
	// Tier is the age tier to prove.
	Tier rules.AgeTier
	// Identity asks for a method that proves the identity.
	Identity bool
	// Allowed reports whether the law lets a method prove the age; nil allows all.
	Allowed func(rules.Method) bool
	// MinRank is the weakest rank that counts.
	MinRank int
	// MaxAge is the greatest age of the verification.
	MaxAge time.Duration
	// Methods are those that count; empty counts all.
	Methods []rules.Method
	// Required methods must all have passed, in this or other verifications that hold.
	Required []rules.Method
}

// Reason says why a decision was made. It stays inside: outside, a decline looks like a person who is not known.
type Reason string

// The reasons, from the first condition that all candidates failed to the last.
const (
	Matched        Reason = "matched"
	Unknown        Reason = "unknown"      // there is no candidate
	Revoked        Reason = "revoked"      // by the organization that made the verification
	Expired        Reason = "expired"      // under the law of its place
	TooOld         Reason = "too_old"      // for the merchant
	Superseded     Reason = "superseded"   // by a candidate that does not match either
	NotAsked       Reason = "not_asked"    // another credential or another method was asked for
	WrongMethod    Reason = "wrong_method" // the law does not allow it
	TooWeak        Reason = "too_weak"     // a stronger method is needed
	TooYoung       Reason = "too_young"    // the tier is too low
	NoIdentity     Reason = "no_identity"  // the method proves no identity
	MethodsMissing Reason = "methods_missing"
)

// Decision is the outcome for a policy.
type Decision struct {
	// Candidate is the matching one; the zero Candidate without a match.
	Candidate Candidate
	Reason    Reason
}

// Match reports whether a candidate stands in for a new verification.
func (d Decision) Match() bool { return d.Reason == Matched }

// Decide returns the best candidate that meets the policy: the organization's own before others', then the strongest,
// then the newest. Without one the reason is that of the candidate that came furthest.
func Decide(candidates []Candidate, p Policy) Decision {
	matching := Matching(candidates, p)
	if len(matching) == 0 {
		return Decision{Reason: p.furthest(candidates)}
	}
	if !p.hasRequired(candidates) {
		return Decision{Reason: MethodsMissing}
	}
	return Decision{Candidate: matching[0], Reason: Matched}
}

// Matching returns the candidates that meet the policy each, the best first. It does not look at Required.
func Matching(candidates []Candidate, p Policy) []Candidate {
	matching := slices.DeleteFunc(slices.Clone(candidates), func(c Candidate) bool { return p.refuses(c) != Matched })
	slices.SortStableFunc(matching, better)
	return matching
}

func better(a, b Candidate) int {
	if a.Own != b.Own {
		if a.Own {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(b.Method.Rank(), a.Method.Rank()), b.VerifiedAt.Compare(a.VerifiedAt))
}

// order lists the reasons of a refusal, the first check first.
var order = []Reason{
	Unknown, Revoked, Expired, TooOld, Superseded, NotAsked, WrongMethod, TooWeak, TooYoung, NoIdentity,
}

func (p Policy) furthest(candidates []Candidate) Reason {
	last := Unknown
	for _, c := range candidates {
		if reason := p.refuses(c); slices.Index(order, reason) > slices.Index(order, last) {
			last = reason
		}
	}
	return last
}

// refuses returns the first condition that a candidate fails, or Matched.
func (p Policy) refuses(c Candidate) Reason {
	switch {
	case !p.holds(c):
		return p.lapsed(c)
	case c.Superseded:
		return Superseded
	case len(p.Methods) > 0 && !slices.Contains(p.Methods, c.Method):
		return NotAsked
	case p.Allowed != nil && !p.Allowed(c.Method):
		return WrongMethod
	case c.Method.Rank() == 0 || c.Method.Rank() < p.MinRank:
		return TooWeak
	case p.Tier != "" && !c.Tier.Satisfies(p.Tier):
		return TooYoung
	case p.Identity && !c.Method.ProvesIdentity():
		return NoIdentity
	default:
		return Matched
	}
}

// holds reports whether the verification still counts: it is neither revoked, nor expired, nor too old.
func (p Policy) holds(c Candidate) bool { return p.lapsed(c) == Matched }

func (p Policy) lapsed(c Candidate) Reason {
	switch {
	case c.Revoked:
		return Revoked
	case !p.Now.Before(c.ExpiresAt):
		return Expired
	case p.MaxAge > 0 && p.Now.Sub(c.VerifiedAt) > p.MaxAge:
		return TooOld
	default:
		return Matched
	}
}

// hasRequired reports whether each required method passed in a verification that holds, superseded or not.
func (p Policy) hasRequired(candidates []Candidate) bool {
	for _, needed := range p.Required {
		if !slices.ContainsFunc(candidates, func(c Candidate) bool {
			return p.holds(c) && (c.Method == needed || slices.Contains(c.Methods, needed))
		}) {
			return false
		}
	}
	return true
}
