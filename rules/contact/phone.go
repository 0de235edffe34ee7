package contact

import (
	"errors"
	"regexp"

	"github.com/nyaruka/phonenumbers"
)

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// IsPhone reports whether text is the canonical form of a phone number, E.164: +14155550123.
func IsPhone(text string) bool { return e164.MatchString(text) }

// longestPhone bounds the text of a number as a person writes it.
const longestPhone = 40

// ErrPhone is the error of Phone. Its message repeats no part of the number.
var ErrPhone = errors.New("a phone number is written like +49 151 23456789, or as it is dialled in the user's country")

// Phone returns the canonical form of a number as a person writes it: with the country code, or as it is dialled in a
// country, which is an ISO 3166-1 code or "". The error is ErrPhone.
func Phone(text, country string) (string, error) {
	if len(text) > longestPhone {
		return "", ErrPhone
	}
	number, err := phonenumbers.Parse(text, country)
	if err != nil || number.GetExtension() != "" || !phonenumbers.IsPossibleNumber(number) {
		return "", ErrPhone
	}
	canonical := phonenumbers.Format(number, phonenumbers.E164)
	if !IsPhone(canonical) {
		return "", ErrPhone
	}
	return canonical, nil
}

// CallingCode returns the code of a country in phone numbers, such as 49 for DE, or 0 for an unknown country.
func CallingCode(country string) int { return phonenumbers.GetCountryCodeForRegion(country) }
