package models

import (
	"encoding/json"
	"maps"

	"github.com/stile-id/stile/rules"
)

// SessionObject is a verification session as the public API and the events show it.
type SessionObject struct {
	ID                 string             `json:"id"`
	Object             string             `json:"object"`
	Type               SessionType        `json:"type"`
	Status             SessionStatus      `json:"status"`
	WorkflowID         string             `json:"workflow_id"`
	WorkflowVersion    int                `json:"workflow_version"`
	Methods            []rules.Method     `json:"methods"`
	AgeTier            rules.AgeTier      `json:"age_tier"`
	Jurisdiction       rules.Jurisdiction `json:"jurisdiction"`
	JurisdictionSource JurisdictionSource `json:"jurisdiction_source"`
	Provisional        bool               `json:"jurisdiction_provisional"`
	Compliance         ComplianceResult   `json:"compliance"`
	ClientReferenceID  *string            `json:"client_reference_id"`
	Metadata           map[string]string  `json:"metadata"`
	ReturnURL          *string            `json:"return_url"`
	CancelURL          *string            `json:"cancel_url"`
	Locale             *string            `json:"locale"`
	RequiresEmailOTP   bool               `json:"requires_email_otp"`
	VerificationPath   *string            `json:"verification_path"`
	VerifiedPersonID   *string            `json:"verified_person_id"`
	Failure            *FailureObject     `json:"failure"`
	Risk               *RiskObject        `json:"risk"`
	Review             *ReviewObject      `json:"review"`
	ConsentedAt        *Timestamp         `json:"consented_at"`
	ConsentTextVersion *string            `json:"consent_text_version"`
	ActiveDevice       *string            `json:"active_device"`
	DeviceLockedAt     *Timestamp         `json:"device_locked_at"`
	Created            Timestamp          `json:"created"`
	Updated            Timestamp          `json:"updated"`
	ExpiresAt          Timestamp          `json:"expires_at"`
	CompletedAt        *Timestamp         `json:"completed_at"`
	*DeliveryObject
	ClientSecret string          `json:"client_secret,omitempty"`
	URL          string          `json:"url,omitempty"`
	Results      *[]ResultObject `json:"results,omitempty"`
}

// DeliveryObject compares the jurisdiction of a delivery with that of the user's IP address. It is absent if the
// session has no delivery.
type DeliveryObject struct {
	IPJurisdiction       *rules.Jurisdiction `json:"ip_jurisdiction"`
	JurisdictionMismatch bool                `json:"jurisdiction_mismatch"`
}

// FailureObject is the reason for which a session failed.
type FailureObject struct {
	ReasonCode rules.ReasonCode `json:"reason_code"`
	Message    string           `json:"message"`
	Action     rules.Action     `json:"action"`
}

// ReasonObject is the reason for which an attempt did not pass, for machines and for the user, with the user's next
// step.
type ReasonObject struct {
	Code    rules.ReasonCode `json:"code"`
	Message string           `json:"message"`
	Action  rules.Action     `json:"action"`
}

// RiskObject is the risk of a session, from its jurisdictions, the signals of its workflow and its verdicts.
type RiskObject struct {
	Score   int             `json:"score"`
	Level   rules.RiskLevel `json:"level"`
	Signals []string        `json:"signals"`
	Weights map[string]int  `json:"weights"`
}

// ResultObject is the verdict on one attempt, as the public API shows it.
type ResultObject struct {
	ID          string                  `json:"id"`
	Object      string                  `json:"object"`
	Method      rules.Method            `json:"method"`
	Node        string                  `json:"node"`
	Attempt     int                     `json:"attempt"`
	Status      string                  `json:"status"`
	Strength    rules.Strength          `json:"strength"`
	AgeTier     *rules.AgeTier          `json:"age_tier"`
	ReasonCodes []rules.ReasonCode      `json:"reason_codes"`
	Reasons     []ReasonObject          `json:"reasons"`
	Checks      []rules.Check           `json:"checks"`
	Provider    *string                 `json:"provider"`
	Credential  *rules.WalletCredential `json:"credential,omitempty"`
	Document    *rules.PhysicalDocument `json:"document,omitempty"`
	Biometric   *rules.Biometric        `json:"biometric,omitempty"`
	Created     Timestamp               `json:"created"`
}

