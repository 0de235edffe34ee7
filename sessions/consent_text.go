package sessions

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
)

// ConsentTextVersion is the version of the text that ConsentText returns. The session records the version that its
// user has read. Its other parts follow from the session and from the merchant's name, whose changes are audited.
const ConsentTextVersion = "2026-11-28"

// consentTextVersions are the versions that a page may name. While processes of two versions run, a page that one of
// them served may answer to the other: a release adds a new version here, and a later one shows it.
var consentTextVersions = []string{ConsentTextVersion}

// purposes say what a biometric method measures a face for.
var purposes = []struct {
	method  rules.Method
	purpose string
}{
	{rules.MethodFacialAge, "to estimate your age"},
	{rules.MethodSelfieLiveness, "to see that a real person is in front of the camera"},
	{rules.MethodSelfieMatch, "to compare your face with the photo of your document"},
}

// ConsentText returns the text about biometric processing that a user reads before consenting to it, in English: the
// data, its purposes, its retention, and the merchant who is responsible.
func ConsentText(s models.Session, merchant string) string {
	var whys []string
	for _, p := range purposes {
		if slices.Contains(s.Methods.V, p.method) {
			whys = append(whys, p.purpose)
		}
	}
	text := fmt.Sprintf("%s asks for your consent to measure your face. Pictures or a video of your face are taken with "+
		"the camera of this device and used %s, and for nothing else. %s is responsible for this check, which is carried "+
		"out with Stile; the pictures may be sent to a service that %s has chosen for it. The pictures are deleted as "+
		"soon as the check is decided, and no measurements of your face are kept after that; the result is kept.",
		merchant, inWords(whys), merchant, merchant)
	if days := s.Compliance.V.BiometricRetentionDays; days != nil {
		text += fmt.Sprintf(" The law allows the data to be kept for %d days at most.", *days)
	}
	return text + " You need not consent: you can then use another method, if one is offered, or leave this page."
}

// inWords joins phrases: "a, b and c".
func inWords(phrases []string) string {
	if len(phrases) < 2 {
		return strings.Join(phrases, "")
	}
	last := len(phrases) - 1
	return strings.Join(phrases[:last], ", ") + " and " + phrases[last]
}

// checkConsentText refuses a version that no page can have shown. Errors: CodeParameterInvalid of text_version.
func checkConsentText(version *string) error {
	if version == nil || slices.Contains(consentTextVersions, *version) {
		return nil
	}
	return models.Invalid("text_version", "text_version must be the version of the text in biometric_consent of the view")
}
