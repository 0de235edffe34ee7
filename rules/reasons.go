package rules

import (
	"regexp"
	"slices"
)

// ReasonCode is the machine-readable reason why a method or a session did not pass. docs/reason-codes.md describes
// each.
type ReasonCode string

// The reasons that a method or a provider may give.
const (
	ReasonUnderAge     ReasonCode = "under_age"
	ReasonAgeUncertain ReasonCode = "age_uncertain" // an estimate too close to the limit
	ReasonAgeUnknown   ReasonCode = "age_unknown"   // to the bank, the carrier or the institution that was asked

	ReasonUnreadable              ReasonCode = "unreadable"
	ReasonDocumentExpired         ReasonCode = "document_expired"
	ReasonDocumentTypeNotAccepted ReasonCode = "document_type_not_accepted" // not accepted in this session
	ReasonDocumentNotSupported    ReasonCode = "document_not_supported"     // of a kind that cannot be checked
	ReasonDocumentDamaged         ReasonCode = "document_damaged"
	ReasonDocumentTampered        ReasonCode = "document_tampered"

	// of a picture of a document
	ReasonDocumentBackNeeded        ReasonCode = "document_back_needed"
	ReasonDocumentWrongSide         ReasonCode = "document_wrong_side"
	ReasonImageBlurred              ReasonCode = "image_blurred"
	ReasonImageGlare                ReasonCode = "image_glare"
	ReasonImageDark                 ReasonCode = "image_dark"
	ReasonImageCropped              ReasonCode = "image_cropped"
	ReasonImageMirrored             ReasonCode = "image_mirrored"
	ReasonNotADocument              ReasonCode = "not_a_document"
	ReasonScreenPhotographed        ReasonCode = "screen_photographed"
	ReasonZoneUnreadable            ReasonCode = "zone_unreadable"
	ReasonBarcodeUnreadable         ReasonCode = "barcode_unreadable"
	ReasonPrintedTextUnreadable     ReasonCode = "printed_text_unreadable"
	ReasonDocumentCheckDigitsWrong  ReasonCode = "document_check_digits_wrong"
	ReasonDocumentDateInvalid       ReasonCode = "document_date_invalid"
	ReasonDocumentAgeUnproven       ReasonCode = "document_age_unproven"
	ReasonDocumentNameMismatch      ReasonCode = "document_name_mismatch"
	ReasonDocumentBirthDateMismatch ReasonCode = "document_birth_date_mismatch"
	ReasonDocumentExpiryMismatch    ReasonCode = "document_expiry_mismatch"
	ReasonDocumentNumberMismatch    ReasonCode = "document_number_mismatch"
	ReasonDocumentSexMismatch       ReasonCode = "document_sex_mismatch"
	ReasonDocumentIssuerMismatch    ReasonCode = "document_issuer_mismatch"

	ReasonChipUnreadable ReasonCode = "chip_unreadable"
	// the signer of a chip's files, by the operator's list of authorities
	ReasonDocumentIssuerUntrusted   ReasonCode = "document_issuer_untrusted"
	ReasonDocumentIssuerExpired     ReasonCode = "document_issuer_expired"
	ReasonDocumentIssuerRevoked     ReasonCode = "document_issuer_revoked"
	ReasonDocumentStatusUnavailable ReasonCode = "document_status_unavailable" // no current revocation list
	// passive, active or chip authentication of ICAO 9303
	ReasonChipAuthenticationFailed ReasonCode = "chip_authentication_failed"

	// signature, digests or device authentication of ISO 18013-5
	ReasonCredentialInvalid   ReasonCode = "credential_invalid"
	ReasonCredentialExpired   ReasonCode = "credential_expired"
	ReasonCredentialRevoked   ReasonCode = "credential_revoked"
	ReasonCredentialUntrusted ReasonCode = "credential_untrusted" // its issuer is not trusted
	// the certificate of a trusted issuer has expired
	ReasonCredentialIssuerExpired ReasonCode = "credential_issuer_expired"
	ReasonCredentialSuspended     ReasonCode = "credential_suspended"
	ReasonCredentialIncomplete    ReasonCode = "credential_incomplete" // a claim that was asked for is missing
	// shown for another session, by another device, or not bound to a device
	ReasonCredentialNotBound          ReasonCode = "credential_not_bound"
	ReasonCredentialNotAvailable      ReasonCode = "credential_not_available"      // in the wallet
	ReasonCredentialStatusUnavailable ReasonCode = "credential_status_unavailable" // its status could not be looked up

	ReasonFaceNotDetected ReasonCode = "face_not_detected"
	ReasonMultipleFaces   ReasonCode = "multiple_faces"
	ReasonFaceMismatch    ReasonCode = "face_mismatch"
	ReasonLivenessFailed  ReasonCode = "liveness_failed"
	// of pictures of the user's face
	ReasonFramesRepeated       ReasonCode = "frames_repeated"
	ReasonFaceTooSmall         ReasonCode = "face_too_small"
	ReasonFaceTurned           ReasonCode = "face_turned"
	ReasonFaceCovered          ReasonCode = "face_covered"
	ReasonFaceChanged          ReasonCode = "face_changed" // several persons
	ReasonImageBright          ReasonCode = "image_bright"
	ReasonRoomTooBright        ReasonCode = "room_too_bright"
	ReasonChallengeNotFollowed ReasonCode = "challenge_not_followed"
	ReasonMovementTooFast      ReasonCode = "movement_too_fast"
	ReasonPortraitMissing      ReasonCode = "portrait_missing"
	ReasonPortraitUnreadable   ReasonCode = "portrait_unreadable"
	ReasonFaceMatchUncertain   ReasonCode = "face_match_uncertain"

	ReasonAccountNotFound ReasonCode = "account_not_found" // at the carrier or the bank
	ReasonDataMismatch    ReasonCode = "data_mismatch"
	// ReasonNotOnMobileNetwork means that the carrier did not recognise the line, because the phone was connected
	// otherwise.
	ReasonNotOnMobileNetwork ReasonCode = "not_on_mobile_network"

	ReasonConsentRefused  ReasonCode = "consent_refused"
	ReasonUserCancelled   ReasonCode = "user_cancelled" // access_denied of OpenID4VP
	ReasonTimeout         ReasonCode = "timeout"
	ReasonMoreInputNeeded ReasonCode = "more_input_needed"
	ReasonMethodError     ReasonCode = "method_error"
)

