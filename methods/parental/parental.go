// Package parental judges parental_consent: the consent of an adult parent or guardian. The use
// cases of package sessions invite the guardians and take their decisions.
package parental

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/contact"
)

// Method returns parental_consent. Mail reports whether the installation can send mails.
func Method(mail bool) methods.Method {
	return methods.Method{
		Name: rules.MethodParentalConsent, Begin: beginner{}, Accept: accepter{}, Judge: Judge{},
		Fields: []methods.Field{{Name: "challenge", Type: methods.FieldChallenge}},
		Unavailable: func() string {
			if mail {
				return ""
			}
			return "this installation sends no mail (STILE_SMTP_URL is not set), so no guardian can be asked"
		},
	}
}

// most is the number of guardians that may be asked at once.
const most = 3

// ttl is how long guardians may take. The challenge ends with the session in any case.
const ttl = 30 * 24 * time.Hour

// state holds the guardians of a challenge.
type state struct {
	Guardians []string `json:"guardians"`
	Locale    string   `json:"locale"`
}

// Waiting is the part of a challenge for the child's page.
type Waiting struct {
	Guardians []Asked `json:"guardians"`
}

// Asked is a guardian with a request.
type Asked struct {
	// Email is the masked address, such as m…@example.com: the child recognises it, and nobody else learns it.
	Email string `json:"email"`
}

type beginner struct{}

// Begin implements methods.Beginner. The input names the guardians, or asks to send the mails again.
func (beginner) Begin(_ context.Context, b methods.Beginning) (methods.Begun, error) {
	var in struct {
		Guardians []string `json:"guardians"`
		Resend    *bool    `json:"resend"`
		Locale    *string  `json:"locale"`
	}
	if err := b.Input.Read(&in); err != nil {
		return methods.Begun{}, err
	}
	var asked state
	var err error
	if in.Resend != nil && *in.Resend {
		if len(in.Guardians) > 0 {
			return methods.Begun{}, methods.NewInputError("guardians", "guardians and resend exclude each other")
		}
		if b.Earlier == nil {
			return methods.Begun{}, methods.NewInputError("resend", "No guardian was asked yet: name the guardians")
		}
		err = json.Unmarshal(b.Earlier, &asked)
	} else {
		asked.Guardians, err = addresses(in.Guardians)
	}
	if err != nil {
		return methods.Begun{}, err
	}
	if in.Locale != nil {
		if asked.Locale, err = contact.Locale(*in.Locale); err != nil {
			return methods.Begun{}, methods.NewInputError("locale", "locale %s", err.Error())
		}
	}
	return begun(asked), nil
}

func begun(asked state) methods.Begun {
	var told Waiting
	var guardians []methods.GuardianMail
	for _, email := range asked.Guardians {
		told.Guardians = append(told.Guardians, Asked{Email: masked(email)})
		guardians = append(guardians, methods.GuardianMail{To: email, Locale: asked.Locale})
	}
	return methods.Begun{State: asked, Data: told, TTL: ttl, Guardians: guardians}
}

// addresses returns the addresses in their canonical form.
func addresses(given []string) ([]string, error) {
	if len(given) == 0 {
		return nil, methods.Missing("guardians")
	}
	if len(given) > most {
		return nil, methods.NewInputError("guardians", "guardians must name at most %d addresses", most)
	}
	var found []string
	for _, text := range given {
		email, err := contact.Email(text)
		if err != nil {
			return nil, methods.NewInputError("guardians", "guardians must hold e-mail addresses: %s", err)
		}
		if slices.Contains(found, email) {
			return nil, methods.NewInputError("guardians", "guardians names an address twice")
		}
		found = append(found, email)
	}
	return found, nil
}

// masked returns an address with its first character and its domain only.
func masked(email string) string {
	local, domain, _ := strings.Cut(email, "@")
	first := []rune(local)[:1]
	return string(first) + "…@" + domain
}

type accepter struct{}

// Accept implements methods.Accepter. Only a guardian submits.
func (accepter) Accept(context.Context, methods.Given) (methods.Accepted, error) {
	return methods.Accepted{}, methods.NewInputError("challenge", "The guardian answers by the link in the mail")
}

// Payload is a guardian's decision, as the use case submits it.
type Payload struct {
	Guardian string `json:"guardian"` // the id
	Consent  bool   `json:"consent"`
	// Verifiable reports whether a method proved the guardian's age that VerifiesGuardian.
	Verifiable bool `json:"verifiable"`
}

// Judge implements methods.Judge.
type Judge struct{}

// Judge passes the consent of a guardian, and fails a refusal as consent_refused.
func (Judge) Judge(_ context.Context, s methods.Submission) (methods.Verdict, error) {
	var sent Payload
	if err := json.Unmarshal(s.Payload, &sent); err != nil || sent.Guardian == "" {
		return methods.Verdict{}, errors.New("parental: the decision is not readable")
	}
	if !sent.Consent {
		return methods.Failed(rules.ReasonConsentRefused, rules.Check{Name: "guardian_consent"}), nil
	}
	checks := []rules.Check{{Name: "guardian_is_adult", Passed: true}, {Name: "guardian_consent", Passed: true}}
	if sent.Verifiable {
		checks = append(checks, rules.Check{Name: "guardian_is_verified", Passed: true})
	}
	return methods.Passed(s.Tier, checks...), nil
}
