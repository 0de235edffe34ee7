package rest

import (
	"net/http"

	"golang.org/x/text/language"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules/contact"
)

// ParseEmail returns an e-mail address in its canonical form. Errors: CodeParameterInvalid; its message does not repeat
// the address.
func ParseEmail(param, text string) (string, error) {
	email, err := contact.Email(text)
	if err != nil {
		return "", models.Invalid(param, "%s must be a plain address such as name@example.com: %s", param, err.Error())
	}
	return email, nil
}

// ParseLocale returns the user's language in its canonical form. Errors: CodeParameterInvalid.
func ParseLocale(param, text string) (string, error) {
	locale, err := contact.Locale(text)
	if err != nil {
		return "", models.Invalid(param, "%s %s", param, err.Error())
	}
	return locale, nil
}

// Languages returns the languages that the header Accept-Language names, the preferred first; none if it is malformed.
func Languages(r *http.Request) []string {
	tags, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil {
		return nil
	}
	named := make([]string, 0, len(tags))
	for _, tag := range tags {
		named = append(named, tag.String())
	}
	return named
}
