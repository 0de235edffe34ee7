package models

import "github.com/stile-id/stile/rules"

// ComplianceResult is what the law asks for a use case in a jurisdiction, as the public API shows it.
type ComplianceResult struct {
	UseCase                    rules.UseCase      `json:"use_case"`
	Jurisdiction               rules.Jurisdiction `json:"jurisdiction"`
	Prohibited                 bool               `json:"prohibited"`
	ProhibitedReason           *string            `json:"prohibited_reason"`
	RequiredAgeTier            rules.AgeTier      `json:"required_age_tier"`
	AllowedMethods             []rules.Method     `json:"allowed_methods"`
	MDLAcceptanceStatus        string             `json:"mdl_acceptance_status"`
	GoverningRegulator         string             `json:"governing_regulator"`
	ConsentRequired            bool               `json:"consent_required"`
	CredentialValidityDays     int                `json:"credential_validity_days"`
	DataRetentionDays          *int               `json:"data_retention_days"` // this and the next two: null is erased at completion
	DocumentImageRetentionDays *int               `json:"document_image_retention_days"`
	BiometricRetentionDays     *int               `json:"biometric_retention_days"`
	RuleVersion                string             `json:"rule_version"`
	// Explain says for each field which entry of the rules led to it, where that is asked for.
	Explain any `json:"explain,omitempty"`
}
