package compliance

import "github.com/stile-id/stile/rules"

// MDLAcceptance says what a mobile driver's licence is worth where a rule holds.
type MDLAcceptance string

// What a mobile driver's licence may be worth.
const (
	MDLAccepted      MDLAcceptance = "accepted"
	MDLSupplementary MDLAcceptance = "supplementary" // issued, but nobody need accept it
	MDLNotRecognized MDLAcceptance = "not_recognized"
)

// field is one thing that a rule says. Each is inherited by itself.
type field int

const (
	fieldTier field = iota
	fieldProhibited
	fieldProhibitedReason // stands or falls with the entry that prohibits
	fieldMethods
	fieldMDL
	fieldRegulator
	fieldConsent
	fieldValidity
	fieldDataRetention
	fieldImageRetention
	fieldBiometricRetention
	fieldCount
)

// fieldNames are the fields as the files call them, and the API.
var fieldNames = [fieldCount]string{
	"required_age_tier", "prohibited", "prohibited_reason", "allowed_methods", "mdl_acceptance_status",
	"governing_regulator", "consent_required", "credential_validity_days", "data_retention_days",
	"document_image_retention_days", "biometric_retention_days",
}

func (f field) String() string { return fieldNames[f] }

// requiredFields must be said for every use case everywhere. What is not among them has a meaning when nobody says it:
// not prohibited, or erased at completion.
var requiredFields = []field{fieldTier, fieldMethods, fieldMDL, fieldRegulator, fieldConsent, fieldValidity}

// read turns a field's value from a file into its type. The schema has seen to it that it is of the right kind.
func (f field) read(value any) any {
	switch f {
	case fieldTier:
		return rules.AgeTier(value.(string))
	case fieldMDL:
		return MDLAcceptance(value.(string))
	case fieldMethods:
		return methodsOf(value.([]any))
	case fieldDataRetention, fieldImageRetention, fieldBiometricRetention:
		days, limited := value.(int)
		if !limited {
			return (*int)(nil)
		}
		return &days
	default:
		return value
	}
}

func methodsOf(names []any) []rules.Method {
	methods := make([]rules.Method, len(names))
	for i, name := range names {
		methods[i] = rules.Method(name.(string))
	}
	return methods
}
