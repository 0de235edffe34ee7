package student

import (
	"context"
	"strings"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/rules/contact"
)

// CheckMailbox is the name of the check of a mailbox at a listed institution. It is no check of enrolment: former
// students keep mailboxes.
const CheckMailbox = "institution_mailbox"

// mailboxState is the state of a challenge with a mailed code. The hash of the code is stored beside it.
type mailboxState struct {
	Institution string `json:"institution"` // the listed domain
}

// mailboxData is the part for the page.
type mailboxData struct {
	Kind        string `json:"kind"`        // mailbox
	Institution string `json:"institution"` // the listed domain
	Digits      int    `json:"digits"`      // of the code
}

// codeDigits is the number of digits of a mailed code.
const codeDigits = 6

// beginMailbox has a code mailed to an address at an institution.
func (m student) beginMailbox(ctx context.Context, b methods.Beginning) (methods.Begun, error) {
	var in struct {
		Email  *string `json:"email"`
		Locale *string `json:"locale"`
	}
	if err := b.Input.Read(&in); err != nil {
		return methods.Begun{}, err
	}
	if in.Email == nil {
		return methods.Begun{}, methods.Missing("email")
	}
	email, err := contact.Email(*in.Email)
	if err != nil {
		return methods.Begun{}, methods.NewInputError(
			"email", "email must be a plain address such as name@example.com: %s", err.Error())
	}
	locale := ""
	if in.Locale != nil {
		if locale, err = contact.Locale(*in.Locale); err != nil {
			return methods.Begun{}, methods.NewInputError("locale", "locale %s", err.Error())
		}
	}
	institution := shippedDomains().institution(email[strings.LastIndexByte(email, '@')+1:], m.added)
	if institution == "" {
		return methods.Begun{}, methods.NewInputError(
			"email", "email must be an address at a school, college or university that is listed here")
	}
	if err := b.Count(ctx, "otp", email); err != nil {
		return methods.Begun{}, err
	}
	return methods.Begun{
		State: mailboxState{institution}, Data: mailboxData{"mailbox", institution, codeDigits},
		Code: &methods.CodeMail{To: email, Locale: locale},
	}, nil
}

// acceptMailbox checks the code of a mailbox.
func acceptMailbox(ctx context.Context, held methods.Held, code *string) error {
	if code == nil {
		return methods.Missing("code")
	}
	return held.Code(ctx, "code", *code)
}
