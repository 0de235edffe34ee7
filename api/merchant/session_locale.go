package merchant

import (
	"golang.org/x/text/language"

	"github.com/stile-id/stile/models"
)

// longestLocale is the length that RFC 5646 recommends to allow for.
const longestLocale = 35

// readLocale checks the user's language and brings it into its canonical form.
func (in *sessionInput) readLocale() error {
	if in.Locale == nil {
		return nil
	}
	wrong := models.Invalid("locale", "locale must be a BCP 47 language tag, such as de or pt-BR")
	if len(*in.Locale) > longestLocale {
		return wrong
	}
	tag, err := language.Parse(*in.Locale)
	if err != nil {
		return wrong
	}
	if base, _, _ := tag.Raw(); base.String() == "und" { // of a tag for private use, or of no language
		return wrong
	}
	canonical := tag.String()
	in.Locale = &canonical
	return nil
}