// The reasons that only Stile itself gives.
const (
	ReasonDeclarationMissing  ReasonCode = "declaration_missing"
	ReasonProviderUnavailable ReasonCode = "provider_unavailable"
	ReasonSimulatedFailure    ReasonCode = "simulated_failure"
	ReasonAttemptsExhausted   ReasonCode = "attempts_exhausted"
	ReasonReviewRejected      ReasonCode = "review_rejected"
	// ReasonWorkflowRule is given for a session only: a branch led to the failed end although the step before it had
	// passed, so no method can name the reason.
	ReasonWorkflowRule ReasonCode = "workflow_rule"
	// ReasonConsentWithdrawn is given for a session only: a guardian withdrew the consent before the session ended.
	ReasonConsentWithdrawn ReasonCode = "consent_withdrawn"
	// ReasonIdentityUnproven is given for a session only: an identity session reached the verified end by a path on
	// which no method of document strength had passed.
	ReasonIdentityUnproven ReasonCode = "identity_unproven"
)

// Action is the next step for the person after a reason. The set is closed, so that a page can show a button for each.
type Action string

// The actions.
const (
	ActionTryAgain           Action = "try_again"            // the same method with the same document
	ActionProvideMore        Action = "provide_more"         // the method continues and asks for more
	ActionUseAnotherDocument Action = "use_another_document" // the same method, with another document or credential
	ActionUseAnotherMethod   Action = "use_another_method"   // another attempt with this method would end the same
	ActionTryAgainLater      Action = "try_again_later"      // the cause is not the person's
	ActionNone               Action = "none"                 // the decision is final
)

