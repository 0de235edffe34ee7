// Code generated from api/openapi.yaml by go run ./scripts/go-client. DO NOT EDIT.

package stile

import "encoding/json"
import "time"

// Action is a value of the API: the user's next step. Repeat, continue with the method, take another document or
// credential, take another method, wait, or nothing.
type Action string

// Values of Action.
const (
	ActionTryAgain           Action = "try_again"
	ActionProvideMore        Action = "provide_more"
	ActionUseAnotherDocument Action = "use_another_document"
	ActionUseAnotherMethod   Action = "use_another_method"
	ActionTryAgainLater      Action = "try_again_later"
	ActionNone               Action = "none"
)

// AgeTier is a value of the API: a minimum age.
type AgeTier string

// Values of AgeTier.
const (
	AgeTierMinAge13 AgeTier = "min_age_13"
	AgeTierMinAge15 AgeTier = "min_age_15"
	AgeTierMinAge16 AgeTier = "min_age_16"
	AgeTierMinAge18 AgeTier = "min_age_18"
	AgeTierMinAge19 AgeTier = "min_age_19"
	AgeTierMinAge20 AgeTier = "min_age_20"
	AgeTierMinAge21 AgeTier = "min_age_21"
	AgeTierMinAge25 AgeTier = "min_age_25"
)

// ComplianceCheck is an object of the API.
type ComplianceCheck struct {
	// An existing ISO 3166 country or subdivision, such as `DE` or `US-CA`. In requests a withdrawn code stands for
	// its successor (`CN-11` for `CN-BJ`), and a subdivision that is also a country for the country (`US-PR` for
	// `PR`).
	Jurisdiction       string             `json:"jurisdiction"`
	JurisdictionSource JurisdictionSource `json:"jurisdiction_source"`
	Results            []ComplianceResult `json:"results"`
	MostRestrictive    ComplianceSummary  `json:"most_restrictive"`
}

// ComplianceCheckParams has the parameters of the operation checkCompliance.
type ComplianceCheckParams struct {
	// Product types, comma-separated or as repeated parameters.
	UseCases []UseCase `query:"use_cases"`
	// The customer's place, an ISO 3166 country or subdivision. Default: detected from the request.
	Jurisdiction string `query:"jurisdiction"`
	// The customer's address, for detecting the jurisdiction. It is not stored.
	ClientIP string `query:"client_ip"`
	// The day of the rules, such as `2026-11-20`. Default: today.
	AsOf string `query:"as_of"`
	// Whether to add to each value the file and entry of the rules that it comes from.
	Explain bool `query:"explain"`
}

// ComplianceReason is an object of the API.
type ComplianceReason struct {
	Field string `json:"field"`
	// The value in the rule.
	Value         any    `json:"value"`
	File          string `json:"file"`
	Section       string `json:"section"`
	EffectiveFrom string `json:"effective_from"`
	RuleVersion   string `json:"rule_version"`
	// Statutes, or pages of regulators, by name.
	Source []string `json:"source"`
	Note   string   `json:"note"`
}

// ComplianceResult is an object of the API: the legal requirements of a use case in a jurisdiction.
type ComplianceResult struct {
	UseCase UseCase `json:"use_case"`
	// An existing ISO 3166 country or subdivision, such as `DE` or `US-CA`. In requests a withdrawn code stands for
	// its successor (`CN-11` for `CN-BJ`), and a subdivision that is also a country for the country (`US-PR` for
	// `PR`).
	Jurisdiction string `json:"jurisdiction"`
	Prohibited   bool   `json:"prohibited"`
	// Null unless it is prohibited.
	ProhibitedReason string  `json:"prohibited_reason"`
	RequiredAgeTier  AgeTier `json:"required_age_tier"`
	// The methods that may prove the age. `nfc_passport` is allowed wherever `document_capture` is; selfies prove no
	// age and are always allowed.
	AllowedMethods []Method `json:"allowed_methods"`
	// One of `accepted`, `supplementary`, `not_recognized`.
	MDLAcceptanceStatus string `json:"mdl_acceptance_status"`
	GoverningRegulator  string `json:"governing_regulator"`
	// Whether biometric processing needs the person's explicit consent.
	ConsentRequired        bool `json:"consent_required"`
	CredentialValidityDays int  `json:"credential_validity_days"`
	// Null means erased at completion.
	DataRetentionDays          *int `json:"data_retention_days"`
	DocumentImageRetentionDays *int `json:"document_image_retention_days"`
	BiometricRetentionDays     *int `json:"biometric_retention_days"`
	// The date of the last change of the rule's data.
	RuleVersion string `json:"rule_version"`
	// Present if true: a guardian's consent counts only if a document, a credential or a bank proves that the
	// guardian is an adult.
	VerifiableParentalConsent *bool `json:"verifiable_parental_consent,omitzero"`
	// Only with `explain=true`. The origin of each value, by field; for a session, at its creation.
	Explain []ComplianceReason `json:"explain,omitzero"`
}

// ComplianceSummary is an object of the API: the requirements that satisfy all products at once. The highest
// tier and the intersected methods of those that are not prohibited, consent if any requires it, and the
// shortest retention of all.
type ComplianceSummary struct {
	RequiredAgeTier AgeTier  `json:"required_age_tier"`
	AllowedMethods  []Method `json:"allowed_methods"`
	ConsentRequired bool     `json:"consent_required"`
	// Null means erased at completion.
	DataRetentionDays          *int      `json:"data_retention_days"`
	DocumentImageRetentionDays *int      `json:"document_image_retention_days"`
	BiometricRetentionDays     *int      `json:"biometric_retention_days"`
	AnyProhibited              bool      `json:"any_prohibited"`
	ProhibitedUseCases         []UseCase `json:"prohibited_use_cases"`
}

// ConnectorMode is a value of the API: whether the verdict must come in the answer (`sync`), or may come later
// (`callback`).
type ConnectorMode string

// Values of ConnectorMode.
const (
	ConnectorModeSync     ConnectorMode = "sync"
	ConnectorModeCallback ConnectorMode = "callback"
)

// CreatedProviderConnector is an object of the API: a connector as its creation, or a rotation of its secret,
// returns it.
type CreatedProviderConnector struct {
	ID     string         `json:"id"`
	Object string         `json:"object"`
	Method ProvidedMethod `json:"method"`
	// The provider's name in results.
	Name                   string        `json:"name"`
	URL                    string        `json:"url"`
	Mode                   ConnectorMode `json:"mode"`
	TimeoutSeconds         int           `json:"timeout_seconds"`
	CallbackTimeoutSeconds int           `json:"callback_timeout_seconds"`
	// One of `enabled`, `disabled`.
	Status  string    `json:"status"`
	Created Timestamp `json:"created"`
	Updated Timestamp `json:"updated"`
	// Signs requests to the provider, and its callbacks. Only in this answer.
	Secret string `json:"secret"`
}

// CreatedWebhookEndpoint is an object of the API: an endpoint as its creation, or a rotation of its secret,
// returns it.
type CreatedWebhookEndpoint struct {
	ID            string      `json:"id"`
	Object        string      `json:"object"`
	URL           string      `json:"url"`
	EnabledEvents []EventType `json:"enabled_events"`
	// One of `enabled`, `disabled`.
	Status      string `json:"status"`
	Description string `json:"description"`
	// Your own pairs of strings.
	Metadata map[string]string `json:"metadata"`
	Created  Timestamp         `json:"created"`
	Updated  Timestamp         `json:"updated"`
	// Until when the old secret of a rotation signs, in Unix seconds. Null without an overlap.
	OverlapUntil *Timestamp `json:"overlap_until"`
	// Why Stile disabled the endpoint; `gone` means that it answered 410 Gone to two attempts, one after the other.
	// Null unless Stile disabled it. One of `gone`.
	DisabledReason string `json:"disabled_reason"`
	// When Stile disabled the endpoint, in Unix seconds. Null unless Stile disabled it.
	DisabledAt *Timestamp `json:"disabled_at"`
	// Signs deliveries. Only in this answer.
	Secret string `json:"secret"`
}

// DeletedProviderConnector is an object of the API.
type DeletedProviderConnector struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Deleted bool   `json:"deleted"`
}

// DeletedSessionBiometrics is an object of the API.
type DeletedSessionBiometrics struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Deleted bool   `json:"deleted"`
}

// DeletedWebhookEndpoint is an object of the API.
type DeletedWebhookEndpoint struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Deleted bool   `json:"deleted"`
}

// EmbedOrigins is an object of the API.
type EmbedOrigins struct {
	Object string `json:"object"`
	// In alphabetical order.
	Origins []string `json:"origins"`
}

// EmbedOriginsChangeParams has the parameters of a request.
type EmbedOriginsChangeParams struct {
	Add    []string `json:"add,omitzero"`
	Remove []string `json:"remove,omitzero"`
}

// ErrorCode is a value of the API.
type ErrorCode string

// Values of ErrorCode.
const (
	ErrorCodeParameterInvalid                ErrorCode = "parameter_invalid"
	ErrorCodeResourceMissing                 ErrorCode = "resource_missing"
	ErrorCodeBillingSuspended                ErrorCode = "billing_suspended"
	ErrorCodeTestQuotaExceeded               ErrorCode = "test_quota_exceeded"
	ErrorCodeUseCaseProhibited               ErrorCode = "use_case_prohibited"
	ErrorCodeJurisdictionUnresolvable        ErrorCode = "jurisdiction_unresolvable"
	ErrorCodeAcceptExistingRateLimited       ErrorCode = "accept_existing_rate_limited"
	ErrorCodeRateLimitExceeded               ErrorCode = "rate_limit_exceeded"
	ErrorCodePublishableKeyScope             ErrorCode = "publishable_key_scope"
	ErrorCodePublishableSessionCreateBlocked ErrorCode = "publishable_session_create_blocked"
	ErrorCodeCaptchaRequired                 ErrorCode = "captcha_required"
	ErrorCodeCaptchaInvalid                  ErrorCode = "captcha_invalid"
	ErrorCodeEmailNotVerified                ErrorCode = "email_not_verified"
	ErrorCodeWebhookRequired                 ErrorCode = "webhook_required"
	ErrorCodeSessionNotFound                 ErrorCode = "session_not_found"
	ErrorCodeSessionTerminal                 ErrorCode = "session_terminal"
	ErrorCodeSessionNotRedeemable            ErrorCode = "session_not_redeemable"
	ErrorCodeSessionLockedToOtherDevice      ErrorCode = "session_locked_to_other_device"
	ErrorCodeHandoffDisabled                 ErrorCode = "handoff_disabled"
	ErrorCodeOriginNotAllowed                ErrorCode = "origin_not_allowed"
	ErrorCodeHandoffTokenInvalid             ErrorCode = "handoff_token_invalid"
	ErrorCodeHandoffTokenExpired             ErrorCode = "handoff_token_expired"
	ErrorCodeHandoffTokenConsumed            ErrorCode = "handoff_token_consumed"
	ErrorCodeHandoffEnded                    ErrorCode = "handoff_ended"
	ErrorCodeHandoffNotConfirmed             ErrorCode = "handoff_not_confirmed"
	ErrorCodeVPTokenInvalid                  ErrorCode = "vp_token_invalid"
	ErrorCodeNoMatchingVP                    ErrorCode = "no_matching_vp"
	ErrorCodeOTPNotProven                    ErrorCode = "otp_not_proven"
	ErrorCodeOTPInvalid                      ErrorCode = "otp_invalid"
	ErrorCodeOTPExpired                      ErrorCode = "otp_expired"
	ErrorCodeOTPUnavailable                  ErrorCode = "otp_unavailable"
	ErrorCodeTrustReuseUnavailable           ErrorCode = "trust_reuse_unavailable"
	ErrorCodeIdempotencyKeyReuse             ErrorCode = "idempotency_key_reuse"
	ErrorCodeAPIKeyInvalid                   ErrorCode = "api_key_invalid"
	ErrorCodeSessionNotCancellable           ErrorCode = "session_not_cancellable"
	ErrorCodeSubmissionInProgress            ErrorCode = "submission_in_progress"
	ErrorCodeMethodNotOffered                ErrorCode = "method_not_offered"
	ErrorCodeConsentRequired                 ErrorCode = "consent_required"
	ErrorCodeGuardianUnproven                ErrorCode = "guardian_unproven"
	ErrorCodeChallengeInvalid                ErrorCode = "challenge_invalid"
	ErrorCodeUploadLimitReached              ErrorCode = "upload_limit_reached"
	ErrorCodeUploadOffsetMismatch            ErrorCode = "upload_offset_mismatch"
	ErrorCodeReviewNotPending                ErrorCode = "review_not_pending"
	ErrorCodeReviewDecided                   ErrorCode = "review_decided"
	ErrorCodeIdentityUnproven                ErrorCode = "identity_unproven"
	ErrorCodeSignatureInvalid                ErrorCode = "signature_invalid"
	ErrorCodeVerdictGiven                    ErrorCode = "verdict_given"
	ErrorCodeDeliveryNotFailed               ErrorCode = "delivery_not_failed"
	ErrorCodeEndpointDisabled                ErrorCode = "endpoint_disabled"
	ErrorCodeEndpointLimitReached            ErrorCode = "endpoint_limit_reached"
	ErrorCodeRotationInProgress              ErrorCode = "rotation_in_progress"
	ErrorCodeMethodNotAllowed                ErrorCode = "method_not_allowed"
	ErrorCodeRequestTooLarge                 ErrorCode = "request_too_large"
	ErrorCodeRequestTimeout                  ErrorCode = "request_timeout"
	ErrorCodeUpgradeRequired                 ErrorCode = "upgrade_required"
	ErrorCodeHeadersTooLarge                 ErrorCode = "headers_too_large"
	ErrorCodeHTTPUnsupported                 ErrorCode = "http_unsupported"
	ErrorCodeInternalError                   ErrorCode = "internal_error"
	ErrorCodeServiceUnavailable              ErrorCode = "service_unavailable"
)

