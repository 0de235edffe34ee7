package sessions

import (
	"embed"
	"strconv"
	"strings"

	"github.com/stile-id/stile/internal/catalogue"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
)

// guardianTextVersion is the version of the files in the folder guardian, in all their languages.
const guardianTextVersion = "2026-11-29"

var (
	//go:embed guardian/*.json
	guardianFiles embed.FS
	guardianTexts = catalogue.MustLoad(guardianFiles, "guardian")
)

// guardianText returns the text of a request in the first of the languages that it exists in, else in English. A text
// that the guardian has consented to is returned as it was.
func guardianText(r GuardianRequest, languages []string) ConsentText {
	if r.Guardian.Text != nil && r.Guardian.TextVersion != nil {
		version := *r.Guardian.TextVersion
		return ConsentText{Text: *r.Guardian.Text, Version: version, Locale: version[strings.LastIndexByte(version, '-')+1:]}
	}
	return guardianTextIn(r, guardianTexts.Language(languages...))
}

func guardianTextIn(r GuardianRequest, locale string) ConsentText {
	texts := guardianTexts[locale]
	return ConsentText{
		Text: catalogue.Fill(texts["text"], map[string]string{
			"merchant": r.Organization.DisplayName(), "purpose": texts["purpose."+string(r.Child.UseCase)],
			"age":   strconv.Itoa(r.Child.AgeTier.Years()),
			"adult": strconv.Itoa(rules.Majority(r.Child.Jurisdiction).Years()),
		}),
		Locale: locale, Version: guardianTextVersion + "-" + locale,
	}
}

// guardianTextOf returns the text of the version that the guardian has read. Errors: CodeParameterInvalid.
func guardianTextOf(r GuardianRequest, version *string) (ConsentText, error) {
	if version != nil {
		locale, found := strings.CutPrefix(*version, guardianTextVersion+"-")
		if _, exists := guardianTexts[locale]; found && exists {
			return guardianTextIn(r, locale), nil
		}
	}
	return ConsentText{}, models.Invalid("text_version",
		"text_version must be the version of the text in consent of the request that the guardian has read")
}
