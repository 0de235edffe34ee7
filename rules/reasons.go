package rules

import "slices"

// ReasonCode says, to a machine, why a method or a session did not pass.
type ReasonCode string

// The reasons.
const (
	ReasonUnderAge            ReasonCode = "under_age"
	ReasonDeclarationMissing  ReasonCode = "declaration_missing"
	ReasonUnreadable          ReasonCode = "unreadable"
	ReasonDocumentExpired     ReasonCode = "document_expired"
	ReasonFaceMismatch        ReasonCode = "face_mismatch"
	ReasonProviderUnavailable ReasonCode = "provider_unavailable"
	ReasonAttemptsExhausted   ReasonCode = "attempts_exhausted"
	ReasonSimulatedFailure    ReasonCode = "simulated_failure"
	ReasonMoreInputNeeded     ReasonCode = "more_input_needed"
	ReasonMethodError         ReasonCode = "method_error"
	ReasonReviewRejected      ReasonCode = "review_rejected"
	// ReasonWorkflowRule is a session's alone: a branch led to the failed end
	// though the step before it had passed, so no method can name the reason.
	ReasonWorkflowRule ReasonCode = "workflow_rule"
)

// reasonMessages pairs each reason with what the person may read. The texts
// are public: they name no vendor and give no hint on how to get around a check.
var reasonMessages = []struct {
	code    ReasonCode
	message string
}{
	{ReasonUnderAge, "The required minimum age was not met."},
	{ReasonDeclarationMissing, "The declaration was not confirmed."},
	{ReasonUnreadable, "What was submitted could not be read. Please try again."},
	{ReasonDocumentExpired, "The document has expired."},
	{ReasonFaceMismatch, "The face does not match the document."},
	{ReasonProviderUnavailable, "This check is not available at the moment. Please try again later."},
	{ReasonAttemptsExhausted, "No attempts are left for this method."},
	{ReasonSimulatedFailure, "This failure was simulated in a sandbox."},
	{ReasonMoreInputNeeded, "More information is needed to finish this check."},
	{ReasonMethodError, "The check could not be completed. Please try again."},
	{ReasonReviewRejected, "The verification was declined after a review."},
	{ReasonWorkflowRule, "The verification does not meet the requirements."},
}

// unknownReason is what a person reads for a reason a provider made up.
const unknownReason = "The verification could not be completed."

// ReasonCodes returns every reason. The slice is the caller's.
func ReasonCodes() []ReasonCode {
	codes := make([]ReasonCode, len(reasonMessages))
	for i, entry := range reasonMessages {
		codes[i] = entry.code
	}
	return codes
}

// ParseReasonCode returns the reason with exactly this name, or false.
func ParseReasonCode(s string) (ReasonCode, bool) {
	if !slices.Contains(ReasonCodes(), ReasonCode(s)) {
		return "", false
	}
	return ReasonCode(s), true
}

// Message returns the public sentence for a reason, a general one for a reason
// that is not known.
func Message(code ReasonCode) string {
	for _, entry := range reasonMessages {
		if entry.code == code {
			return entry.message
		}
	}
	return unknownReason
}
