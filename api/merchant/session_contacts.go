package merchant

import (
	"strings"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules/contact"
	"github.com/stile-id/stile/sessions"
)

var phonePunctuation = strings.NewReplacer(" ", "", "(", "", ")", "", "-", "", ".", "")

// readContacts reads an e-mail address and a phone number, each of which may be absent. No message repeats one.
func readContacts(email, phone *string) (c sessions.Contacts, err error) {
	if email != nil {
		if c.Email, err = rest.ParseEmail("email", *email); err != nil {
			return c, err
		}
	}
	if phone != nil {
		c.Phone = phonePunctuation.Replace(*phone)
		if !contact.IsPhone(c.Phone) {
			return c, models.Invalid("phone", "phone must be an international number such as +14155550123")
		}
	}
	return c, nil
}
