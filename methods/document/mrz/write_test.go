package mrz_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/document/mrz"
)

func TestPublishedZonesAreWrittenFromTheirFields(t *testing.T) {
	t.Parallel()
	for name, lines := range published {
		zone, err := mrz.Parse(lines...)
		require.NoError(t, err)
		written, err := mrz.Fields{
			Format: zone.Format, Code: zone.Code, Issuer: zone.Issuer, Nationality: zone.Nationality, Number: zone.Number,
			Birth: zone.Birth, Expiry: zone.Expiry, Sex: zone.Sex, Surname: zone.Surname, GivenNames: zone.GivenNames,
			Optional: zone.Optional,
		}.Lines()
		require.NoError(t, err, name)
		require.Equal(t, lines, written, name)
	}
}

func TestFieldsThatDoNotFitAreNamed(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*mrz.Fields){
		"format is unknown":              func(f *mrz.Fields) { f.Format = "TD4" },
		"document_number: has more than": func(f *mrz.Fields) { f.Number = "L898902C3X" },
		"document_number: the character": func(f *mrz.Fields) { f.Number = "l898902c3" },
		"document_code: does not belong": func(f *mrz.Fields) { f.Code = "V" },
		"document_code: the character":   func(f *mrz.Fields) { f.Code = "I" },
		"document_code: has more":        func(f *mrz.Fields) { f.Code = "PPP" },
		"issuing_state: has more":        func(f *mrz.Fields) { f.Issuer = "UTOP" },
		"nationality: the character":     func(f *mrz.Fields) { f.Nationality = "U1O" },
		"sex: the character":             func(f *mrz.Fields) { f.Sex = "W" },
		"date_of_birth: is not a date":   func(f *mrz.Fields) { f.Birth.Month = 13 },
		"date_of_expiry: has more":       func(f *mrz.Fields) { f.Expiry.Year = 2012 },
		"optional_data: the format has":  func(f *mrz.Fields) { f.Optional = []string{"", "A"} },
		"optional_data: has more":        func(f *mrz.Fields) { f.Optional = []string{"123456789012345"} },
		"name: has no primary":           func(f *mrz.Fields) { f.Surname = "" },
		"name: the name has a character": func(f *mrz.Fields) { f.Surname = "山田" },
	} {
		fields := passport("ERIKSSON", "ANNA")
		change(&fields)
		_, err := fields.Lines()
		require.ErrorContains(t, err, want)
	}
}

func TestTruncatedNamesEndWithALetter(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ surname, given, name string }{
		{bennelong, "DINGO POTOROO", "BENNELONG<WOOLOOMOOLOO<WARRANDYTE<WA<<D"},
		{"PAPANDROPOULOUS", "JONATHON WARRENS TREVORS Q", "PAPANDROPOULOUS<<JONATHON<WARRENS<TREVO"},
		{"PAPANDROPOULOUS", "JONATHON WARREN TREVO QUINN", "PAPANDROPOULOUS<<JONATHON<WARREN<TREV<Q"},
		{"PAPANDROPOULOUS", "JONATHON WARREN TRE V QUINN", "PAPANDROPOULOUS<<JONATHON<WARREN<TR<V<Q"},
		{bennelong, "", "BENNELONG<WOOLOOMOOLOO<WARRANDYTE<WARNA"},
	} {
		lines, err := passport(test.surname, test.given).Lines()
		require.NoError(t, err)
		require.Equal(t, test.name, lines[0][5:])
		zone, err := mrz.Parse(lines...)
		require.NoError(t, err)
		require.True(t, zone.NameTruncated)
		require.True(t, mrz.SameName(test.surname, zone.Surname, true))
	}
}