// ErrorType is a value of the API.
type ErrorType string

// Values of ErrorType.
const (
	ErrorTypeInvalidRequestError ErrorType = "invalid_request_error"
	ErrorTypeAuthenticationError ErrorType = "authentication_error"
	ErrorTypeRateLimitError      ErrorType = "rate_limit_error"
	ErrorTypeAPIError            ErrorType = "api_error"
)

// Event is an object of the API: an event, with the session or the grant at that time.
type Event struct {
	ID     string `json:"id"`
	Object string `json:"object"`
	// The type of an event, one of the catalogue or that of a test.
	Type    EventType `json:"type"`
	Created Timestamp `json:"created"`
	// Deliveries that no endpoint has acknowledged yet.
	PendingWebhooks int             `json:"pending_webhooks"`
	Data            json.RawMessage `json:"data"`
}

// EventList is an object of the API.
type EventList struct {
	Object  string  `json:"object"`
	URL     string  `json:"url"`
	HasMore bool    `json:"has_more"`
	Data    []Event `json:"data"`
}

// EventListParams has the parameters of the operation listEvents.
type EventListParams struct {
	// How many to return. A list ends at 4 MiB, with fewer and with `has_more: true`, but has at least one object if
	// there is one.
	Limit int `query:"limit"`
	// Return the objects after the one with this id, which may have been deleted. Not together with `ending_before`.
	StartingAfter string `query:"starting_after"`
	// Return the objects before the one with this id, which may have been deleted. Not together with
	// `starting_after`.
	EndingBefore string `query:"ending_before"`
	// Only events of this type.
	Type EventType `query:"type"`
	// Only events of the session with this id.
	Session string `query:"session"`
	Created Range  `query:"created"`
}

// EventType is a value of the API: the type of an event, one of the catalogue or that of a test.
type EventType string

// Values of EventType.
const (
	EventTypeVerificationSessionCreated     EventType = "verification_session.created"
	EventTypeVerificationSessionVerified    EventType = "verification_session.verified"
	EventTypeVerificationSessionFailed      EventType = "verification_session.failed"
	EventTypeVerificationSessionCancelled   EventType = "verification_session.cancelled"
	EventTypeVerificationSessionExpired     EventType = "verification_session.expired"
	EventTypeSessionReviewFlagged           EventType = "session_review.flagged"
	EventTypeSessionReviewApproved          EventType = "session_review.approved"
	EventTypeSessionReviewRejected          EventType = "session_review.rejected"
	EventTypeSessionReviewEscalated         EventType = "session_review.escalated"
	EventTypeTrustReuseGrantCreated         EventType = "trust_reuse_grant.created"
	EventTypeTrustReuseGrantRevoked         EventType = "trust_reuse_grant.revoked"
	EventTypeTrustReuseConsentRevokedByUser EventType = "trust_reuse_consent.revoked_by_user"
	EventTypeWebhookEndpointTest            EventType = "webhook_endpoint.test"
	EventTypeAll                            EventType = "*"
)

// Failure is an object of the API: why the session failed.
type Failure struct {
	ReasonCode ReasonCode `json:"reason_code"`
	// The message for the user.
	Message string `json:"message"`
	Action  Action `json:"action"`
}

// Graph is an object of the API: the nodes of a workflow in graph mode, and where to start.
type Graph struct {
	Start string               `json:"start,omitzero"`
	Nodes map[string]GraphNode `json:"nodes,omitzero"`
}

// GraphCase is an object of the API.
type GraphCase struct {
	// A CEL condition over previous, risk, age_tier, jurisdiction and metadata.
	When string `json:"when"`
	Next string `json:"next"`
}

// GraphMember is an object of the API: a method, or a sub-graph with ends that end the member.
type GraphMember struct {
	Method      string        `json:"method,omitzero"`
	Options     *GraphOptions `json:"options,omitzero"`
	MaxAttempts *int          `json:"max_attempts,omitzero"`
	// The nodes of a workflow in graph mode, and where to start.
	Graph *Graph `json:"graph,omitzero"`
}

// GraphNode is an object of the API: one step. Its fields depend on its kind; validating the workflow reports
// missing ones.
type GraphNode struct {
	// `method`, `any_of`, `all_of`, `branch`, `review`, `verified` or `failed`.
	Kind string `json:"kind,omitzero"`
	// Of a method node.
	Method  string        `json:"method,omitzero"`
	Options *GraphOptions `json:"options,omitzero"`
	// Of a method node.
	MaxAttempts *int `json:"max_attempts,omitzero"`
	// Of an any_of or all_of node.
	Methods []string `json:"methods,omitzero"`
	// Of an any_of or all_of node, for methods with settings and for sub-graphs.
	Members []GraphMember `json:"members,omitzero"`
	// The next node if it passed.
	Pass string `json:"pass,omitzero"`
	// The next node if it did not pass.
	Fail string `json:"fail,omitzero"`
	// Of a branch node; the first case with a true condition is taken.
	Cases []GraphCase `json:"cases,omitzero"`
	// Of a branch node, the next node if no condition is true.
	Default string `json:"default,omitzero"`
	// Of a review node, the text for the reviewer.
	Reason string `json:"reason,omitzero"`
}

// GraphOptions is an object of the API: how a method runs. Defaults come from the preferences.
type GraphOptions struct {
	DocumentTypes    []string `json:"document_types,omitzero"`
	LivenessStrategy string   `json:"liveness_strategy,omitzero"`
	// `pass`, `fail` or `review`.
	UnreadText string `json:"unread_text,omitzero"`
	// `pass`, `fail` or `review`.
	ScreenPhotographed string `json:"screen_photographed,omitzero"`
	// `required`, `with_document` or `never`.
	FaceMatch string `json:"face_match,omitzero"`
	ApproveAt *int   `json:"approve_at,omitzero"`
	// `step_up` or `fail`.
	BelowApproveAt string      `json:"below_approve_at,omitzero"`
	MatchBands     *MatchBands `json:"match_bands,omitzero"`
	FileUpload     *bool       `json:"file_upload,omitzero"`
	ProofOfAge     *bool       `json:"proof_of_age,omitzero"`
}

// HandoffPreferences is an object of the API: handoffs to the user's phone. Always present, with its defaults.
type HandoffPreferences struct {
	// Whether handoffs are allowed. Default: true.
	Enabled *bool `json:"enabled,omitzero"`
	// Your own page that the link leads to; null means the installation's page. An https URL without user, query and
	// fragment under an address that the organization has allowed. In a sandbox organization `http` is allowed for
	// this machine (`http://localhost:3000`).
	URLBase string `json:"url_base,omitzero"`
	// The company name that the user sees, 1 to 100 characters; null means the organization's name.
	CompanyName string `json:"company_name,omitzero"`
	// Whether the user must choose on the phone the number that the desktop shows, before the phone may submit
	// personal data. Default: true.
	Confirm *bool `json:"confirm,omitzero"`
}

// JurisdictionSource is a value of the API: how the jurisdiction was found. By `jurisdiction` in the request, by
// a header of the CDN, by looking up `client_ip` or the address of the request, or by default, for private
// addresses in a sandbox organization or on a developer's machine.
type JurisdictionSource string

// Values of JurisdictionSource.
const (
	JurisdictionSourceExplicit JurisdictionSource = "explicit"
	JurisdictionSourceHeader   JurisdictionSource = "header"
	JurisdictionSourceGeoip    JurisdictionSource = "geoip"
	JurisdictionSourceDefault  JurisdictionSource = "default"
)

// MatchBands is an object of the API: similarities of faces, from 0 to 1, as the model measures them.
type MatchBands struct {
	// The similarity from which the faces match.
	Match float64 `json:"match"`
	// The similarity from which a reviewer decides. Without it nobody does.
	Review *float64 `json:"review,omitzero"`
}

// Method is a value of the API: a way to prove age or identity.
type Method string

// Values of Method.
const (
	MethodMDL             Method = "mdl"
	MethodMID             Method = "mid"
	MethodEUDIPID         Method = "eudi_pid"
	MethodDocumentCapture Method = "document_capture"
	MethodNFCPassport     Method = "nfc_passport"
	MethodFacialAge       Method = "facial_age"
	MethodSelfieLiveness  Method = "selfie_liveness"
	MethodSelfieMatch     Method = "selfie_match"
	MethodCarrierLookup   Method = "carrier_lookup"
	MethodOpenBanking     Method = "open_banking"
	MethodSelfAttestation Method = "self_attestation"
	MethodParentalConsent Method = "parental_consent"
	MethodStudent         Method = "student"
)

// Organization is an object of the API.
type Organization struct {
	ID     string `json:"id"`
	Object string `json:"object"`
	Name   string `json:"name"`
	// Whether its sessions verify nobody.
	Sandbox bool `json:"sandbox"`
	// Whether it accepts verifications that other organizations have made.
	NetworkDedup bool      `json:"network_dedup"`
	Created      Timestamp `json:"created"`
}

