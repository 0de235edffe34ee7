package models_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

func at(seconds int64) models.Timestamp { return models.At(time.Unix(seconds, 0)) }

func ptr[T any](v T) *T { return &v }

func requireJSON(t *testing.T, want string, object any) {
	t.Helper()
	got, err := json.Marshal(object)
	require.NoError(t, err)
	require.JSONEq(t, want, string(got))
}

// fresh is a session with all optional fields absent.
func fresh() models.Session {
	return models.Session{
		ID:                 "vks_1",
		OrgID:              "org_1",
		Type:               models.TypeAge,
		Status:             models.StatusCreated,
		WorkflowID:         "wf_1",
		WorkflowVersion:    3,
		GraphID:            "internal",
		UseCase:            rules.UseCaseAlcoholDelivery,
		AgeTier:            rules.MinAge(21),
		RuleVersion:        "2026-11",
		Jurisdiction:       "US-CA",
		JurisdictionSource: models.JurisdictionExplicit,
		EmailSealed: ptr(
			"internal",
		),
		EmailLookup: ptr("internal"),
		PhoneSealed: ptr("internal"),
		PhoneLookup: ptr("internal"),
		Revision:    7,
		Submissions: 7,
		InFlight:    7,
		NudgeAt:     ptr(at(7)),
		Created:     at(1),
		Updated:     at(2),
		ExpiresAt:   at(86401),
	}
}

func TestFreshSessionIsShownWithNulls(t *testing.T) {
	t.Parallel()
	requireJSON(t, `{
		"id": "vks_1", "object": "verification_session", "type": "age", "status": "created",
		"workflow_id": "wf_1", "workflow_version": 3, "methods": [], "age_tier": "min_age_21",
		"jurisdiction": "US-CA", "jurisdiction_source": "explicit", "jurisdiction_provisional": false,
		"compliance": {
			"use_case": "alcohol_delivery", "jurisdiction": "US-CA", "prohibited": false, "prohibited_reason": null,
			"required_age_tier": "min_age_21", "allowed_methods": [], "mdl_acceptance_status": "not_recognized",
			"governing_regulator": "", "consent_required": false, "credential_validity_days": 365,
			"data_retention_days": null, "document_image_retention_days": null, "biometric_retention_days": null,
			"rule_version": "2026-11"
		},
		"client_reference_id": null, "metadata": {}, "return_url": null, "cancel_url": null, "locale": null,
		"requires_email_otp": false, "verification_path": null, "verified_person_id": null,
		"failure": null, "risk": null, "review": null, "consented_at": null,
		"consent_text_version": null, "active_device": null, "device_locked_at": null,
		"created": 1, "updated": 2, "expires_at": 86401, "completed_at": null
	}`, fresh().Public())
}

func TestEndedSessionShowsItsFields(t *testing.T) {
	t.Parallel()
	s := fresh()
	s.Type, s.Status = models.TypeIdentity, models.StatusFailed
	s.Methods = models.AsJSON([]rules.Method{rules.MethodMDL, rules.MethodDocumentCapture})
	s.Metadata = models.AsJSON(map[string]string{"tier": "vip"})
	s.ClientReferenceID, s.ReturnURL, s.CancelURL = ptr("order-7"), ptr("https://m.example/r"), ptr("https://m.example/c")
	s.VerificationPath, s.FailureCode, s.CompletedAt = ptr("mdl"), ptr(rules.ReasonUnderAge), ptr(at(2))
	s.Risk = models.AsJSON(&rules.Risk{Score: 70, Signals: []string{"vpn"}})
	s.Compliance = models.AsJSON(models.ComplianceResult{
		UseCase: "alcohol_delivery", Jurisdiction: "US-CA", RequiredAgeTier: "min_age_21",
		AllowedMethods: []rules.Method{rules.MethodMDL}, MDLAcceptanceStatus: "accepted", GoverningRegulator: "ABC",
		ConsentRequired: true, CredentialValidityDays: 30, DataRetentionDays: ptr(7), RuleVersion: "2026-04-02",
	})
	object := s.Public()
	object.ClientSecret, object.URL = "eyJ.secret", "https://stile.example/verify#eyJ.secret"
	object.Results = &[]models.ResultObject{}
	requireJSON(t, `{
		"id": "vks_1", "object": "verification_session", "type": "identity", "status": "failed",
		"workflow_id": "wf_1", "workflow_version": 3, "methods": ["mdl", "document_capture"], "age_tier": "min_age_21",
		"jurisdiction": "US-CA", "jurisdiction_source": "explicit", "jurisdiction_provisional": false,
		"compliance": {
			"use_case": "alcohol_delivery", "jurisdiction": "US-CA", "prohibited": false, "prohibited_reason": null,
			"required_age_tier": "min_age_21", "allowed_methods": ["mdl"], "mdl_acceptance_status": "accepted",
			"governing_regulator": "ABC", "consent_required": true, "credential_validity_days": 30,
			"data_retention_days": 7, "document_image_retention_days": null, "biometric_retention_days": null,
			"rule_version": "2026-04-02"
		},
		"client_reference_id": "order-7", "metadata": {"tier": "vip"},
		"return_url": "https://m.example/r", "cancel_url": "https://m.example/c", "locale": null,
		"requires_email_otp": false, "verification_path": "mdl", "verified_person_id": null,
		"failure": {"reason_code": "under_age", "message": "The required minimum age was not met.", "action": "none"},
		"risk": {"score": 70, "level": "high", "signals": ["vpn"], "weights": {}},
		"review": null, "consented_at": null,
		"consent_text_version": null, "active_device": null, "device_locked_at": null,
		"created": 1, "updated": 2, "expires_at": 86401, "completed_at": 2,
		"client_secret": "eyJ.secret", "url": "https://stile.example/verify#eyJ.secret", "results": []
	}`, object)
}

