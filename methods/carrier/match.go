package carrier

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/rules"
)

// The members of the input of Begin.
const (
	fieldPhone      = "phone"
	fieldSameDevice = "same_device"
	fieldGivenName  = "given_name"
	fieldFamilyName = "family_name"
	fieldBirthDate  = "birth_date"
)

// The longest names that KYC Match takes, in characters.
const (
	longestGivenName  = 100
	longestFamilyName = 150
)

// earliestBirth is before the year of birth of anyone alive.
const earliestBirth = 1900

// beginFields are the members of the input of Begin. The user is asked for a name only in sessions of type identity,
// and only if there is a carrier that compares it.
func beginFields(carriers []Carrier) []methods.Field {
	fields := []methods.Field{
		{Name: fieldPhone, Type: methods.FieldText, Optional: true},
		{Name: fieldSameDevice, Type: methods.FieldBoolean, Optional: true},
	}
	for _, c := range carriers {
		if c.Match != "" {
			return append(fields,
				methods.Field{Name: fieldGivenName, Type: methods.FieldText, Optional: true, Identity: true},
				methods.Field{Name: fieldFamilyName, Type: methods.FieldText, Optional: true, Identity: true},
				methods.Field{Name: fieldBirthDate, Type: methods.FieldDate, Optional: true, Identity: true})
		}
	}
	return fields
}

// person is the name and the date of birth that the user has entered.
type person struct {
	GivenName  string `json:"given_name"`
	FamilyName string `json:"family_name"`
	BirthDate  string `json:"birth_date"` // 1990-01-31
}

// input is the input of Begin. The last three members describe the user.
type input struct {
	Phone      *string `json:"phone"`
	SameDevice *bool   `json:"same_device"`
	GivenName  *string `json:"given_name"`
	FamilyName *string `json:"family_name"`
	BirthDate  *string `json:"birth_date"`
}

// allowed returns an error if the input describes the user in a session that proves no identity.
func allowed(b methods.Beginning) error {
	if b.Type == methods.TypeIdentity {
		return nil
	}
	for _, name := range []string{fieldGivenName, fieldFamilyName, fieldBirthDate} {
		if b.Input.Has(name) {
			return methods.NewInputError(name, "%s is taken only in sessions of type identity", name)
		}
	}
	return nil
}

// personFor returns the person for the carrier to compare with its customer. It returns nil if the carrier compares
// none; the entered members are then not kept.
func personFor(at Carrier, b methods.Beginning, in input) (*person, error) {
	if b.Type != methods.TypeIdentity || at.Match == "" {
		return nil, nil
	}
	var p person
	var err error
	if p.GivenName, err = nameOf(fieldGivenName, in.GivenName, longestGivenName); err != nil {
		return nil, err
	}
	if p.FamilyName, err = nameOf(fieldFamilyName, in.FamilyName, longestFamilyName); err != nil {
		return nil, err
	}
	p.BirthDate, err = birthDate(in.BirthDate, b.Now)
	return &p, err
}

// nameOf returns a name in NFC, without surrounding spaces.
func nameOf(param string, text *string, longest int) (string, error) {
	if text == nil || strings.TrimSpace(*text) == "" {
		return "", methods.Missing(param)
	}
	name := norm.NFC.String(strings.TrimSpace(*text))
	switch {
	case utf8.RuneCountInString(name) > longest:
		return "", methods.NewInputError(param, "%s must have at most %d characters", param, longest)
	case strings.ContainsFunc(name, invisible) || !strings.ContainsFunc(name, unicode.IsLetter):
		return "", methods.NewInputError(param, "%s must be a name in one line", param)
	}
	return name, nil
}

func invisible(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == unicode.ReplacementChar
}

func birthDate(text *string, now time.Time) (string, error) {
	if text == nil || *text == "" {
		return "", methods.Missing(fieldBirthDate)
	}
	born, ok := rules.ParseDate(*text)
	switch {
	case !ok:
		return "", methods.NewInputError(fieldBirthDate, "birth_date must be a date such as 1990-01-31")
	case born.Year < earliestBirth:
		return "", methods.NewInputError(fieldBirthDate, "birth_date must not be before %d", earliestBirth)
	case rules.AgeOn(born, rules.DateOf(now.UTC())) < 0:
		return "", methods.NewInputError(fieldBirthDate, "birth_date must not be in the future")
	}
	return born.String(), nil
}

// The answers of KYC Match about a member of the question, which are those of KYC Age Verification too.
const (
	isTrue       = "true"
	isFalse      = "false"
	notAvailable = "not_available"
)

// matched is an answer of KYC Match. The zero value says that nothing was compared.
type matched struct {
	GivenName  string `json:"givenNameMatch"` // true, false or not_available
	FamilyName string `json:"familyNameMatch"`
	BirthDate  string `json:"birthdateMatch"`
}

type matchQuestion struct {
	GivenName  string `json:"givenName"`
	FamilyName string `json:"familyName"`
	BirthDate  string `json:"birthdate"`
	Phone      string `json:"phoneNumber,omitempty"` // only with a token of the client itself
}

// match compares a person with the customer (KYC Match, /match).
func (c *client) match(ctx context.Context, token string, q matchQuestion) (got matched, err error) {
	if err := c.call(ctx, c.of.Match+"/match", token, q, &got); err != nil {
		return matched{}, err
	}
	for _, answer := range []string{got.GivenName, got.FamilyName, got.BirthDate} {
		switch answer {
		case isTrue, isFalse, notAvailable:
		default:
			return matched{}, away("its answer is not the documented one")
		}
	}
	return got, nil
}

// matchOf compares the person of a question with the customer; nothing if the question has none, or if the carrier can
// compare nothing for this line.
func matchOf(ctx context.Context, c *client, q question, g grant) (matched, error) {
	if q.Person == nil || c.of.Match == "" {
		return matched{}, nil
	}
	token, phone, err := c.tokenOf(ctx, q, g, scopeMatch)
	if err != nil {
		return matched{}, err
	}
	got, err := c.match(ctx, token, matchQuestion{
		GivenName: q.Person.GivenName, FamilyName: q.Person.FamilyName, BirthDate: q.Person.BirthDate, Phone: phone,
	})
	var refused *refusal
	if errors.As(err, &refused) && refused.code == notApplicable {
		return matched{}, nil
	}
	return got, err
}

// checks returns the checks of the members that the carrier could compare. A name matches if both of its parts do.
func (m matched) checks() []rules.Check {
	var checks []rules.Check
	switch {
	case m.GivenName == isFalse || m.FamilyName == isFalse:
		checks = append(checks, rules.Check{Name: CheckName})
	case m.GivenName == isTrue && m.FamilyName == isTrue:
		checks = append(checks, rules.Check{Name: CheckName, Passed: true})
	}
	if m.BirthDate == isTrue || m.BirthDate == isFalse {
		checks = append(checks, rules.Check{Name: CheckBirthDate, Passed: m.BirthDate == isTrue})
	}
	return checks
}