// OrganizationUpdateParams has the parameters of a request.
type OrganizationUpdateParams struct {
	NetworkDedup *bool `json:"network_dedup,omitzero"`
}

// Override is an object of the API.
type Override struct {
	Add    []string `json:"add,omitzero"`
	Remove []string `json:"remove,omitzero"`
}

// Preferences is an object of the API: how the checks run. An unset field may be left out.
type Preferences struct {
	// `3d_action`, `flashing` or `passive`.
	LivenessStrategy string `json:"liveness_strategy,omitzero"`
	RequireEmailOTP  *bool  `json:"require_email_otp,omitzero"`
	// How often a method may fail before it is exhausted.
	MaxAttempts *int `json:"max_attempts,omitzero"`
	// The accepted kinds of document.
	DocumentTypes []string `json:"document_types,omitzero"`
	// The verdict of `document_capture` if the printed text of a document cannot be read, so that nothing confirms
	// its machine-readable zone or its barcode: `pass`, `fail` (default) or `review`.
	UnreadText string `json:"unread_text,omitzero"`
	// The verdict of `document_capture` if a picture seems to show a screen: `pass` (default; the risk has the
	// signal `screen_photographed`), `fail` or `review`.
	ScreenPhotographed string `json:"screen_photographed,omitzero"`
	// When `document_capture` is followed by `selfie_match`: `required`, `with_document` (where the law allows
	// `selfie_match`) or `never` (default). With `required` the places whose law does not allow `selfie_match` do
	// not offer `document_capture` either.
	FaceMatch string `json:"face_match,omitzero"`
	// The estimated age from which `facial_age` passes, 1 to 99. Default: 12 years above the required age. An age
	// below the required one counts as the required one.
	ApproveAt *int `json:"approve_at,omitzero"`
	// The verdict of `facial_age` on a lower estimate: `step_up` (default: `requires_input`, which asks for another
	// method and costs no attempt) or `fail`.
	BelowApproveAt string `json:"below_approve_at,omitzero"`
	// The similarities of faces at which `selfie_match` passes. Default: those of the
	// [model](https://github.com/stile-id/stile/blob/main/docs/methods/faces.md).
	MatchBands *MatchBands `json:"match_bands,omitzero"`
	// Whether the user of a camera method may give a file instead of a picture from the camera. Default: false.
	FileUpload *bool `json:"file_upload,omitzero"`
	// Whether `eudi_pid` accepts the EU proof of age (`eu.europa.ec.av.1`), too, in sessions of type age. Default:
	// false.
	ProofOfAge *bool `json:"proof_of_age,omitzero"`
	// How `parental_consent` runs.
	Parental *PreferencesParental `json:"parental,omitzero"`
	Handoff  *HandoffPreferences  `json:"handoff,omitzero"`
	// The groups of signals by which the risk of a session is assessed, when it is created and when its user opens
	// the page: `ip_analysis`, `geolocation`, `email_risk`, `phone_risk`, `device_risk`, `velocity`. Without any,
	// the risk comes from the places and from the verdicts alone.
	Signals []string `json:"signals,omitzero"`
	// The level of risk from which a verified session is flagged for review: `medium` or `high`. Without it, no
	// session is flagged by its level.
	FlagAt string `json:"flag_at,omitzero"`
}

// PreferencesParental is an object of the API: how `parental_consent` runs.
type PreferencesParental struct {
	// The methods by which a guardian may prove to be an adult. Default: `eudi_pid`, `mid`, `mdl`,
	// `document_capture`, `nfc_passport` and `open_banking`.
	Methods []string `json:"methods,omitzero"`
}

// ProvidedMethod is a value of the API: a method that a provider can judge.
type ProvidedMethod string

// Values of ProvidedMethod.
const (
	ProvidedMethodMDL             ProvidedMethod = "mdl"
	ProvidedMethodMID             ProvidedMethod = "mid"
	ProvidedMethodEUDIPID         ProvidedMethod = "eudi_pid"
	ProvidedMethodDocumentCapture ProvidedMethod = "document_capture"
	ProvidedMethodNFCPassport     ProvidedMethod = "nfc_passport"
	ProvidedMethodFacialAge       ProvidedMethod = "facial_age"
	ProvidedMethodSelfieLiveness  ProvidedMethod = "selfie_liveness"
	ProvidedMethodSelfieMatch     ProvidedMethod = "selfie_match"
	ProvidedMethodCarrierLookup   ProvidedMethod = "carrier_lookup"
	ProvidedMethodOpenBanking     ProvidedMethod = "open_banking"
	ProvidedMethodParentalConsent ProvidedMethod = "parental_consent"
	ProvidedMethodStudent         ProvidedMethod = "student"
)

// ProviderConnector is an object of the API.
type ProviderConnector struct {
	ID     string         `json:"id"`
	Object string         `json:"object"`
	Method ProvidedMethod `json:"method"`
	// The provider's name in results.
	Name                   string        `json:"name"`
	URL                    string        `json:"url"`
	Mode                   ConnectorMode `json:"mode"`
	TimeoutSeconds         int           `json:"timeout_seconds"`
	CallbackTimeoutSeconds int           `json:"callback_timeout_seconds"`
	// One of `enabled`, `disabled`.
	Status  string    `json:"status"`
	Created Timestamp `json:"created"`
	Updated Timestamp `json:"updated"`
}

// ProviderConnectorCreateParams has the parameters of a request.
type ProviderConnectorCreateParams struct {
	Method ProvidedMethod `json:"method"`
	// The provider's name in results. Default: the connector's id.
	Name string `json:"name,omitzero"`
	// The address for submissions. https in a live organization.
	URL  string        `json:"url"`
	Mode ConnectorMode `json:"mode,omitzero"`
	// The time that the provider has to answer a request.
	TimeoutSeconds *int `json:"timeout_seconds,omitzero"`
	// The time that the provider has to call back with a verdict.
	CallbackTimeoutSeconds *int `json:"callback_timeout_seconds,omitzero"`
	// One of `enabled`, `disabled`.
	Status string `json:"status,omitzero"`
}

// ProviderConnectorList is an object of the API.
type ProviderConnectorList struct {
	Object  string              `json:"object"`
	URL     string              `json:"url"`
	HasMore bool                `json:"has_more"`
	Data    []ProviderConnector `json:"data"`
}

// ProviderConnectorListParams has the parameters of the operation listProviderConnectors.
type ProviderConnectorListParams struct {
	// How many to return. A list ends at 4 MiB, with fewer and with `has_more: true`, but has at least one object if
	// there is one.
	Limit int `query:"limit"`
	// Return the objects after the one with this id, which may have been deleted. Not together with `ending_before`.
	StartingAfter string `query:"starting_after"`
	// Return the objects before the one with this id, which may have been deleted. Not together with
	// `starting_after`.
	EndingBefore string `query:"ending_before"`
}

// ProviderConnectorUpdateParams has the parameters of a request.
type ProviderConnectorUpdateParams struct {
	// The provider's name in results. Default: the connector's id.
	Name *string        `json:"name,omitzero"`
	URL  *string        `json:"url,omitzero"`
	Mode *ConnectorMode `json:"mode,omitzero"`
	// The time that the provider has to answer a request.
	TimeoutSeconds *int `json:"timeout_seconds,omitzero"`
	// The time that the provider has to call back with a verdict.
	CallbackTimeoutSeconds *int `json:"callback_timeout_seconds,omitzero"`
	// One of `enabled`, `disabled`.
	Status *string `json:"status,omitzero"`
}

// Reason is an object of the API: why an attempt did not pass, and the user's next step.
type Reason struct {
	Code ReasonCode `json:"code"`
	// The message for the user.
	Message string `json:"message"`
	Action  Action `json:"action"`
}

// ReasonCode is a value of the API: why an attempt or a session did not pass. A code that begins with `x_` is a
// provider's own. The vocabulary grows; treat an unknown code by its action.
type ReasonCode string

// Values of ReasonCode.
const (
	ReasonCodeUnderAge                    ReasonCode = "under_age"
	ReasonCodeAgeUncertain                ReasonCode = "age_uncertain"
	ReasonCodeAgeUnknown                  ReasonCode = "age_unknown"
	ReasonCodeUnreadable                  ReasonCode = "unreadable"
	ReasonCodeDocumentExpired             ReasonCode = "document_expired"
	ReasonCodeDocumentTypeNotAccepted     ReasonCode = "document_type_not_accepted"
	ReasonCodeDocumentNotSupported        ReasonCode = "document_not_supported"
	ReasonCodeDocumentDamaged             ReasonCode = "document_damaged"
	ReasonCodeDocumentTampered            ReasonCode = "document_tampered"
	ReasonCodeDocumentBackNeeded          ReasonCode = "document_back_needed"
	ReasonCodeDocumentWrongSide           ReasonCode = "document_wrong_side"
	ReasonCodeImageBlurred                ReasonCode = "image_blurred"
	ReasonCodeImageGlare                  ReasonCode = "image_glare"
	ReasonCodeImageDark                   ReasonCode = "image_dark"
	ReasonCodeImageCropped                ReasonCode = "image_cropped"
	ReasonCodeImageMirrored               ReasonCode = "image_mirrored"
	ReasonCodeNotADocument                ReasonCode = "not_a_document"
	ReasonCodeScreenPhotographed          ReasonCode = "screen_photographed"
	ReasonCodeZoneUnreadable              ReasonCode = "zone_unreadable"
	ReasonCodeBarcodeUnreadable           ReasonCode = "barcode_unreadable"
	ReasonCodePrintedTextUnreadable       ReasonCode = "printed_text_unreadable"
	ReasonCodeDocumentCheckDigitsWrong    ReasonCode = "document_check_digits_wrong"
	ReasonCodeDocumentDateInvalid         ReasonCode = "document_date_invalid"
	ReasonCodeDocumentAgeUnproven         ReasonCode = "document_age_unproven"
	ReasonCodeDocumentNameMismatch        ReasonCode = "document_name_mismatch"
	ReasonCodeDocumentBirthDateMismatch   ReasonCode = "document_birth_date_mismatch"
	ReasonCodeDocumentExpiryMismatch      ReasonCode = "document_expiry_mismatch"
	ReasonCodeDocumentNumberMismatch      ReasonCode = "document_number_mismatch"
	ReasonCodeDocumentSexMismatch         ReasonCode = "document_sex_mismatch"
	ReasonCodeDocumentIssuerMismatch      ReasonCode = "document_issuer_mismatch"
	ReasonCodeChipUnreadable              ReasonCode = "chip_unreadable"
	ReasonCodeChipAuthenticationFailed    ReasonCode = "chip_authentication_failed"
	ReasonCodeDocumentIssuerUntrusted     ReasonCode = "document_issuer_untrusted"
	ReasonCodeDocumentIssuerExpired       ReasonCode = "document_issuer_expired"
	ReasonCodeDocumentIssuerRevoked       ReasonCode = "document_issuer_revoked"
	ReasonCodeDocumentStatusUnavailable   ReasonCode = "document_status_unavailable"
	ReasonCodeCredentialInvalid           ReasonCode = "credential_invalid"
	ReasonCodeCredentialExpired           ReasonCode = "credential_expired"
	ReasonCodeCredentialRevoked           ReasonCode = "credential_revoked"
	ReasonCodeCredentialUntrusted         ReasonCode = "credential_untrusted"
	ReasonCodeCredentialIssuerExpired     ReasonCode = "credential_issuer_expired"
	ReasonCodeCredentialSuspended         ReasonCode = "credential_suspended"
	ReasonCodeCredentialIncomplete        ReasonCode = "credential_incomplete"
	ReasonCodeCredentialNotBound          ReasonCode = "credential_not_bound"
	ReasonCodeCredentialNotAvailable      ReasonCode = "credential_not_available"
	ReasonCodeCredentialStatusUnavailable ReasonCode = "credential_status_unavailable"
	ReasonCodeFaceNotDetected             ReasonCode = "face_not_detected"
	ReasonCodeMultipleFaces               ReasonCode = "multiple_faces"
	ReasonCodeFaceMismatch                ReasonCode = "face_mismatch"
	ReasonCodeLivenessFailed              ReasonCode = "liveness_failed"
	ReasonCodeFramesRepeated              ReasonCode = "frames_repeated"
	ReasonCodeFaceTooSmall                ReasonCode = "face_too_small"
	ReasonCodeFaceTurned                  ReasonCode = "face_turned"
	ReasonCodeFaceCovered                 ReasonCode = "face_covered"
	ReasonCodeFaceChanged                 ReasonCode = "face_changed"
	ReasonCodeImageBright                 ReasonCode = "image_bright"
	ReasonCodeRoomTooBright               ReasonCode = "room_too_bright"
	ReasonCodeChallengeNotFollowed        ReasonCode = "challenge_not_followed"
	ReasonCodeMovementTooFast             ReasonCode = "movement_too_fast"
	ReasonCodePortraitMissing             ReasonCode = "portrait_missing"
	ReasonCodePortraitUnreadable          ReasonCode = "portrait_unreadable"
	ReasonCodeFaceMatchUncertain          ReasonCode = "face_match_uncertain"
	ReasonCodeAccountNotFound             ReasonCode = "account_not_found"
	ReasonCodeDataMismatch                ReasonCode = "data_mismatch"
	ReasonCodeNotOnMobileNetwork          ReasonCode = "not_on_mobile_network"
	ReasonCodeConsentRefused              ReasonCode = "consent_refused"
	ReasonCodeUserCancelled               ReasonCode = "user_cancelled"
	ReasonCodeTimeout                     ReasonCode = "timeout"
	ReasonCodeMoreInputNeeded             ReasonCode = "more_input_needed"
	ReasonCodeMethodError                 ReasonCode = "method_error"
	ReasonCodeDeclarationMissing          ReasonCode = "declaration_missing"
	ReasonCodeProviderUnavailable         ReasonCode = "provider_unavailable"
	ReasonCodeSimulatedFailure            ReasonCode = "simulated_failure"
	ReasonCodeAttemptsExhausted           ReasonCode = "attempts_exhausted"
	ReasonCodeReviewRejected              ReasonCode = "review_rejected"
	ReasonCodeWorkflowRule                ReasonCode = "workflow_rule"
	ReasonCodeConsentWithdrawn            ReasonCode = "consent_withdrawn"
	ReasonCodeIdentityUnproven            ReasonCode = "identity_unproven"
)

