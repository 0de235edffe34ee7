package compliance

import "github.com/stile-id/stile/rules"

// MDLAcceptance is the legal status of mobile driver's licences (ISO 18013-5) under a rule.
type MDLAcceptance string

// The values of MDLAcceptance.
const (
	MDLAccepted      MDLAcceptance = "accepted"
	MDLSupplementary MDLAcceptance = "supplementary" // issued, but acceptance is voluntary
	MDLNotRecognized MDLAcceptance = "not_recognized"
)

// field is one value of a rule. Each field is inherited separately.
type field int

const (
	fieldTier field = iota
	fieldProhibited
	fieldProhibitedReason // comes from the same entry as fieldProhibited
	fieldMethods
	fieldMDL
	fieldRegulator
	fieldConsent
	fieldValidity
	fieldDataRetention
	fieldImageRetention
	fieldBiometricRetention
	fieldVerifiableConsent
	fieldCount
)

// fieldNames are the names of the fields in the files and in the API.
var fieldNames = [fieldCount]string{
	"required_age_tier", "prohibited", "prohibited_reason", "allowed_methods", "mdl_acceptance_status",
	"governing_regulator", "consent_required", "credential_validity_days", "data_retention_days",
	"document_image_retention_days", "biometric_retention_days",
	"verifiable_parental_consent",
}

func (f field) String() string { return fieldNames[f] }

// requiredFields must have a value for every use case in every jurisdiction. The other fields have a meaning without a
// value: not prohibited, or erased at completion.
var requiredFields = []field{fieldTier, fieldMethods, fieldMDL, fieldRegulator, fieldConsent, fieldValidity}

// read converts a field's value from YAML to its Go type. The schema has checked the kind of the value.
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
