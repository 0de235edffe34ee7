package api

import (
	"net/mail"
	"regexp"
	"strings"

	"github.com/stile-id/stile/models"
)

// longestEmail is what RFC 5321 lets an address have.
const longestEmail = 254

var (
	phonePunctuation = strings.NewReplacer(" ", "", "(", "", ")", "", "-", "", ".", "")
	phoneE164        = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
)

// readContacts normalises what identifies a person, so that the same one is found again. No message repeats it.
func (in *sessionInput) readContacts() error {
	if in.Email != nil {
		in.email = strings.ToLower(strings.TrimSpace(*in.Email))
		parsed, err := mail.ParseAddress(in.email)
		// Equal to what was sent: no display name, no comment, no brackets.
		if err != nil || parsed.Address != in.email || len(in.email) > longestEmail {
			return models.Invalid("email", "email must be a plain address such as name@example.com")
		}
	}
	if in.Phone != nil {
		in.phone = phonePunctuation.Replace(*in.Phone)
		if !phoneE164.MatchString(in.phone) {
			return models.Invalid("phone", "phone must be an international number such as +14155550123")
		}
	}
	return nil
}
