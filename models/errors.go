package models

import (
	"errors"
	"fmt"
	"time"
)

// ErrorCode is the stable, machine-readable name of a failure. The seeds' catalogue, and our additions.
type ErrorCode string

// The catalogue of the documentation.
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
	CodeAcceptExistingLimited    ErrorCode = "accept_existing_rate_limited"
	CodeAPIKeyInvalid            ErrorCode = "api_key_invalid"
	CodeSessionLocked            ErrorCode = "session_locked_to_other_device"
)

// Our additions, for answers that the documentation has no code for.
const (
	CodeSessionNotCancellable ErrorCode = "session_not_cancellable"
	CodeSubmissionInProgress  ErrorCode = "submission_in_progress"
	CodeMethodNotOffered      ErrorCode = "method_not_offered"
	CodeConsentRequired       ErrorCode = "consent_required"
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

// Error is the one error that reaches a client: code, public message and parameter.
// The cause is for the log alone.
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

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Errorf makes an error with a public message.
func Errorf(code ErrorCode, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Invalid says which parameter is wrong, and how.
func Invalid(param, format string, args ...any) *Error {
	return &Error{Code: CodeParameterInvalid, Param: param, Message: fmt.Sprintf(format, args...)}
}

// Missing says that no object of that kind has this id in the caller's organization.
func Missing(kind, id string) *Error {
	return &Error{Code: CodeResourceMissing, Param: "id", Message: fmt.Sprintf("No such %s: '%s'", kind, id)}
}

// SessionNotFound says that the caller has no such session.
func SessionNotFound(id string) *Error {
	return &Error{Code: CodeSessionNotFound, Param: "id", Message: fmt.Sprintf("No such verification_session: '%s'", id)}
}

// CodeOf gives the code of the domain error in err, or CodeInternal.
func CodeOf(err error) ErrorCode {
	var domain *Error
	if errors.As(err, &domain) {
		return domain.Code
	}
	return CodeInternal
}

// longestExplanation is beyond the length of any message that people read in a terminal.
const longestExplanation = 4000

// Explain gives the public message of the domain error in err, for people who read it without its code.
func Explain(err error) error {
	var domain *Error
	if errors.As(err, &domain) && domain.Message != "" {
		return errors.New(Printable(domain.Message, longestExplanation))
	}
	return err
}