// RetrievedWebhookDelivery is an object of the API: a delivery with its request and answer.
type RetrievedWebhookDelivery struct {
	// The receiver gets it as the header `Stile-Webhook-Id`.
	ID         string `json:"id"`
	Object     string `json:"object"`
	EndpointID string `json:"endpoint_id"`
	EventID    string `json:"event_id"`
	// The type of an event, one of the catalogue or that of a test.
	EventType EventType `json:"event_type"`
	// The number of the attempt for this event and endpoint, counted from 1.
	Attempt int                   `json:"attempt"`
	Status  WebhookDeliveryStatus `json:"status"`
	// The HTTP status of the answer. Null without an answer.
	ResponseStatus *int `json:"response_status"`
	// Why there was no complete answer.
	Error string `json:"error"`
	// How long the exchange took. Null before it.
	DurationMs *int `json:"duration_ms"`
	// When the next attempt follows a failed one. Null if none follows.
	NextAttemptAt *Timestamp `json:"next_attempt_at"`
	// When a later attempt was made; while it is pending, when it was scheduled.
	Created Timestamp `json:"created"`
	// The request. Null before the attempt.
	Request *WebhookDeliveryRequest `json:"request"`
	// The endpoint's answer. Null without an answer.
	Response *WebhookDeliveryResponse `json:"response"`
}

// Review is an object of the API: the latest review of a session.
type Review struct {
	Object    string       `json:"object"`
	SessionID string       `json:"session_id"`
	Status    ReviewStatus `json:"status"`
	// The workflow's step. Null for the review of a verified session, which keeps its status.
	Node string `json:"node"`
	// The reason for the review. May be empty.
	Reason    string    `json:"reason"`
	Reviewer  string    `json:"reviewer"`
	Note      string    `json:"note"`
	FlaggedAt Timestamp `json:"flagged_at"`
	// Unix seconds.
	DecidedAt *Timestamp `json:"decided_at"`
}

// ReviewDecisionParams has the parameters of a request.
type ReviewDecisionParams struct {
	// One of `approve`, `reject`, `escalate`.
	Decision string `json:"decision"`
	// The review that the reviewer saw, by its `node`. Default: the waiting one; then a repeated or late request may
	// decide the session's next review.
	Node string `json:"node,omitzero"`
	// The reason. Stored as the note of the review.
	Reason string `json:"reason,omitzero"`
	// The reviewer, by your name for them. Default: the API key.
	Reviewer string `json:"reviewer,omitzero"`
}

// ReviewList is an object of the API.
type ReviewList struct {
	Object  string   `json:"object"`
	URL     string   `json:"url"`
	HasMore bool     `json:"has_more"`
	Data    []Review `json:"data"`
	// The number of waiting reviews, by their age. The count stops at 2000.
	Waiting ReviewListWaiting `json:"waiting"`
}

// ReviewListParams has the parameters of the operation listReviews.
type ReviewListParams struct {
	// How many to return. A list ends at 4 MiB, with fewer and with `has_more: true`, but has at least one object if
	// there is one.
	Limit int `query:"limit"`
	// Return the objects after the one with this id, which may have been deleted. Not together with `ending_before`.
	StartingAfter string `query:"starting_after"`
	// Return the objects before the one with this id, which may have been deleted. Not together with
	// `starting_after`.
	EndingBefore string `query:"ending_before"`
	// Only reviews with this status. Default: the waiting ones, pending or escalated.
	Status ReviewStatus `query:"status"`
	// Only reviews of this workflow.
	WorkflowID string `query:"workflow_id"`
	// Only reviews of sessions in exactly this jurisdiction, an ISO 3166 country or subdivision.
	Jurisdiction string `query:"jurisdiction"`
	// Only reviews that this reviewer was the last to decide or escalate.
	Reviewer string `query:"reviewer"`
	Flagged  Range  `query:"flagged"`
}

// ReviewListWaiting is an object of the API: the number of waiting reviews, by their age. The count stops at
// 2000.
type ReviewListWaiting struct {
	Under1h int `json:"under_1h"`
	// Without those of the last hour.
	Under24h int `json:"under_24h"`
	Over24h  int `json:"over_24h"`
}

// ReviewStatus is a value of the API: the status of a review. An escalated one still waits.
type ReviewStatus string

// Values of ReviewStatus.
const (
	ReviewStatusPending   ReviewStatus = "pending"
	ReviewStatusEscalated ReviewStatus = "escalated"
	ReviewStatusApproved  ReviewStatus = "approved"
	ReviewStatusRejected  ReviewStatus = "rejected"
)

// Risk is an object of the API: the session's risk; the highest score counts. It begins with the signal
// `geo_mismatch` if `jurisdiction_mismatch` is true, which scores 18 within a country and 40 across a border,
// and with the signals that the workflow includes. Verdicts raise it.
type Risk struct {
	Score int `json:"score"`
	// One of `low`, `medium`, `high`.
	Level   string   `json:"level"`
	Signals []string `json:"signals"`
	// What each signal that Stile itself found contributes. The score is at least their sum, up to 100.
	Weights map[string]int `json:"weights"`
}

// RiskAssessment is an object of the API.
type RiskAssessment struct {
	ID        string `json:"id"`
	Object    string `json:"object"`
	RiskScore int    `json:"risk_score"`
	// `low` under 30, `medium` under 70. One of `low`, `medium`, `high`.
	RiskLevel string `json:"risk_level"`
	// `allow` at a low risk, `review` at a medium one, `block` at a high one. One of `allow`, `review`, `block`.
	Recommendation   string   `json:"recommendation"`
	TriggeredSignals []string `json:"triggered_signals"`
	// A reason for each signal, in the same order.
	Reasons []string `json:"reasons"`
	// The contribution of each signal to the score, with the facts behind it.
	SignalDetails map[string]RiskSignal `json:"signal_details"`
	// The session that the request named.
	Session string `json:"session"`
	// The version of the file with the weights.
	RulesVersion string    `json:"rules_version"`
	Created      Timestamp `json:"created"`
}

// RiskScoreParams has the parameters of a request: at least one of `ip`, `email`, `phone` and `device_id` is
// needed.
type RiskScoreParams struct {
	// The IPv4 or IPv6 address of the user.
	IP string `json:"ip,omitzero"`
	// The e-mail address of the user, in any spelling.
	Email string `json:"email,omitzero"`
	// The phone number of the user, with the code of the country.
	Phone string `json:"phone,omitzero"`
	// Your name for the device, which stays the same when the user comes back. At most 255 characters.
	DeviceID string `json:"device_id,omitzero"`
	// Where the user says to be: an ISO 3166 country or subdivision, such as `DE` or `US-CA`.
	ClaimedCountry string `json:"claimed_country,omitzero"`
	// A verification session of yours that the assessment is for.
	Session string `json:"session,omitzero"`
}

// RiskSignal is an object of the API: the fields besides `group` and `weight` are there if the signal has them.
type RiskSignal struct {
	// One of `ip_analysis`, `geolocation`, `email_risk`, `phone_risk`, `device_risk`, `velocity`.
	Group string `json:"group"`
	// The contribution of the signal to the score.
	Weight int `json:"weight"`
	// The claimed jurisdiction.
	Claimed string `json:"claimed,omitzero"`
	// The jurisdiction of the delivery.
	Delivery string `json:"delivery,omitzero"`
	// The jurisdiction of the desktop.
	Desktop string `json:"desktop,omitzero"`
	// The jurisdiction of the IP address.
	Address string `json:"address,omitzero"`
	// The country of the phone number.
	Phone string `json:"phone,omitzero"`
	// How many people used the device within a day, at most 20.
	Persons *int `json:"persons,omitzero"`
	// Requests with the identifier in its hour, this one included.
	Hour *int `json:"hour,omitzero"`
	// How many of them raise no score.
	PerHour *int `json:"per_hour,omitzero"`
	// Requests with the identifier in its day, this one included.
	Day *int `json:"day,omitzero"`
	// How many of them raise no score.
	PerDay *int `json:"per_day,omitzero"`
}

// SecretRotationParams has the parameters of a request.
type SecretRotationParams struct {
	// How long the old secret keeps signing.
	OverlapSeconds *int `json:"overlap_seconds,omitzero"`
}

// SessionReview is an object of the API: the manual review, if there is one.
type SessionReview struct {
	Status ReviewStatus `json:"status"`
	// The workflow's step. Null for the review of a verified session, which keeps its status.
	Node string `json:"node"`
	// The reason for the review. May be empty.
	Reason    string    `json:"reason"`
	Reviewer  string    `json:"reviewer"`
	Note      string    `json:"note"`
	FlaggedAt Timestamp `json:"flagged_at"`
	// Unix seconds.
	DecidedAt *Timestamp `json:"decided_at"`
}

