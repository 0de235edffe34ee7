package models

import "github.com/stile-id/stile/rules"

// ComplianceResult holds the legal requirements for a use case in a jurisdiction, as the public API shows them.
type ComplianceResult struct {
	UseCase                rules.UseCase      `json:"use_case"`
	Jurisdiction           rules.Jurisdiction `json:"jurisdiction"`
	Prohibited             bool               `json:"prohibited"`
	ProhibitedReason       *string            `json:"prohibited_reason"`
	RequiredAgeTier        rules.AgeTier      `json:"required_age_tier"`
	AllowedMethods         []rules.Method     `json:"allowed_methods"`
	MDLAcceptanceStatus    string             `json:"mdl_acceptance_status"`
	GoverningRegulator     string             `json:"governing_regulator"`
	ConsentRequired        bool               `json:"consent_required"`
	CredentialValidityDays int                `json:"credential_validity_days"`
	// days, as the next two; null: erased at completion
	DataRetentionDays          *int   `json:"data_retention_days"`
	DocumentImageRetentionDays *int   `json:"document_image_retention_days"`
	BiometricRetentionDays     *int   `json:"biometric_retention_days"`
	RuleVersion                string `json:"rule_version"`
	// VerifiableConsent is shown only where it is true.
	VerifiableConsent bool `json:"verifiable_parental_consent,omitempty"`
	// Explain lists for each field the entry of the rules that decided it. It is set only on request.
	Explain any `json:"explain,omitempty"`
}