// Actions returns every action. The slice is the caller's.
func Actions() []Action {
	return []Action{
		ActionTryAgain, ActionProvideMore, ActionUseAnotherDocument, ActionUseAnotherMethod, ActionTryAgainLater, ActionNone,
	}
}

// The two values of reasonEntry.byMethod.
const (
	byMethod   = true
	stileAlone = false
)

type reasonEntry struct {
	code     ReasonCode
	byMethod bool
	action   Action
	message  string
}

// reasons is the catalogue. The messages are shown to the person: they name no vendor and give no hint on how to evade
// a check.
var reasons = []reasonEntry{
	{ReasonUnderAge, byMethod, ActionNone, "The required minimum age was not met."},
	{ReasonAgeUncertain, byMethod, ActionUseAnotherMethod, "The age could not be told clearly enough."},
	{ReasonAgeUnknown, byMethod, ActionUseAnotherMethod, "The age is not known there."},

	{ReasonUnreadable, byMethod, ActionTryAgain, "What was submitted could not be read."},
	{ReasonDocumentExpired, byMethod, ActionUseAnotherDocument, "The document has expired."},
	{ReasonDocumentTypeNotAccepted, byMethod, ActionUseAnotherDocument, "This type of document is not accepted here."},
	{ReasonDocumentNotSupported, byMethod, ActionUseAnotherDocument, "This document cannot be checked."},
	{ReasonDocumentDamaged, byMethod, ActionUseAnotherDocument, "The document is damaged."},
	{ReasonDocumentTampered, byMethod, ActionUseAnotherMethod, "The document could not be accepted."},

	{ReasonDocumentBackNeeded, byMethod, ActionProvideMore, "A picture of the back of the document is needed."},
	{
		ReasonDocumentWrongSide,
		byMethod,
		ActionTryAgain,
		"The pictures do not show the front and the back of the document.",
	},
	{ReasonImageBlurred, byMethod, ActionTryAgain, "The picture is blurred."},
	{ReasonImageGlare, byMethod, ActionTryAgain, "A reflection hides a part of the document."},
	{ReasonImageDark, byMethod, ActionTryAgain, "The picture is too dark."},
	{ReasonImageCropped, byMethod, ActionTryAgain, "Not everything is in the picture."},
	{ReasonImageMirrored, byMethod, ActionTryAgain, "The picture is mirrored."},
	{ReasonNotADocument, byMethod, ActionTryAgain, "No document could be seen in the picture."},
	{ReasonScreenPhotographed, byMethod, ActionTryAgain, "A picture of the document itself is needed."},
	{ReasonZoneUnreadable, byMethod, ActionTryAgain, "The machine-readable lines of the document could not be read."},
	{ReasonBarcodeUnreadable, byMethod, ActionTryAgain, "The barcode of the document could not be read."},
	{ReasonPrintedTextUnreadable, byMethod, ActionTryAgain, "The printed text of the document could not be read."},
	{
		ReasonDocumentCheckDigitsWrong,
		byMethod,
		ActionUseAnotherDocument,
		"The machine-readable lines of the document could not be accepted.",
	},
	{ReasonDocumentDateInvalid, byMethod, ActionUseAnotherDocument, "A date on the document cannot be right."},
	{
		ReasonDocumentAgeUnproven,
		byMethod,
		ActionUseAnotherDocument,
		"The document does not show the date of birth in a form that can be checked.",
	},
	{ReasonDocumentNameMismatch, byMethod, ActionTryAgain, "The parts of the document do not agree on the name."},
	{
		ReasonDocumentBirthDateMismatch,
		byMethod,
		ActionTryAgain,
		"The parts of the document do not agree on the date of birth.",
	},
	{
		ReasonDocumentExpiryMismatch,
		byMethod,
		ActionTryAgain,
		"The parts of the document do not agree on the date of expiry.",
	},
	{ReasonDocumentNumberMismatch, byMethod, ActionTryAgain, "The parts of the document do not agree on the number."},
	{ReasonDocumentSexMismatch, byMethod, ActionTryAgain, "The parts of the document do not agree on the sex."},
	{ReasonDocumentIssuerMismatch, byMethod, ActionTryAgain, "The parts of the document do not agree on the issuer."},

	{ReasonChipUnreadable, byMethod, ActionTryAgain, "The chip of the document could not be read."},
	{
		ReasonChipAuthenticationFailed,
		byMethod,
		ActionUseAnotherDocument,
		"The chip of the document could not be accepted.",
	},
	{
		ReasonDocumentIssuerUntrusted,
		byMethod,
		ActionUseAnotherDocument,
		"Documents of this issuer are not accepted here.",
	},
	{ReasonDocumentIssuerExpired, byMethod, ActionUseAnotherDocument, "The document has to be renewed by its issuer."},
	{ReasonDocumentIssuerRevoked, byMethod, ActionUseAnotherDocument, "The document has been withdrawn by its issuer."},
	{
		ReasonDocumentStatusUnavailable,
		byMethod,
		ActionTryAgainLater,
		"It could not be confirmed that the document is still valid.",
	},

	{ReasonCredentialInvalid, byMethod, ActionUseAnotherMethod, "The credential could not be accepted."},
	{ReasonCredentialExpired, byMethod, ActionUseAnotherDocument, "The credential is no longer valid."},
	{ReasonCredentialRevoked, byMethod, ActionUseAnotherDocument, "The credential has been withdrawn by its issuer."},
	{ReasonCredentialUntrusted, byMethod, ActionUseAnotherDocument, "Credentials of this issuer are not accepted here."},
	{ReasonCredentialIssuerExpired, byMethod, ActionUseAnotherDocument, "The credential has to be renewed by its issuer."},
	{ReasonCredentialSuspended, byMethod, ActionUseAnotherDocument, "The credential is suspended by its issuer."},
	{ReasonCredentialIncomplete, byMethod, ActionTryAgain, "The wallet did not share everything that was asked for."},
	{ReasonCredentialNotBound, byMethod, ActionTryAgain, "The credential was not shown for this session."},
	{ReasonCredentialNotAvailable, byMethod, ActionUseAnotherMethod, "The wallet has no such credential."},
	{
		ReasonCredentialStatusUnavailable,
		byMethod,
		ActionTryAgainLater,
		"It could not be confirmed that the credential is still valid.",
	},

	{ReasonFaceNotDetected, byMethod, ActionTryAgain, "No face could be seen."},
	{ReasonMultipleFaces, byMethod, ActionTryAgain, "More than one face could be seen."},
	{ReasonFaceMismatch, byMethod, ActionTryAgain, "The face does not match the document."},
	{ReasonLivenessFailed, byMethod, ActionTryAgain, "It could not be confirmed that a person is in front of the camera."},
	{ReasonFramesRepeated, byMethod, ActionTryAgain, "The same picture was sent more than once."},
	{ReasonFaceTooSmall, byMethod, ActionTryAgain, "The face is too far from the camera."},
	{ReasonFaceTurned, byMethod, ActionTryAgain, "The face does not look into the camera."},
	{ReasonFaceCovered, byMethod, ActionTryAgain, "A part of the face is covered."},
	{ReasonFaceChanged, byMethod, ActionTryAgain, "The pictures show different faces."},
	{ReasonImageBright, byMethod, ActionTryAgain, "The picture is too bright."},
	{ReasonRoomTooBright, byMethod, ActionTryAgain, "The room is too bright for this check."},
	{ReasonChallengeNotFollowed, byMethod, ActionTryAgain, "The instructions were not followed."},
	{ReasonMovementTooFast, byMethod, ActionTryAgain, "The movement could not be followed."},
	{ReasonPortraitMissing, byMethod, ActionUseAnotherMethod, "There is no portrait of a document to compare with."},
	{
		ReasonPortraitUnreadable,
		byMethod,
		ActionUseAnotherDocument,
		"The portrait of the document cannot be compared with a face.",
	},
	{
		ReasonFaceMatchUncertain,
		byMethod,
		ActionTryAgain,
		"It could not be told clearly whether the face matches the document.",
	},

	{ReasonAccountNotFound, byMethod, ActionUseAnotherMethod, "No matching account was found."},
	{ReasonDataMismatch, byMethod, ActionUseAnotherMethod, "The details do not match."},
	{ReasonNotOnMobileNetwork, byMethod, ActionTryAgain, "The phone is not connected by its mobile network."},

	{ReasonConsentRefused, byMethod, ActionUseAnotherMethod, "Consent was not given."},
	{ReasonUserCancelled, byMethod, ActionTryAgain, "This check was cancelled."},
	{ReasonTimeout, byMethod, ActionTryAgain, "This check took too long."},
	{ReasonMoreInputNeeded, byMethod, ActionProvideMore, "More information is needed to finish this check."},
	{ReasonMethodError, byMethod, ActionTryAgain, "This check could not be finished."},

	{ReasonDeclarationMissing, stileAlone, ActionTryAgain, "The declaration was not confirmed."},
	{ReasonProviderUnavailable, stileAlone, ActionTryAgainLater, "This check is not available at the moment."},
	{ReasonSimulatedFailure, stileAlone, ActionTryAgain, "This failure was simulated in a sandbox."},
	{ReasonAttemptsExhausted, stileAlone, ActionUseAnotherMethod, "No attempts are left for this method."},
	{ReasonReviewRejected, stileAlone, ActionNone, "The verification was declined after a review."},
	{ReasonWorkflowRule, stileAlone, ActionNone, "The verification does not meet the requirements."},
	{ReasonConsentWithdrawn, stileAlone, ActionNone, "The consent was withdrawn."},
	{ReasonIdentityUnproven, stileAlone, ActionNone, "The identity was not proved by a document or a digital credential."},
}

