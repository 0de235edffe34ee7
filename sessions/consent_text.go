package sessions

import (
	"embed"
	"slices"
	"strconv"
	"strings"

	"github.com/stile-id/stile/internal/catalogue"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
)

// consentVersion is the version of the files in the folder consent, in all their languages.
const consentVersion = "2026-11-28"

// consentVersions are the versions that a page may name. While processes of two versions run, a page that one of them
// served may answer to the other: a release adds a new version here, and a later one shows it.
var consentVersions = []string{consentVersion}

var (
	//go:embed consent/*.json
	consentFiles embed.FS
	consentTexts = catalogue.MustLoad(consentFiles, "consent")
)

// ConsentText is the text about biometric processing that a user reads before consenting to it: the data, its purposes,
// its retention, and the responsible merchant.
type ConsentText struct {
	Text string
	// Locale is the language of the text, as a BCP 47 tag.
	Locale string
	// Version names the wording and the language, such as 2026-11-28-de. The session records the version that its user
	// has read. The other parts of the text follow from the session and from the merchant's name, whose changes are
	// audited.
	Version string
}

// ConsentTextFor returns the text of a session in the first of the wanted languages that it exists in, else in the
// session's, else in English.
func ConsentTextFor(s models.Session, merchant string, wanted []string) ConsentText {
	if s.Locale != nil {
		wanted = append(slices.Clone(wanted), *s.Locale)
	}
	locale := consentTexts.Language(wanted...)
	texts := consentTexts[locale]
	values := map[string]string{"merchant": merchant, "purposes": purposes(s, texts)}
	parts := []string{texts["text"]}
	if days := s.Compliance.V.BiometricRetentionDays; days != nil {
		values["days"] = strconv.Itoa(*days)
		parts = append(parts, texts["retention"])
	}
	parts = append(parts, texts["choice"])
	return ConsentText{
		Text:    catalogue.Fill(strings.Join(parts, texts["space"]), values),
		Locale:  locale,
		Version: consentVersion + "-" + locale,
	}
}

// purposes names the purposes of the biometric methods of the session.
func purposes(s models.Session, texts map[string]string) string {
	var phrases []string
	for _, method := range rules.Methods() {
		if method.Biometric() && slices.Contains(s.Methods.V, method) {
			phrases = append(phrases, texts["purpose."+string(method)])
		}
	}
	return inWords(phrases, texts["comma"], texts["and"])
}

// inWords joins phrases: "a, b and c".
func inWords(phrases []string, comma, and string) string {
	if len(phrases) < 2 {
		return strings.Join(phrases, "")
	}
	last := len(phrases) - 1
	return strings.Join(phrases[:last], comma) + and + phrases[last]
}

// checkConsentText refuses a version that no page can have shown. Errors: CodeParameterInvalid of text_version.
func checkConsentText(version *string) error {
	if version == nil {
		return nil
	}
	for _, known := range consentVersions {
		locale, found := strings.CutPrefix(*version, known+"-")
		if _, exists := consentTexts[locale]; found && exists {
			return nil
		}
	}
	return models.Invalid("text_version", "text_version must be the version of the text in biometric_consent of the view")
}