// SessionStatus is a value of the API: the status of the session. The last four are terminal.
type SessionStatus string

// Values of SessionStatus.
const (
	SessionStatusCreated       SessionStatus = "created"
	SessionStatusPending       SessionStatus = "pending"
	SessionStatusProcessing    SessionStatus = "processing"
	SessionStatusRequiresInput SessionStatus = "requires_input"
	SessionStatusVerified      SessionStatus = "verified"
	SessionStatusFailed        SessionStatus = "failed"
	SessionStatusCancelled     SessionStatus = "cancelled"
	SessionStatusExpired       SessionStatus = "expired"
)

// SessionType is a value of the API: the subject of the proof, an age tier or an identity.
type SessionType string

// Values of SessionType.
const (
	SessionTypeAge      SessionType = "age"
	SessionTypeIdentity SessionType = "identity"
)

// SimulatedCase is an object of the API: the outcome of one session.
type SimulatedCase struct {
	Name          string           `json:"name"`
	Outcome       SimulatedOutcome `json:"outcome"`
	FailureReason ReasonCode       `json:"failure_reason"`
	// The methods and reviews that could continue, if the outcome is waiting.
	WaitingFor []SimulatedCaseWaitingFor `json:"waiting_for"`
	Path       []SimulatedStep           `json:"path"`
	// Results that no open method took.
	UnusedResults int `json:"unused_results"`
	// Decisions that no review took.
	UnusedReviews int `json:"unused_reviews"`
	// Whether it ended as expected. Only if an end is expected.
	Expected *bool `json:"expected,omitzero"`
}

// SimulatedCaseWaitingFor is an object of the API.
type SimulatedCaseWaitingFor struct {
	Node string `json:"node"`
	// One of `method`, `review`.
	Kind   string `json:"kind"`
	Method Method `json:"method,omitzero"`
	// The number of the submission that it waits for.
	Attempt *int `json:"attempt,omitzero"`
}

// SimulatedMarket is an object of the API: the workflow's settings in one jurisdiction under today's rule, or
// the reason why it cannot run there.
type SimulatedMarket struct {
	// An existing ISO 3166 country or subdivision, such as `DE` or `US-CA`. In requests a withdrawn code stands for
	// its successor (`CN-11` for `CN-BJ`), and a subdivision that is also a country for the country (`US-PR` for
	// `PR`).
	Jurisdiction string `json:"jurisdiction"`
	Name         string `json:"name"`
	// The error that the creation of a session would return. Null if it can run.
	Error   *SimulatedMarketError `json:"error"`
	AgeTier AgeTier               `json:"age_tier"`
	Methods []Method              `json:"methods"`
	// The workflow's methods that are not allowed there.
	DroppedMethods  []Method        `json:"dropped_methods"`
	ConsentRequired bool            `json:"consent_required"`
	RuleVersion     string          `json:"rule_version"`
	Cases           []SimulatedCase `json:"cases"`
}

// SimulatedMarketError is an object of the API.
type SimulatedMarketError struct {
	// One of `use_case_prohibited`, `jurisdiction_unresolvable`, `parameter_invalid`.
	Code    string `json:"code"`
	Message string `json:"message"`
}

// SimulatedOutcome is a value of the API: the end of a simulated session. It is waiting if the script does not
// lead to an end.
type SimulatedOutcome string

// Values of SimulatedOutcome.
const (
	SimulatedOutcomeVerified SimulatedOutcome = "verified"
	SimulatedOutcomeFailed   SimulatedOutcome = "failed"
	SimulatedOutcomeWaiting  SimulatedOutcome = "waiting"
)

// SimulatedStep is an object of the API: a submission judged, a branch taken, a review decided, or an end. It
// has only the fields of its kind.
type SimulatedStep struct {
	Node string `json:"node"`
	// One of `method`, `branch`, `review`, `verified`, `failed`.
	Kind    string `json:"kind"`
	Method  Method `json:"method,omitzero"`
	Attempt *int   `json:"attempt,omitzero"`
	// One of `passed`, `failed`, `requires_input`, `error`.
	Outcome     string       `json:"outcome,omitzero"`
	ReasonCodes []ReasonCode `json:"reason_codes,omitzero"`
	// Of a branch, counted from 0; -1 is its default.
	Case *int `json:"case,omitzero"`
	// The target of a branch.
	Next string `json:"next,omitzero"`
	// One of `approve`, `reject`, `escalate`.
	Decision string `json:"decision,omitzero"`
	// Why a branch was taken or a review entered.
	Reason string `json:"reason"`
}

// SimulationCase is an object of the API: one session, with its script.
type SimulationCase struct {
	Name string `json:"name,omitzero"`
	// The subject of the proof. Default: `age`. One of `age`, `identity`.
	Type string `json:"type,omitzero"`
	// The value of `age_tier` in conditions, one of `AgeTier`. Default: that of today's rule.
	AgeTier string `json:"age_tier,omitzero"`
	// The user's place. Default: the workflow's first jurisdiction, or `US`.
	Jurisdiction string `json:"jurisdiction,omitzero"`
	// Your own pairs of strings. Branch conditions can read those of a session. In an update, given pairs are set,
	// pairs with the value `null` are removed, and all others stay; `null` instead of pairs removes all of them. An
	// empty array counts as no pairs.
	Metadata map[string]string `json:"metadata,omitzero"`
	// The value of `risk` in conditions, until a result reports a higher one.
	Risk *SimulationCaseRisk `json:"risk,omitzero"`
	// The verdicts, in the order of the submissions. Each goes to the first open method that it fits, and waits
	// until there is one.
	Results []SimulationCaseResult `json:"results,omitzero"`
	// The reviewers' decisions, in order. They apply once no result fits any more.
	Reviews []SimulationCaseReview `json:"reviews,omitzero"`
	// The expected end of the case.
	Expect *SimulationCaseExpect `json:"expect,omitzero"`
}

// SimulationCaseExpect is an object of the API: the expected end of the case.
type SimulationCaseExpect struct {
	Outcome SimulatedOutcome `json:"outcome"`
	// One of `ReasonCode`.
	FailureReason string `json:"failure_reason,omitzero"`
	// The nodes of the path, each once.
	Path []string `json:"path,omitzero"`
	// The last node of the path.
	Last string `json:"last,omitzero"`
	// The waiting nodes.
	WaitingFor []string `json:"waiting_for,omitzero"`
}

// SimulationCaseResult is an object of the API: a verdict, on a method, a node or both.
type SimulationCaseResult struct {
	// One of `Method`.
	Method string `json:"method,omitzero"`
	Node   string `json:"node,omitzero"`
	// One of `passed`, `failed`, `requires_input`, `error`.
	Outcome     string       `json:"outcome"`
	ReasonCodes []ReasonCode `json:"reason_codes,omitzero"`
	// The risk that the verdict reports, as a provider's may. Later branches read the highest score so far, its
	// level, and every signal.
	Risk *SimulationCaseResultRisk `json:"risk,omitzero"`
}

// SimulationCaseResultRisk is an object of the API: the risk that the verdict reports, as a provider's may.
// Later branches read the highest score so far, its level, and every signal.
type SimulationCaseResultRisk struct {
	Score   int      `json:"score"`
	Signals []string `json:"signals,omitzero"`
}

// SimulationCaseReview is an object of the API.
type SimulationCaseReview struct {
	// The review's node. Default: the waiting review.
	Node string `json:"node,omitzero"`
	// One of `approve`, `reject`, `escalate`.
	Decision string `json:"decision"`
}

// SimulationCaseRisk is an object of the API: the value of `risk` in conditions, until a result reports a higher
// one.
type SimulationCaseRisk struct {
	// One of `low`, `medium`, `high`.
	Level   string   `json:"level,omitzero"`
	Score   *int     `json:"score,omitzero"`
	Signals []string `json:"signals,omitzero"`
}

// Strength is a value of the API: the strength of a method's proof, from the weakest to the strongest.
type Strength string

// Values of Strength.
const (
	StrengthSelfAttestation Strength = "self_attestation"
	StrengthFacialAge       Strength = "facial_age"
	StrengthCarrierLookup   Strength = "carrier_lookup"
	StrengthOpenBanking     Strength = "open_banking"
	StrengthDocumentCapture Strength = "document_capture"
	StrengthMDL             Strength = "mdl"
	StrengthMID             Strength = "mid"
	StrengthEUDIPID         Strength = "eudi_pid"
)

// TrustGrant is an object of the API: the use of a verification that another organization made and its user
// shares. It holds no name, document or picture. Later sessions of the same person use the same grant.
type TrustGrant struct {
	Object string `json:"object"`
	ID     string `json:"id"`
	// The organization that made the verification.
	SourceOrgID string `json:"source_org_id"`
	// Your organization.
	TargetOrgID string `json:"target_org_id"`
	// The session for which the grant was made.
	SessionID        string `json:"session_id"`
	VerifiedPersonID string `json:"verified_person_id"`
	// The method of the verification, in upper case.
	Method string `json:"method"`
	// The tier that was proven, in upper case.
	AgeTier string `json:"age_tier"`
	// The strength of the method, in upper case.
	Strength  string    `json:"strength"`
	GrantedAt time.Time `json:"granted_at"`
	// The end of the verification.
	ExpiresAt time.Time  `json:"expires_at"`
	RevokedAt *time.Time `json:"revoked_at"`
	// `USER_REVOKED`: the user, by the link of the mail. `USER_REVOKED_CONSENT`: the user ended the sharing.
	// `ERASURE_REQUEST`: the user was erased. `TARGET_OPERATOR_REVOKED`: your organization.
	// `SOURCE_CREDENTIAL_REVOKED`: the organization that made the verification. One of `USER_REVOKED`,
	// `USER_REVOKED_CONSENT`, `ERASURE_REQUEST`, `TARGET_OPERATOR_REVOKED`, `SOURCE_CREDENTIAL_REVOKED`.
	RevokedReason string `json:"revoked_reason"`
}

// TrustGrantList is an object of the API.
type TrustGrantList struct {
	Object  string       `json:"object"`
	URL     string       `json:"url"`
	HasMore bool         `json:"has_more"`
	Data    []TrustGrant `json:"data"`
}

// TrustGrantListParams has the parameters of the operation listTrustGrants.
type TrustGrantListParams struct {
	// How many to return. A list ends at 4 MiB, with fewer and with `has_more: true`, but has at least one object if
	// there is one.
	Limit int `query:"limit"`
	// Return the objects after the one with this id, which may have been deleted. Not together with `ending_before`.
	StartingAfter string `query:"starting_after"`
	// Return the objects before the one with this id, which may have been deleted. Not together with
	// `starting_after`.
	EndingBefore string `query:"ending_before"`
	// Only grants that are not revoked (`active`, also after `expires_at`), or only `revoked` ones. One of `active`,
	// `revoked`.
	Status string `query:"status"`
	// Only grants of this person.
	VerifiedPersonID string `query:"verified_person_id"`
	// Only the grant that was made for this session.
	SessionID string `query:"session_id"`
	Created   Range  `query:"created"`
}

