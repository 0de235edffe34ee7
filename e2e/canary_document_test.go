package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/specimen"
	"github.com/stile-id/stile/rules"
)

// The document that an identity session sees.
const (
	canaryDocumentFamily = "PAPERCANARY"
	canaryDocumentGiven  = "QUITERIA"
	canaryDocumentNumber = "XCNRY7781"
)

// documented verifies an identity by a photographed passport, after a picture that is none and one of a child, and
// returns the values that must not be found. No connector may judge the method.
func documented(t *testing.T, m merchant) []string {
	t.Helper()
	m.workflow = m.publish(t, simple(rules.MethodDocumentCapture))
	v := m.create(t, body{"type": "identity", "jurisdiction": "US-CA"})
	passport := func(born string) *specimen.Document {
		return specimen.New(specimen.Passport, 7, func(f *specimen.Fields) {
			f.Surname, f.GivenNames, f.Number = canaryDocumentFamily, canaryDocumentGiven, canaryDocumentNumber
			day, err := time.Parse(time.DateOnly, born)
			require.NoError(t, err)
			f.Born = day
		})
	}
	broken := v.uploads(t, "document_capture", "\xFF\xD8\xFF"+canaryDocumentFamily).expect(t, 201)
	v.shows(t, body{"front": broken.text("id")})
	v.until(t, "requires_input")
	v.shows(t, body{"front": v.photograph(t, passport("2019-12-23").Front(), specimen.Shot{})})
	v.until(t, "requires_input")
	v.shows(t, body{"front": v.photograph(t, passport(canaryBirthDate).Front(), specimen.Shot{})})
	v.until(t, "verified")
	require.NotContains(t, string(v.get(t).raw), canaryDocumentNumber)
	return []string{canaryDocumentFamily, canaryDocumentGiven, canaryDocumentNumber, "23 DEC 1971"}
}
