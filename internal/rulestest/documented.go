package rulestest

// DocumentedCheck is the example of the documentation: the shipped rules' answer for alcohol delivery in California,
// with the retention fields that the documentation leaves out.
const DocumentedCheck = `{
	"jurisdiction": "US-CA", "jurisdiction_source": "explicit",
	"results": [{
		"use_case": "alcohol_delivery", "jurisdiction": "US-CA", "prohibited": false, "prohibited_reason": null,
		"required_age_tier": "min_age_21", "allowed_methods": ["mdl", "facial_age", "carrier_lookup", "document_capture"],
		"mdl_acceptance_status": "supplementary", "governing_regulator": "State Alcohol Beverage Control Boards",
		"consent_required": false, "credential_validity_days": 365, "data_retention_days": null,
		"document_image_retention_days": null, "biometric_retention_days": null, "rule_version": "2026-04-02"
	}],
	"most_restrictive": {
		"required_age_tier": "min_age_21", "allowed_methods": ["mdl", "facial_age", "carrier_lookup", "document_capture"],
		"consent_required": false, "data_retention_days": null, "document_image_retention_days": null,
		"biometric_retention_days": null, "any_prohibited": false, "prohibited_use_cases": []
	}
}`