// TrustPolicy is an object of the API: the conditions under which the organization accepts verifications that
// users share with it.
type TrustPolicy struct {
	Object string `json:"object"`
	// The switch; off at first.
	Accept bool `json:"accept"`
	// The greatest age of a verification in days; null for any age.
	MaxAgeDays *int `json:"max_age_days"`
	// Whether only verifications count that were made in exactly the jurisdiction of the session; true at first.
	SameJurisdiction bool `json:"same_jurisdiction"`
	// The accepted methods; empty accepts all.
	Methods []Method `json:"methods"`
	// When the organization last acknowledged its liability; null before the first time.
	LiabilityAcknowledgedAt *time.Time `json:"liability_acknowledged_at"`
}

// TrustPolicyUpdateParams has the parameters of a request.
type TrustPolicyUpdateParams struct {
	Accept *bool `json:"accept,omitzero"`
	// The greatest age in days. Null and the empty string accept any age.
	MaxAgeDays       any   `json:"max_age_days,omitzero"`
	SameJurisdiction *bool `json:"same_jurisdiction,omitzero"`
	// The accepted methods, in any letter case; `[]` accepts all.
	Methods []string `json:"methods,omitzero"`
	// Whether the organization acknowledges its liability for verifications that it accepts.
	LiabilityAcknowledged *bool `json:"liability_acknowledged,omitzero"`
}

// UseCase is a value of the API: the use case. With the jurisdiction it decides the age and the permitted
// methods.
type UseCase string

// Values of UseCase.
const (
	UseCaseAlcoholDelivery    UseCase = "alcohol_delivery"
	UseCaseAlcoholInPerson    UseCase = "alcohol_in_person"
	UseCaseCannabisDispensary UseCase = "cannabis_dispensary"
	UseCaseCannabisDelivery   UseCase = "cannabis_delivery"
	UseCaseGamblingOnline     UseCase = "gambling_online"
	UseCaseGamblingInPerson   UseCase = "gambling_in_person"
	UseCaseTobaccoNicotine    UseCase = "tobacco_nicotine"
	UseCaseAdultContent       UseCase = "adult_content"
	UseCaseSocialMedia        UseCase = "social_media"
	UseCaseFirearms           UseCase = "firearms"
)

// VerificationResult is an object of the API: the verdict on one attempt at one method.
type VerificationResult struct {
	ID     string `json:"id"`
	Object string `json:"object"`
	Method Method `json:"method"`
	// The workflow's step.
	Node    string `json:"node"`
	Attempt int    `json:"attempt"`
	// One of `passed`, `failed`, `requires_input`, `error`.
	Status   string   `json:"status"`
	Strength Strength `json:"strength"`
	// The proven tier, if there is one.
	AgeTier     AgeTier                   `json:"age_tier"`
	ReasonCodes []ReasonCode              `json:"reason_codes"`
	Reasons     []Reason                  `json:"reasons"`
	Checks      []VerificationResultCheck `json:"checks"`
	// The judge of the attempt. Null if Stile judged it.
	Provider string `json:"provider"`
	// How a face was judged. Present for `facial_age`, `selfie_match` and `selfie_liveness` if Stile judged them and
	// the pictures could be used. It has no biometric data: no template, no age and no similarity.
	Biometric *VerificationResultBiometric `json:"biometric,omitzero"`
	// The digital credential that was verified. Present for `mdl`, `mid` and `eudi_pid` if its proofs hold, even if
	// it does not suffice.
	Credential *VerificationResultCredential `json:"credential,omitzero"`
	// The physical document that was read. Present for `document_capture` if Stile judged it and the type was
	// recognised, even if the document does not suffice.
	Document *VerificationResultDocument `json:"document,omitzero"`
	Created  Timestamp                   `json:"created"`
}

// VerificationResultBiometric is an object of the API: how a face was judged. Present for `facial_age`,
// `selfie_match` and `selfie_liveness` if Stile judged them and the pictures could be used. It has no biometric
// data: no template, no age and no similarity.
type VerificationResultBiometric struct {
	// The version of the readers, and each model with the first digits of its SHA-256.
	Models string `json:"models"`
	// How many pictures counted.
	Frames int `json:"frames"`
	// One of `3d_action`, `flashing`, `passive`.
	Strategy string `json:"strategy,omitzero"`
	// The estimated age from which `facial_age` passed.
	ApproveAt *int `json:"approve_at,omitzero"`
	// The standard deviation of the estimated age over the pictures, in years.
	Uncertainty *float64 `json:"uncertainty,omitzero"`
	// That of `selfie_match`. One of `match`, `review`, `no_match`.
	Band string `json:"band,omitzero"`
}

// VerificationResultCheck is an object of the API.
type VerificationResultCheck struct {
	Name string `json:"name"`
	// `not_performed` if the check could not be made, such as that of a text that is not readable. One of `passed`,
	// `failed`, `not_performed`.
	Status string `json:"status"`
}

// VerificationResultCredential is an object of the API: the digital credential that was verified. Present for
// `mdl`, `mid` and `eudi_pid` if its proofs hold, even if it does not suffice.
type VerificationResultCredential struct {
	// One of `mso_mdoc`, `dc+sd-jwt`.
	Format string `json:"format"`
	// The document type of a mobile document, or the `vct` of an SD-JWT VC.
	Type string `json:"type"`
	// Present if the credential or the certificate of its issuer names it.
	IssuingCountry string `json:"issuing_country,omitzero"`
}

// VerificationResultDocument is an object of the API: the physical document that was read. Present for
// `document_capture` if Stile judged it and the type was recognised, even if the document does not suffice.
type VerificationResultDocument struct {
	// One of `ID_CARD`, `PASSPORT`, `DRIVERS_LICENSE`, `RESIDENCE_PERMIT`, `HEALTH_CARD`.
	Type string `json:"type"`
	// The country or organization that issued the document, as its machine-readable zone or its barcode names it: a
	// code of ISO 3166-1 alpha-3 or ICAO 9303.
	IssuingCountry string `json:"issuing_country,omitzero"`
	// Whether the date of expiry is past. One of `valid`, `expired`, `unknown`.
	Expiry string `json:"expiry"`
}

// VerificationSession is an object of the API: one attempt to verify one user. The schemas built on it say which
// of the optional fields are present.
type VerificationSession struct {
	ID              string        `json:"id"`
	Object          string        `json:"object"`
	Type            SessionType   `json:"type"`
	Status          SessionStatus `json:"status"`
	WorkflowID      string        `json:"workflow_id"`
	WorkflowVersion int           `json:"workflow_version"`
	// The methods that the workflow offers in this jurisdiction.
	Methods []Method `json:"methods"`
	AgeTier AgeTier  `json:"age_tier"`
	// An existing ISO 3166 country or subdivision, such as `DE` or `US-CA`. In requests a withdrawn code stands for
	// its successor (`CN-11` for `CN-BJ`), and a subdivision that is also a country for the country (`US-PR` for
	// `PR`).
	Jurisdiction       string             `json:"jurisdiction"`
	JurisdictionSource JurisdictionSource `json:"jurisdiction_source"`
	// True while the known address is that of your server, because you passed neither `client_ip` nor
	// `jurisdiction`, or passed `jurisdiction` and `delivery_jurisdiction` without `client_ip`. When the user opens
	// the session their own address replaces it, and `jurisdiction`, `age_tier`, `methods` and `compliance` may
	// change, once.
	JurisdictionProvisional bool             `json:"jurisdiction_provisional"`
	Compliance              ComplianceResult `json:"compliance"`
	ClientReferenceID       string           `json:"client_reference_id"`
	// Your own pairs of strings.
	Metadata  map[string]string `json:"metadata"`
	ReturnURL string            `json:"return_url"`
	CancelURL string            `json:"cancel_url"`
	// The user's language, as a BCP 47 tag.
	Locale string `json:"locale"`
	// Whether a returning user must prove control of the e-mail address.
	RequiresEmailOTP bool `json:"requires_email_otp"`
	// The way to the verification: the name of a method, `review`, `vp_token`, `returning_user` or `trust_reuse`.
	VerificationPath string `json:"verification_path"`
	// The person; null until the session is verified.
	VerifiedPersonID string `json:"verified_person_id"`
	// Why the session failed.
	Failure *Failure `json:"failure"`
	Risk    *Risk    `json:"risk"`
	// The manual review, if there is one.
	Review *SessionReview `json:"review"`
	// The time of the user's consent to biometric processing.
	ConsentedAt *Timestamp `json:"consented_at"`
	// The version of the text that the user consented to; null if the page did not name it.
	ConsentTextVersion string `json:"consent_text_version"`
	// Set while a phone holds the session. One of `mobile`.
	ActiveDevice string `json:"active_device"`
	// Unix seconds.
	DeviceLockedAt *Timestamp `json:"device_locked_at"`
	Created        Timestamp  `json:"created"`
	Updated        Timestamp  `json:"updated"`
	ExpiresAt      Timestamp  `json:"expires_at"`
	// Unix seconds.
	CompletedAt *Timestamp `json:"completed_at"`
	// Lets the user's device act for this session. Only in the answer to its creation.
	ClientSecret string `json:"client_secret,omitzero"`
	// The hosted page, with the secret in its fragment. Only in the answer to its creation.
	URL string `json:"url,omitzero"`
	// The place of the user's address when the session was created, or opened, if `client_ip` was not passed; null
	// if unknown. Only with `delivery_jurisdiction`.
	IPJurisdiction string `json:"ip_jurisdiction,omitzero"`
	// Whether that differs from the delivery jurisdiction. A country does not differ from a state of its own, nor
	// does null from any place. It blocks nothing, but is a signal of the session's `risk`. Only with
	// `delivery_jurisdiction`.
	JurisdictionMismatch *bool `json:"jurisdiction_mismatch,omitzero"`
	// The verdicts on the attempts. Only with `expand[]`.
	Results []VerificationResult `json:"results,omitzero"`
}

// VerificationSessionCreateParams has the parameters of a request.
type VerificationSessionCreateParams struct {
	Type SessionType `json:"type"`
	// A published workflow. It decides use case and methods.
	WorkflowID string `json:"workflow_id"`
	// The page for the user after the verification.
	ReturnURL string `json:"return_url,omitzero"`
	// The page for the user after a cancellation.
	CancelURL string `json:"cancel_url,omitzero"`
	// The user's language, as a BCP 47 tag. The verification page begins in it, if it has it. It is stored in its
	// canonical form.
	Locale string `json:"locale,omitzero"`
	// Your own name for the user or order.
	ClientReferenceID string `json:"client_reference_id,omitzero"`
	// The user's e-mail address. Stored encrypted and never returned.
	Email string `json:"email,omitzero"`
	// The user's phone number. Stored encrypted and never returned.
	Phone string `json:"phone,omitzero"`
	// The user's place, such as `US-CA`. Default: detected. With a publishable key it counts only if it equals the
	// place of the address of the request, or if its rule is at least as strict.
	Jurisdiction string `json:"jurisdiction,omitzero"`
	// The user's IPv4 or IPv6 address, as your server sees it. Without `jurisdiction` it determines the user's
	// place; without both, the address of the request stands for the user's until the user opens the session. Never
	// stored, logged or returned. It is refused with a publishable key, because then the request comes from the
	// user.
	ClientIP string `json:"client_ip,omitzero"`
	// The order's destination, such as `US-OR`. It decides nothing. The session and its events report in
	// `ip_jurisdiction` and `jurisdiction_mismatch` whether the user's address is in another place. If that is
	// another country, the session is flagged for review once it is verified. Refused with a publishable key.
	DeliveryJurisdiction string `json:"delivery_jurisdiction,omitzero"`
	// Up to 50 pairs that conditions can read. Refused with a publishable key.
	Metadata map[string]string `json:"metadata,omitzero"`
	// Creates the session as verified, with a result of the strongest method of its workflow and the `provider`
	// `sandbox`. Only in sandbox organizations; others refuse it.
	SkipVerification *bool `json:"skip_verification,omitzero"`
	// `true` reuses an earlier verification of the person that `email`, `phone` or `credential_hash` names: the
	// session is created `verified`, or as `requires_input` if the user must prove the e-mail address first. If none
	// can be reused, the answer is `no_matching_vp`, and no session is created; create it without the parameter.
	// `false` asks for a fresh verification, whatever `vp_token` says.
	AcceptExisting *bool `json:"accept_existing,omitzero"`
	// The weakest accepted method of an earlier verification.
	MinStrength string `json:"min_strength,omitzero"`
	// The greatest age of an earlier verification, such as `30d`.
	MaxAge string `json:"max_age,omitzero"`
	// Methods that the person must all have been verified with, in one or more verifications.
	RequiredMethods []string `json:"required_methods,omitzero"`
	// Names an earlier verification at this organization: the SHA-256 of the claim `cid` of its VP token, in
	// hexadecimal. Beside `email` or `phone` it must be one of that person's.
	CredentialHash string `json:"credential_hash,omitzero"`
	// The `vp_token` of an earlier session's view. The session is created `verified` if the verification meets its
	// terms, and as any other if it does not. A token that is malformed, expired, revoked, of another organization,
	// from another page or for another e-mail address gives `vp_token_invalid`.
	VPToken string `json:"vp_token,omitzero"`
	// A token of Cloudflare Turnstile from the page that sends the request. Required with a publishable key of a
	// live organization (`captcha_required`), checked with one of a sandbox, and ignored with a secret key. A
	// refused token is `captcha_invalid`. A token counts once; a repeat with the same `Idempotency-Key` needs no
	// other one.
	CaptchaToken string `json:"captcha_token,omitzero"`
}

