package compliance

import (
	"slices"

	"github.com/stile-id/stile/rules"
)

// Rule holds the legal requirements for a use case in a jurisdiction from a day on. It is read-only.
type Rule struct {
	UseCase      rules.UseCase
	Jurisdiction rules.Jurisdiction // of the nearest file: the country for a subdivision without a file

	Prohibited       bool
	ProhibitedReason string // "" if not prohibited

	RequiredAgeTier        rules.AgeTier  // also set if prohibited: the tier without the prohibition
	AllowedMethods         []rules.Method // in the order in which to offer them
	MDLAcceptanceStatus    MDLAcceptance
	GoverningRegulator     string
	ConsentRequired        bool // to biometric processing
	CredentialValidityDays int
	// VerifiableConsent says that a guardian's consent counts only if the guardian's age is proved by a method that
	// VerifiesGuardian.
	VerifiableConsent bool

	// The retention of collected data, in days; nil means erased at completion.
	DataRetentionDays          *int
	DocumentImageRetentionDays *int
	BiometricRetentionDays     *int

	EffectiveFrom Day // the latest of the entries that decided a field
	RuleVersion   Day // the newest of these entries

	Sources []string // of these entries, nearest first
	Notes   []string

	book   *Book
	picked picks
}

// Allows reports whether a method may be used: the listed methods; nfc_passport if document_capture is listed; and the
// selfie methods, which prove no age and replace no other method.
func (r *Rule) Allows(m rules.Method) bool {
	return Allows(r.AllowedMethods, m)
}

// Allows reports whether a rule that lists these methods allows m; see [Rule.Allows].
func Allows(listed []rules.Method, m rules.Method) bool {
	switch m {
	case rules.MethodSelfieLiveness, rules.MethodSelfieMatch:
		return true
	case rules.MethodNFCPassport:
		return slices.Contains(listed, m) || slices.Contains(listed, rules.MethodDocumentCapture)
	default:
		return slices.Contains(listed, m)
	}
}