// Public returns the session as the API shows it, without the fields that are shown once.
func (s Session) Public() SessionObject {
	return SessionObject{
		ID: s.ID, Object: "verification_session", Type: s.Type, Status: s.Status,
		WorkflowID: s.WorkflowID, WorkflowVersion: s.WorkflowVersion,
		Methods: orEmpty(s.Methods.V), AgeTier: s.AgeTier,
		Jurisdiction: s.Jurisdiction, JurisdictionSource: s.JurisdictionSource, Provisional: s.Provisional,
		Compliance:        s.compliance(),
		ClientReferenceID: s.ClientReferenceID, Metadata: orEmptyMap(s.Metadata.V),
		ReturnURL: s.ReturnURL, CancelURL: s.CancelURL, Locale: s.Locale,
		RequiresEmailOTP: s.RequiresEmailOTP && !s.Status.Terminal(),
		VerificationPath: s.VerificationPath, VerifiedPersonID: s.VerifiedPersonID, Failure: s.failure(),
		Risk: s.risk(), Review: s.Review.Public(),
		ConsentedAt: s.ConsentedAt, ConsentTextVersion: s.ConsentTextVersion,
		ActiveDevice: s.ActiveDevice(), DeviceLockedAt: s.DeviceLockedAt,
		Created: s.Created, Updated: s.Updated, ExpiresAt: s.ExpiresAt, CompletedAt: s.CompletedAt,
		DeliveryObject: s.delivery(),
	}
}

// delivery returns the delivery's comparison.
func (s Session) delivery() *DeliveryObject {
	if s.DeliveryJurisdiction == nil {
		return nil
	}
	return &DeliveryObject{IPJurisdiction: s.IPJurisdiction, JurisdictionMismatch: s.elsewhere()}
}

// compliance returns the stored requirements. For a session of a version that stored none it builds them from other
// columns.
func (s Session) compliance() ComplianceResult {
	snapshot := s.Compliance.V
	if snapshot.UseCase == "" {
		snapshot = ComplianceResult{
			UseCase: s.UseCase, Jurisdiction: s.Jurisdiction, RequiredAgeTier: s.AgeTier, AllowedMethods: s.Methods.V,
			MDLAcceptanceStatus: "not_recognized", CredentialValidityDays: 365, RuleVersion: s.RuleVersion,
		}
	}
	snapshot.AllowedMethods = orEmpty(snapshot.AllowedMethods)
	return snapshot
}

func (s Session) risk() *RiskObject {
	if s.Risk.V == nil {
		return nil
	}
	risk := *s.Risk.V
	weights := map[string]int{}
	maps.Copy(weights, risk.Weights)
	return &RiskObject{Score: risk.Score, Level: risk.Level(), Signals: orEmpty(risk.Signals), Weights: weights}
}

func (s Session) failure() *FailureObject {
	if s.FailureCode == nil {
		return nil
	}
	code := *s.FailureCode
	return &FailureObject{ReasonCode: code, Message: code.Message(), Action: code.Action()}
}

// Public returns the result as the API shows it.
func (r Result) Public() ResultObject {
	return ResultObject{
		ID: r.ID, Object: "verification_result", Method: r.Method, Node: r.Node, Attempt: r.Attempt,
		Status: string(r.Status), Strength: r.Method.Strength(), AgeTier: r.AgeTier,
		ReasonCodes: orEmpty(r.ReasonCodes.V), Reasons: showReasons(r.ReasonCodes.V),
		Checks: orEmpty(r.Checks.V), Provider: r.Provider, Credential: r.Credential.V, Document: r.Document.V,
		Biometric: r.Biometric.V, Created: r.Created,
	}
}

func showReasons(codes []rules.ReasonCode) []ReasonObject {
	shown := make([]ReasonObject, 0, len(codes))
	for _, code := range codes {
		shown = append(shown, ReasonObject{Code: code, Message: code.Message(), Action: code.Action()})
	}
	return shown
}

// EventObject is an event as it is delivered. The events API also shows PendingWebhooks.
type EventObject struct {
	ID              string          `json:"id"`
	Object          string          `json:"object"`
	Type            EventType       `json:"type"`
	Created         Timestamp       `json:"created"`
	PendingWebhooks *int            `json:"pending_webhooks,omitempty"`
	Data            json.RawMessage `json:"data"`
}

// Public returns the event. A delivered body has no pending_webhooks, because it must be the same at each attempt.
func (e Event) Public(pending *int) EventObject {
	return EventObject{
		ID: e.ID, Object: "event", Type: e.Type, Created: e.Created,
		PendingWebhooks: pending, Data: json.RawMessage(e.Data),
	}
}

// Body returns the delivered JSON of the event, the same at each attempt.
func (e Event) Body() ([]byte, error) { return json.Marshal(e.Public(nil)) }

func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

func orEmptyMap[V any](m map[string]V) map[string]V {
	if m == nil {
		return map[string]V{}
	}
	return m
}