// VerificationSessionList is an object of the API.
type VerificationSessionList struct {
	Object  string                `json:"object"`
	URL     string                `json:"url"`
	HasMore bool                  `json:"has_more"`
	Data    []VerificationSession `json:"data"`
}

// VerificationSessionListParams has the parameters of the operation listVerificationSessions.
type VerificationSessionListParams struct {
	// How many to return. A list ends at 4 MiB, with fewer and with `has_more: true`, but has at least one object if
	// there is one.
	Limit int `query:"limit"`
	// Return the objects after the one with this id, which may have been deleted. Not together with `ending_before`.
	StartingAfter string `query:"starting_after"`
	// Return the objects before the one with this id, which may have been deleted. Not together with
	// `starting_after`.
	EndingBefore string `query:"ending_before"`
	// Only sessions with this status.
	Status SessionStatus `query:"status"`
	// Only sessions with this reference of yours.
	ClientReferenceID string `query:"client_reference_id"`
	// Only sessions of this workflow.
	WorkflowID string `query:"workflow_id"`
	// Only sessions with this status of their latest review.
	Review  ReviewStatus `query:"review"`
	Created Range        `query:"created"`
	// Pass `results` to include the verdicts on the attempts, in any spelling of a list.
	Expand []string `query:"expand[]"`
}

// VerificationSessionRetrieveParams has the parameters of the operation getVerificationSession.
type VerificationSessionRetrieveParams struct {
	// Pass `results` to include the verdicts on the attempts, in any spelling of a list.
	Expand []string `query:"expand[]"`
	// Whether to add to `compliance` the origin of each value.
	Explain bool `query:"explain"`
}

// VerifiedPersonLookupParams has the parameters of a request: at least one of `email` and `phone` is needed.
type VerifiedPersonLookupParams struct {
	// The e-mail address of the person, in any spelling.
	Email string `json:"email,omitzero"`
	// The phone number of the person, with the code of the country.
	Phone string `json:"phone,omitzero"`
	// The weakest method that counts.
	MinStrength string `json:"min_strength,omitzero"`
	// The greatest age of a verification in days, such as `"30"`. Sessions take it as `30d`.
	MaxAge any `json:"max_age,omitzero"`
	// The methods that count.
	Methods []string `json:"methods,omitzero"`
}

// VerifiedPersonLookupResult is an object of the API.
type VerifiedPersonLookupResult struct {
	Object string `json:"object"`
	// Whether a verification meets the conditions.
	Verified         bool   `json:"verified"`
	VerifiedPersonID string `json:"verified_person_id"`
	// The verifications that meet the conditions, the best first.
	Credentials []VerifiedPersonLookupResultCredential `json:"credentials"`
}

// VerifiedPersonLookupResultCredential is an object of the API.
type VerifiedPersonLookupResultCredential struct {
	// The method in upper case.
	Method string `json:"method"`
	// The strength in upper case.
	Strength   string    `json:"strength"`
	VerifiedAt time.Time `json:"verified_at"`
	ExpiresAt  time.Time `json:"expires_at"`
}

// WebhookDelivery is an object of the API: one attempt to deliver one event to one endpoint.
type WebhookDelivery struct {
	// The receiver gets it as the header `Stile-Webhook-Id`.
	ID         string `json:"id"`
	Object     string `json:"object"`
	EndpointID string `json:"endpoint_id"`
	EventID    string `json:"event_id"`
	// The type of an event, one of the catalogue or that of a test.
	EventType EventType `json:"event_type"`
	// The number of the attempt for this event and endpoint, counted from 1.
	Attempt int                   `json:"attempt"`
	Status  WebhookDeliveryStatus `json:"status"`
	// The HTTP status of the answer. Null without an answer.
	ResponseStatus *int `json:"response_status"`
	// Why there was no complete answer.
	Error string `json:"error"`
	// How long the exchange took. Null before it.
	DurationMs *int `json:"duration_ms"`
	// When the next attempt follows a failed one. Null if none follows.
	NextAttemptAt *Timestamp `json:"next_attempt_at"`
	// When a later attempt was made; while it is pending, when it was scheduled.
	Created Timestamp `json:"created"`
}

// WebhookDeliveryList is an object of the API.
type WebhookDeliveryList struct {
	Object  string            `json:"object"`
	URL     string            `json:"url"`
	HasMore bool              `json:"has_more"`
	Data    []WebhookDelivery `json:"data"`
}

// WebhookDeliveryListParams has the parameters of the operation listWebhookDeliveries.
type WebhookDeliveryListParams struct {
	// How many to return.
	Limit int `query:"limit"`
	// Return the objects after the one with this id, which may have been deleted. Not together with `ending_before`.
	StartingAfter string `query:"starting_after"`
	// Return the objects before the one with this id, which may have been deleted. Not together with
	// `starting_after`.
	EndingBefore string `query:"ending_before"`
	// Only deliveries of this status.
	Status WebhookDeliveryStatus `query:"status"`
	// Only deliveries of events of this type.
	EventType EventType `query:"event_type"`
}

// WebhookDeliveryRequest is an object of the API.
type WebhookDeliveryRequest struct {
	// The endpoint's URL at that time.
	URL string `json:"url"`
	// The headers of Stile, `Stile-Signature` among them.
	Headers map[string]string `json:"headers"`
	// The event as it was sent, byte for byte. The signature is over this text.
	Body string `json:"body"`
}

// WebhookDeliveryResponse is an object of the API.
type WebhookDeliveryResponse struct {
	Status int `json:"status"`
	// The first 16 KiB. Bytes that are not UTF-8 appear as U+FFFD.
	Body string `json:"body"`
}

// WebhookDeliveryStatus is a value of the API: an attempt is `pending` until it has been made. It is `succeeded`
// after a 2xx answer, and `failed` after any other or none that was complete in time (30 seconds); each further
// attempt is a delivery of its own. It is `closed` if the endpoint was disabled before the attempt.
type WebhookDeliveryStatus string

// Values of WebhookDeliveryStatus.
const (
	WebhookDeliveryStatusPending   WebhookDeliveryStatus = "pending"
	WebhookDeliveryStatusSucceeded WebhookDeliveryStatus = "succeeded"
	WebhookDeliveryStatusFailed    WebhookDeliveryStatus = "failed"
	WebhookDeliveryStatusClosed    WebhookDeliveryStatus = "closed"
)

// WebhookEndpoint is an object of the API.
type WebhookEndpoint struct {
	ID            string      `json:"id"`
	Object        string      `json:"object"`
	URL           string      `json:"url"`
	EnabledEvents []EventType `json:"enabled_events"`
	// One of `enabled`, `disabled`.
	Status      string `json:"status"`
	Description string `json:"description"`
	// Your own pairs of strings.
	Metadata map[string]string `json:"metadata"`
	Created  Timestamp         `json:"created"`
	Updated  Timestamp         `json:"updated"`
	// Until when the old secret of a rotation signs, in Unix seconds. Null without an overlap.
	OverlapUntil *Timestamp `json:"overlap_until"`
	// Why Stile disabled the endpoint; `gone` means that it answered 410 Gone to two attempts, one after the other.
	// Null unless Stile disabled it. One of `gone`.
	DisabledReason string `json:"disabled_reason"`
	// When Stile disabled the endpoint, in Unix seconds. Null unless Stile disabled it.
	DisabledAt *Timestamp `json:"disabled_at"`
}

// WebhookEndpointCreateParams has the parameters of a request.
type WebhookEndpointCreateParams struct {
	// HTTPS; a sandbox organization may use HTTP.
	URL           string      `json:"url"`
	EnabledEvents []EventType `json:"enabled_events"`
	// One of `enabled`, `disabled`.
	Status      string `json:"status,omitzero"`
	Description string `json:"description,omitzero"`
	// Your own pairs of strings. Branch conditions can read those of a session. In an update, given pairs are set,
	// pairs with the value `null` are removed, and all others stay; `null` instead of pairs removes all of them. An
	// empty array counts as no pairs.
	Metadata map[string]string `json:"metadata,omitzero"`
}

// WebhookEndpointList is an object of the API.
type WebhookEndpointList struct {
	Object  string            `json:"object"`
	URL     string            `json:"url"`
	HasMore bool              `json:"has_more"`
	Data    []WebhookEndpoint `json:"data"`
}

// WebhookEndpointListParams has the parameters of the operation listWebhookEndpoints.
type WebhookEndpointListParams struct {
	// How many to return. A list ends at 4 MiB, with fewer and with `has_more: true`, but has at least one object if
	// there is one.
	Limit int `query:"limit"`
	// Return the objects after the one with this id, which may have been deleted. Not together with `ending_before`.
	StartingAfter string `query:"starting_after"`
	// Return the objects before the one with this id, which may have been deleted. Not together with
	// `starting_after`.
	EndingBefore string `query:"ending_before"`
}

// WebhookEndpointUpdateParams has the parameters of a request.
type WebhookEndpointUpdateParams struct {
	URL           *string     `json:"url,omitzero"`
	EnabledEvents []EventType `json:"enabled_events,omitzero"`
	// One of `enabled`, `disabled`.
	Status      *string `json:"status,omitzero"`
	Description *string `json:"description,omitzero"`
	// Your own pairs of strings. Branch conditions can read those of a session. In an update, given pairs are set,
	// pairs with the value `null` are removed, and all others stay; `null` instead of pairs removes all of them. An
	// empty array counts as no pairs.
	Metadata map[string]*string `json:"metadata,omitzero"`
}