// otherReason is the entry for codes outside the catalogue, such as a provider's own reasons.
var otherReason = reasonEntry{
	byMethod: byMethod, action: ActionUseAnotherMethod, message: "The verification could not be completed.",
}

// providerReason is the form of the reasons that a provider defines itself.
var providerReason = regexp.MustCompile(`^x_[a-z0-9_]{1,60}$`)

// ReasonCodes returns every reason. The slice is the caller's.
func ReasonCodes() []ReasonCode {
	codes := make([]ReasonCode, len(reasons))
	for i, entry := range reasons {
		codes[i] = entry.code
	}
	return codes
}

// ParseReasonCode returns the reason with exactly this name, or false. A provider's own reasons begin with x_.
func ParseReasonCode(s string) (ReasonCode, bool) {
	code := ReasonCode(s)
	if _, known := code.entry(); !known && !providerReason.MatchString(s) {
		return "", false
	}
	return code, true
}

// Message returns the public sentence for a reason, and a general sentence for a reason outside the catalogue.
func (c ReasonCode) Message() string {
	entry, _ := c.entry()
	return entry.message
}

// Action returns the next step for the person.
func (c ReasonCode) Action() Action {
	entry, _ := c.entry()
	return entry.action
}

// GivenByMethod reports whether a method or a provider may give the reason. Only Stile may give the others, because
// they describe the session and not the method.
func (c ReasonCode) GivenByMethod() bool {
	_, parsed := ParseReasonCode(string(c))
	entry, _ := c.entry()
	return parsed && entry.byMethod
}

func (c ReasonCode) entry() (entry reasonEntry, known bool) {
	i := slices.IndexFunc(reasons, func(e reasonEntry) bool { return e.code == c })
	if i < 0 {
		return otherReason, false
	}
	return reasons[i], true
}
