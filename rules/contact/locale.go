package contact

import (
	"errors"

	"golang.org/x/text/language"
)

// longestLocale is the length that RFC 5646 recommends to allow for.
const longestLocale = 35

// ErrLocale is the error of Locale. Its message repeats no part of the text.
var ErrLocale = errors.New("must be a BCP 47 language tag, such as de or pt-BR")

// Locale returns the canonical form of a language tag. A tag for private use, or of no language, is refused.
func Locale(text string) (string, error) {
	if len(text) > longestLocale {
		return "", ErrLocale
	}
	tag, err := language.Parse(text)
	if err != nil {
		return "", ErrLocale
	}
	if base, _, _ := tag.Raw(); base.String() == "und" {
		return "", ErrLocale
	}
	return tag.String(), nil
}
