package models

import (
	"errors"
	"fmt"
	"time"
)

// ErrorCode is the stable, machine-readable name of a failure.
type ErrorCode string

// The codes of the documentation.
const (
	CodeParameterInvalid         ErrorCode = "parameter_invalid"
	CodeResourceMissing          ErrorCode = "resource_missing"
	CodeTestQuotaExceeded        ErrorCode = "test_quota_exceeded"
	CodeUseCaseProhibited        ErrorCode = "use_case_prohibited"
	CodeJurisdictionUnresolvable ErrorCode = "jurisdiction_unresolvable"
	CodeRateLimitExceeded        ErrorCode = "rate_limit_exceeded"
	CodePublishableKeyScope      ErrorCode = "publishable_key_scope"
	CodePublishableCreateBlocked ErrorCode = "publishable_session_create_blocked"
	CodeCaptchaRequired          ErrorCode = "captcha_required"
	CodeWebhookRequired          ErrorCode = "webhook_required"
	CodeSessionNotFound          ErrorCode = "session_not_found"
	CodeSessionTerminal          ErrorCode = "session_terminal"
	CodeIdempotencyKeyReuse      ErrorCode = "idempotency_key_reuse"
	CodeNoMatchingVP             ErrorCode = "no_matching_vp"
	CodeVPTokenInvalid           ErrorCode = "vp_token_invalid"
	CodeSessionNotRedeemable     ErrorCode = "session_not_redeemable"
	CodeEmailNotVerified         ErrorCode = "email_not_verified"
	CodeOTPNotProven             ErrorCode = "otp_not_proven"
	CodeAcceptExistingLimited    ErrorCode = "accept_existing_rate_limited"
	CodeAPIKeyInvalid            ErrorCode = "api_key_invalid"
	CodeSessionLocked            ErrorCode = "session_locked_to_other_device"
)

// Stile's additions, for failures without a documented code.
const (
	CodeSessionNotCancellable ErrorCode = "session_not_cancellable"
	CodeSubmissionInProgress  ErrorCode = "submission_in_progress"
	CodeMethodNotOffered      ErrorCode = "method_not_offered"
	CodeConsentRequired       ErrorCode = "consent_required"
	CodeGuardianUnproven      ErrorCode = "guardian_unproven"
	CodeChallengeInvalid      ErrorCode = "challenge_invalid"
	CodeOTPInvalid            ErrorCode = "otp_invalid"
	CodeOTPExpired            ErrorCode = "otp_expired"
	CodeOTPUnavailable        ErrorCode = "otp_unavailable"
	CodeTrustReuseUnavailable ErrorCode = "trust_reuse_unavailable"
	CodeUploadLimit           ErrorCode = "upload_limit_reached"
	CodeUploadOffset          ErrorCode = "upload_offset_mismatch"
	CodeHandoffDisabled       ErrorCode = "handoff_disabled"
	CodeOriginNotAllowed      ErrorCode = "origin_not_allowed"
	CodeHandoffTokenInvalid   ErrorCode = "handoff_token_invalid"
	CodeHandoffTokenExpired   ErrorCode = "handoff_token_expired"
	CodeHandoffTokenConsumed  ErrorCode = "handoff_token_consumed"
	CodeHandoffEnded          ErrorCode = "handoff_ended"
	CodeHandoffNotConfirmed   ErrorCode = "handoff_not_confirmed"
	CodeReviewNotPending      ErrorCode = "review_not_pending"
	CodeReviewDecided         ErrorCode = "review_decided"
	CodeIdentityUnproven      ErrorCode = "identity_unproven"
	CodeCaptchaInvalid        ErrorCode = "captcha_invalid"
	CodeSignatureInvalid      ErrorCode = "signature_invalid"
	CodeVerdictGiven          ErrorCode = "verdict_given"
	CodeDeliveryNotFailed     ErrorCode = "delivery_not_failed"
	CodeEndpointDisabled      ErrorCode = "endpoint_disabled"
	CodeEndpointLimit         ErrorCode = "endpoint_limit_reached"
	CodeRotationInProgress    ErrorCode = "rotation_in_progress"
	CodeMethodNotAllowed      ErrorCode = "method_not_allowed"
	CodeRequestTooLarge       ErrorCode = "request_too_large"
	CodeRequestTimeout        ErrorCode = "request_timeout"
	CodeUpgradeRequired       ErrorCode = "upgrade_required"
	CodeHeadersTooLarge       ErrorCode = "headers_too_large"
	CodeHTTPUnsupported       ErrorCode = "http_unsupported"
	CodeServiceUnavailable    ErrorCode = "service_unavailable"
	CodeInternal              ErrorCode = "internal_error"
)

// Error is an error that reaches a client, with its code, public message and parameter. Cause is written to the log and
// never shown.
type Error struct {
	Code    ErrorCode
	Message string
	Param   string
	// RetryAfter, when set, becomes the Retry-After header.
	RetryAfter time.Duration
	Cause      error
}

func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: %v", e.Code, e.Cause)
	}
	return string(e.Code)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Errorf returns an error with a public message.
func Errorf(code ErrorCode, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Invalid returns a parameter_invalid error for the parameter, with a public message.
func Invalid(param, format string, args ...any) *Error {
	return &Error{Code: CodeParameterInvalid, Param: param, Message: fmt.Sprintf(format, args...)}
}

// Missing returns a resource_missing error: the caller's organization has no object of that kind and id.
func Missing(kind, id string) *Error {
	return &Error{Code: CodeResourceMissing, Param: "id", Message: fmt.Sprintf("No such %s: '%s'", kind, id)}
}

// SessionNotFound returns a session_not_found error.
func SessionNotFound(id string) *Error {
	return &Error{Code: CodeSessionNotFound, Param: "id", Message: fmt.Sprintf("No such verification_session: '%s'", id)}
}

// CodeOf returns the code of the domain error in err, or CodeInternal if there is none.
func CodeOf(err error) ErrorCode {
	var domain *Error
	if errors.As(err, &domain) {
		return domain.Code
	}
	return CodeInternal
}

// longestExplanation bounds a message on a terminal, in characters. Every real message is shorter.
const longestExplanation = 4000

// Explain returns an error with the public message of the domain error in err, for a terminal that shows no codes. It
// returns err if there is no domain error.
func Explain(err error) error {
	var domain *Error
	if errors.As(err, &domain) && domain.Message != "" {
		return errors.New(Printable(domain.Message, longestExplanation))
	}
	return err
}
