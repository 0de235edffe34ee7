package compliance

import (
	"slices"

	"github.com/stile-id/stile/rules"
)

// Rule is what the law asks for a use case in a jurisdiction from a day on. It is read-only.
type Rule struct {
	UseCase      rules.UseCase
	Jurisdiction rules.Jurisdiction // whose file was the nearest: the country for a subdivision that has none

	Prohibited       bool
	ProhibitedReason string // "" where it is not prohibited

	RequiredAgeTier        rules.AgeTier  // also where it is prohibited: what would hold
	AllowedMethods         []rules.Method // in the order in which they are to be offered
	MDLAcceptanceStatus    MDLAcceptance
	GoverningRegulator     string
	ConsentRequired        bool // to biometric processing
	CredentialValidityDays int

	// How long what was collected may be kept; nil is erased at completion.
	DataRetentionDays          *int
	DocumentImageRetentionDays *int
	BiometricRetentionDays     *int

	EffectiveFrom Day // the latest among the entries that decided something
	RuleVersion   Day // the newest among them

	Sources []string // of these entries, the nearest first
	Notes   []string

	book   *Book
	picked picks
}

// Allows reports whether a method may be used: the listed ones, the chip of a document wherever its picture may, and
// the selfies, which prove no age and take the place of nothing that does.
func (r *Rule) Allows(m rules.Method) bool {
	return allows(r.AllowedMethods, m)
}

func allows(listed []rules.Method, m rules.Method) bool {
	switch m {
	case rules.MethodSelfieLiveness, rules.MethodSelfieMatch:
		return true
	case rules.MethodNFCPassport:
		return slices.Contains(listed, m) || slices.Contains(listed, rules.MethodDocumentCapture)
	default:
		return slices.Contains(listed, m)
	}
}
