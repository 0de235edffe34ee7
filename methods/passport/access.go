package passport

import (
	"regexp"
	"strings"
	"time"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/document/mrz"
)

// access is the part of the zone that opens the chip (ICAO 9303-11 4.3.2). The dates are those of the zone, YYMMDD.
type access struct {
	Number string `json:"document_number"`
	Birth  string `json:"date_of_birth"`
	Expiry string `json:"date_of_expiry"`
}

// accessInput is access as a device sends it.
type accessInput struct {
	Number *string `json:"document_number"`
	Birth  *string `json:"date_of_birth"`
	Expiry *string `json:"date_of_expiry"`
}

var (
	documentNumber = regexp.MustCompile(`^[A-Z0-9]{1,22}$`)
	zoneDate       = regexp.MustCompile(`^[0-9<]{6}$`)
)

// read checks the input; nil where it is absent.
func (in *accessInput) read() (*access, error) {
	if in == nil {
		return nil, nil //nolint:nilnil // access is optional
	}
	for name, value := range map[string]*string{
		"document_number": in.Number, "date_of_birth": in.Birth, "date_of_expiry": in.Expiry,
	} {
		if value == nil {
			return nil, methods.Missing("access." + name)
		}
	}
	a := &access{Number: oneNumber(*in.Number)}
	if !documentNumber.MatchString(a.Number) {
		return nil, methods.NewInputError("access.document_number",
			"access.document_number must have 1 to 22 letters and digits")
	}
	var err error
	if a.Birth, err = dateOfZone("access.date_of_birth", *in.Birth); err != nil {
		return nil, err
	}
	a.Expiry, err = dateOfZone("access.date_of_expiry", *in.Expiry)
	return a, err
}

// dateOfZone returns a date as the zone has it.
func dateOfZone(param, text string) (string, error) {
	if at, err := time.Parse(time.DateOnly, text); err == nil {
		return at.Format("060102"), nil
	}
	if !zoneDate.MatchString(text) {
		return "", methods.NewInputError(param, "%s must be a date such as 2030-01-31, or 300131 as in the zone", param)
	}
	return text, nil
}

// oneNumber returns a document number without the fillers, spaces and hyphens that it may be typed or printed with.
func oneNumber(text string) string { return strings.ReplaceAll(methods.OneSpelling(text), "<", "") }

// matches reports whether access is by the zone.
func (a *access) matches(z *mrz.Zone) bool {
	return a.Number == oneNumber(z.Number) && a.Birth == z.Birth.String() && a.Expiry == z.Expiry.String()
}