// WebhookRecovery is an object of the API.
type WebhookRecovery struct {
	ID         string `json:"id"`
	Object     string `json:"object"`
	EndpointID string `json:"endpoint_id"`
	// `running` until every attempt has been made, then `completed`; `cancelled` if the endpoint was disabled or
	// deleted before. One of `running`, `completed`, `cancelled`.
	Status string    `json:"status"`
	Since  Timestamp `json:"since"`
	Until  Timestamp `json:"until"`
	// The number of attempts that it has requested so far, by their status. A failed one is back on the schedule.
	Deliveries  WebhookRecoveryDeliveries `json:"deliveries"`
	Created     Timestamp                 `json:"created"`
	CompletedAt *Timestamp                `json:"completed_at"`
}

// WebhookRecoveryCreateParams has the parameters of a request.
type WebhookRecoveryCreateParams struct {
	// Events of this second or later, in Unix seconds. Not in the future.
	Since Timestamp `json:"since"`
	// Events of this second or before. Default and latest: now.
	Until *Timestamp `json:"until,omitzero"`
}

// WebhookRecoveryDeliveries is an object of the API: the number of attempts that it has requested so far, by
// their status. A failed one is back on the schedule.
type WebhookRecoveryDeliveries struct {
	Pending   int `json:"pending"`
	Succeeded int `json:"succeeded"`
	Failed    int `json:"failed"`
	Closed    int `json:"closed"`
}

// WebhookRecoveryList is an object of the API.
type WebhookRecoveryList struct {
	Object  string            `json:"object"`
	URL     string            `json:"url"`
	HasMore bool              `json:"has_more"`
	Data    []WebhookRecovery `json:"data"`
}

// WebhookRecoveryListParams has the parameters of the operation listWebhookRecoveries.
type WebhookRecoveryListParams struct {
	// How many to return. A list ends at 4 MiB, with fewer and with `has_more: true`, but has at least one object if
	// there is one.
	Limit int `query:"limit"`
	// Return the objects after the one with this id, which may have been deleted. Not together with `ending_before`.
	StartingAfter string `query:"starting_after"`
	// Return the objects before the one with this id, which may have been deleted. Not together with
	// `starting_after`.
	EndingBefore string `query:"ending_before"`
}

// Workflow is an object of the API: the draft of a workflow. It may hold any values of the right types, which is
// why its names are plain strings here. Validation reports their faults, and publishing refuses a draft with
// faults.
type Workflow struct {
	ID     string `json:"id"`
	Object string `json:"object"`
	Name   string `json:"name"`
	// `simple` or `graph`.
	Mode    string `json:"mode"`
	UseCase string `json:"use_case"`
	// The jurisdictions of the workflow. Empty means all.
	Jurisdictions []string `json:"jurisdictions"`
	// The primary methods of a simple workflow.
	Methods []string `json:"methods"`
	// `any_of` if one of the methods suffices, `all_of` if all are needed.
	Composition string `json:"composition"`
	// Methods that run on top of the primary ones.
	Supplementary []string `json:"supplementary"`
	// Methods to add and to remove, by jurisdiction.
	Overrides   map[string]Override `json:"overrides"`
	Preferences Preferences         `json:"preferences"`
	// The nodes of a workflow in graph mode, and where to start.
	Graph *Graph `json:"graph"`
	// The version that sessions run.
	PublishedVersion *int      `json:"published_version"`
	Created          Timestamp `json:"created"`
	Updated          Timestamp `json:"updated"`
}

// WorkflowBacktestParams has the parameters of a request.
type WorkflowBacktestParams struct {
	// The version to run. Default: the draft.
	Version *int `json:"version,omitzero"`
	// Selects among the ended sessions. Each given member narrows the selection.
	Sessions *WorkflowBacktestParamsSessions `json:"sessions,omitzero"`
}

// WorkflowBacktestParamsSessions is an object of the API: selects among the ended sessions. Each given member
// narrows the selection.
type WorkflowBacktestParamsSessions struct {
	// The maximum number, the last ones. Default: 100.
	Last *int `json:"last,omitzero"`
	// The time of creation, in Unix seconds, from `gte` or after `gt`, and to `lte` or before `lt`.
	Created *WorkflowBacktestParamsSessionsCreated `json:"created,omitzero"`
	// One of `verified`, `failed`, `cancelled`, `expired`.
	Status string `json:"status,omitzero"`
	// Exactly this one, in either case; `US` does not match `US-CA`.
	Jurisdiction string `json:"jurisdiction,omitzero"`
	// The version that the sessions ran.
	WorkflowVersion *int `json:"workflow_version,omitzero"`
}

// WorkflowBacktestParamsSessionsCreated is an object of the API: the time of creation, in Unix seconds, from
// `gte` or after `gt`, and to `lte` or before `lt`.
type WorkflowBacktestParamsSessionsCreated struct {
	GTE *int `json:"gte,omitzero"`
	LTE *int `json:"lte,omitzero"`
	GT  *int `json:"gt,omitzero"`
	LT  *int `json:"lt,omitzero"`
}

// WorkflowBacktestReport is an object of the API.
type WorkflowBacktestReport struct {
	Object string `json:"object"`
	// The version that ran. Null for the draft.
	Version *int `json:"version"`
	// The number of sessions.
	Sessions int `json:"sessions"`
	// Whether there are older sessions that match.
	More      bool                            `json:"more"`
	Unchanged int                             `json:"unchanged"`
	Changed   []WorkflowBacktestReportChanged `json:"changed"`
}

// WorkflowBacktestReportChanged is an object of the API.
type WorkflowBacktestReportChanged struct {
	SessionID string           `json:"session_id"`
	Before    SessionStatus    `json:"before"`
	After     SimulatedOutcome `json:"after"`
	// The first step that differs.
	Node string `json:"node"`
}

// WorkflowCreateParams has the parameters of a request.
type WorkflowCreateParams struct {
	Name string `json:"name"`
	// `simple`, the default, or `graph`.
	Mode string `json:"mode,omitzero"`
	// One of `UseCase`.
	UseCase       string   `json:"use_case"`
	Jurisdictions []string `json:"jurisdictions,omitzero"`
	Methods       []string `json:"methods,omitzero"`
	// `any_of`, the default, or `all_of`.
	Composition   string              `json:"composition,omitzero"`
	Supplementary []string            `json:"supplementary,omitzero"`
	Overrides     map[string]Override `json:"overrides,omitzero"`
	Preferences   *Preferences        `json:"preferences,omitzero"`
	// The nodes of a workflow in graph mode, and where to start.
	Graph *Graph `json:"graph,omitzero"`
}

// WorkflowFault is an object of the API.
type WorkflowFault struct {
	// The node at fault. Null for the workflow as a whole.
	Node string `json:"node"`
	// A path within the node, or within the workflow.
	Field   string `json:"field"`
	Message string `json:"message"`
}

// WorkflowList is an object of the API.
type WorkflowList struct {
	Object  string     `json:"object"`
	URL     string     `json:"url"`
	HasMore bool       `json:"has_more"`
	Data    []Workflow `json:"data"`
}

// WorkflowListParams has the parameters of the operation listWorkflows.
type WorkflowListParams struct {
	// How many to return. A list ends at 4 MiB, with fewer and with `has_more: true`, but has at least one object if
	// there is one.
	Limit int `query:"limit"`
	// Return the objects after the one with this id, which may have been deleted. Not together with `ending_before`.
	StartingAfter string `query:"starting_after"`
	// Return the objects before the one with this id, which may have been deleted. Not together with
	// `starting_after`.
	EndingBefore string `query:"ending_before"`
}

// WorkflowPublishParams has the parameters of a request.
type WorkflowPublishParams struct {
	// The changes.
	Note string `json:"note,omitzero"`
}

// WorkflowRollbackParams has the parameters of a request.
type WorkflowRollbackParams struct {
	// The version to publish again.
	Version int `json:"version"`
	// The reason.
	Note string `json:"note,omitzero"`
}

// WorkflowSimulateParams has the parameters of a request: cases, or jurisdictions, or both.
type WorkflowSimulateParams struct {
	// The version to run. Default: the draft.
	Version *int             `json:"version,omitzero"`
	Cases   []SimulationCase `json:"cases,omitzero"`
	// The places in which to run every case; a case must then name none. `["*"]` means every jurisdiction of the
	// workflow that has rules. The answer lists them as `markets`.
	Jurisdictions []string `json:"jurisdictions,omitzero"`
}

// WorkflowSimulation is an object of the API.
type WorkflowSimulation struct {
	Object string `json:"object"`
	// The version that ran. Null for the draft.
	Version *int `json:"version"`
	// Whether every case ended as expected, and the workflow runs in every requested jurisdiction.
	Passed bool            `json:"passed"`
	Cases  []SimulatedCase `json:"cases"`
	// Only with `jurisdictions`.
	Markets []SimulatedMarket `json:"markets,omitzero"`
}

// WorkflowUpdateParams has the parameters of a request.
type WorkflowUpdateParams struct {
	Name *string `json:"name,omitzero"`
	// Setting it drops the fields of the other mode, a graph or methods, composition and so on.
	Mode          *string             `json:"mode,omitzero"`
	UseCase       *string             `json:"use_case,omitzero"`
	Jurisdictions []string            `json:"jurisdictions,omitzero"`
	Methods       []string            `json:"methods,omitzero"`
	Composition   *string             `json:"composition,omitzero"`
	Supplementary []string            `json:"supplementary,omitzero"`
	Overrides     map[string]Override `json:"overrides,omitzero"`
	Preferences   *Preferences        `json:"preferences,omitzero"`
	// The nodes of a workflow in graph mode, and where to start.
	Graph *Graph `json:"graph,omitzero"`
}

// WorkflowValidation is an object of the API.
type WorkflowValidation struct {
	Object string          `json:"object"`
	Valid  bool            `json:"valid"`
	Faults []WorkflowFault `json:"faults"`
	// Settings without effect, and paths on which a session of type `identity` is refused or fails. They do not
	// prevent publishing. Empty if there are faults.
	Warnings []WorkflowFault `json:"warnings"`
	// The methods that the compiled graph can use.
	Methods []Method `json:"methods"`
}

// WorkflowVersion is an object of the API: a published workflow; it never changes.
type WorkflowVersion struct {
	ID         string `json:"id"`
	Object     string `json:"object"`
	WorkflowID string `json:"workflow_id"`
	Version    int    `json:"version"`
	// The draft at its publication.
	Definition map[string]any `json:"definition"`
	// The graph that sessions run.
	Compiled map[string]any `json:"compiled"`
	Note     string         `json:"note"`
	// The user who published it.
	Author  string    `json:"author"`
	Created Timestamp `json:"created"`
	// Only in the answers of publish and rollback. Settings without effect, and paths on which a session of type
	// `identity` is refused or fails.
	Warnings []WorkflowFault `json:"warnings,omitzero"`
}

// WorkflowVersionList is an object of the API.
type WorkflowVersionList struct {
	Object  string            `json:"object"`
	URL     string            `json:"url"`
	HasMore bool              `json:"has_more"`
	Data    []WorkflowVersion `json:"data"`
}

// WorkflowVersionListParams has the parameters of the operation listWorkflowVersions.
type WorkflowVersionListParams struct {
	// How many to return. A list ends at 4 MiB, with fewer and with `has_more: true`, but has at least one object if
	// there is one.
	Limit int `query:"limit"`
	// Return the objects after the one with this id, which may have been deleted. Not together with `ending_before`.
	StartingAfter string `query:"starting_after"`
	// Return the objects before the one with this id, which may have been deleted. Not together with
	// `starting_after`.
	EndingBefore string `query:"ending_before"`
}