func TestADeliveryIsComparedWithTheAddress(t *testing.T) {
	t.Parallel()
	show := func(delivery, address *rules.Jurisdiction) (shown map[string]any) {
		s := fresh()
		s.DeliveryJurisdiction, s.IPJurisdiction = delivery, address
		text, err := json.Marshal(s.Public())
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &shown))
		return shown
	}
	for _, c := range []struct {
		delivery, address rules.Jurisdiction
		mismatch          bool
	}{
		{"US-OR", "US-OR", false},
		{"US-OR", "US-CA", true},
		{"US-OR", "US", false},
		{"US", "US-OR", false},
		{"US", "US", false},
		{"US-OR", "DE", true},
		{"DE", "FR-IDF", true},
	} {
		shown := show(&c.delivery, &c.address)
		require.EqualValues(t, c.address, shown["ip_jurisdiction"])
		require.Equal(t, c.mismatch, shown["jurisdiction_mismatch"], "%+v", c)
	}
	unknown := show(ptr(rules.Jurisdiction("US-OR")), nil)
	require.Contains(t, unknown, "ip_jurisdiction")
	require.Nil(t, unknown["ip_jurisdiction"])
	require.Equal(t, false, unknown["jurisdiction_mismatch"])

	none := show(nil, ptr(rules.Jurisdiction("US-CA")))
	require.NotContains(t, none, "ip_jurisdiction")
	require.NotContains(t, none, "jurisdiction_mismatch")
}

func TestResultIsShownWithItsStrength(t *testing.T) {
	t.Parallel()
	result := models.Result{
		ID: "vr_1", OrgID: "org_1", SessionID: "vks_1", Node: "doc", Method: rules.MethodDocumentCapture, Attempt: 1,
		Status: graph.OutcomePassed, AgeTier: ptr(rules.MinAge(21)),
		Checks: models.AsJSON([]rules.Check{{Name: "mrz_check_digits", Passed: true}}), Created: at(1),
	}
	requireJSON(t, `{
		"id": "vr_1", "object": "verification_result", "method": "document_capture", "node": "doc", "attempt": 1,
		"status": "passed", "strength": "document_capture", "age_tier": "min_age_21", "reason_codes": [], "reasons": [],
		"checks": [{"name": "mrz_check_digits", "status": "passed"}], "provider": null, "created": 1
	}`, result.Public())

	result.Credential = models.AsJSON(&rules.WalletCredential{
		Format: rules.FormatMdoc, Type: "org.iso.18013.5.1.mDL", IssuingCountry: "US",
	})
	requireJSON(t, `{"format": "mso_mdoc", "type": "org.iso.18013.5.1.mDL", "issuing_country": "US"}`,
		result.Public().Credential)

	result.Status, result.AgeTier, result.Provider = graph.OutcomeFailed, nil, ptr("acme")
	result.Credential = models.AsJSON[*rules.WalletCredential](nil)
	result.Document = models.AsJSON(&rules.PhysicalDocument{
		Type: rules.Passport, IssuingCountry: "UTO", Expiry: rules.ExpiryValid,
	})
	requireJSON(t, `{"type": "PASSPORT", "issuing_country": "UTO", "expiry": "valid"}`, result.Public().Document)
	result.Document = models.AsJSON[*rules.PhysicalDocument](nil)
	result.ReasonCodes = models.AsJSON([]rules.ReasonCode{rules.ReasonUnreadable, "x_acme_17"})
	result.Checks = models.AsJSON([]rules.Check{{Name: "mrz_check_digits"}})
	requireJSON(t, `{
		"id": "vr_1", "object": "verification_result", "method": "document_capture", "node": "doc", "attempt": 1,
		"status": "failed", "strength": "document_capture", "age_tier": null, "reason_codes": ["unreadable", "x_acme_17"],
		"reasons": [{"code": "unreadable", "message": "What was submitted could not be read.", "action": "try_again"},
			{"code": "x_acme_17", "message": "The verification could not be completed.", "action": "use_another_method"}],
		"checks": [{"name": "mrz_check_digits", "status": "failed"}], "provider": "acme", "created": 1
	}`, result.Public())
}

func TestDeliveredEventHasNoPendingWebhooks(t *testing.T) {
	t.Parallel()
	event := models.Event{
		ID: "evt_1", OrgID: "org_1", Type: models.EventSessionVerified, SessionID: ptr("vks_1"),
		Data: `{"id": "vks_1"}`, Created: at(1),
	}
	requireJSON(t, `{"id": "evt_1", "object": "event", "type": "verification_session.verified", "created": 1,
		"data": {"id": "vks_1"}}`, event.Public(nil))
	requireJSON(t, `{"id": "evt_1", "object": "event", "type": "verification_session.verified", "created": 1,
		"pending_webhooks": 0, "data": {"id": "vks_1"}}`, event.Public(ptr(0)))
}
