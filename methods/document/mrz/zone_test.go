package mrz_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/document/mrz"
)

// published holds zones that Doc 9303 prints: the specimens of parts 4 to 7, and those of part 11, appendix D.
var published = map[string][]string{
	"TD3":      {"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"},
	"TD1":      {"I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"},
	"TD2":      {"I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"},
	"MRV-A":    {"V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L8988901C4XXX4009078F96121096ZE184226B<<<<<<"},
	"MRV-B":    {"V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L8988901C4XXX4009078F9612109<<<<<<<<"},
	"TD1 long": {"I<UTOD23145890<7349<<<<<<<<<<<", "3407127M9507122UTO<<<<<<<<<<<2", "STEVENSON<<PETER<JOHN<<<<<<<<<"},
	"TD2 long": {"I<UTOSTEVENSON<<PETER<JOHN<<<<<<<<<<", "D23145890<UTO3407127M95071227349<<<8"},
	"TD2 BAC":  {"I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"},
}

func TestPublishedZonesAreConsistent(t *testing.T) {
	t.Parallel()
	for name, lines := range published {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone, err := mrz.Parse(lines...)
			require.NoError(t, err)
			format, _, _ := strings.Cut(name, " ")
			require.Equal(t, mrz.Format(format), zone.Format)
			require.True(t, zone.Consistent(), zone.Digits)
			joined, err := mrz.ParseText(strings.Join(lines, "\n"))
			require.NoError(t, err)
			require.Equal(t, zone, joined)
		})
	}
}

func TestPassportIsSplitIntoItsFields(t *testing.T) {
	t.Parallel()
	zone, err := mrz.Parse(published["TD3"]...)
	require.NoError(t, err)
	require.Equal(t, &mrz.Zone{
		Format: mrz.TD3, Lines: published["TD3"], Code: "P", Issuer: "UTO", Nationality: "UTO", Number: "L898902C3",
		Birth: mrz.DateOf(1974, 8, 12), Expiry: mrz.DateOf(2012, 4, 15), Sex: "F",
		Surname: "ERIKSSON", GivenNames: "ANNA MARIA", Optional: []string{"ZE184226B"},
		Digits: []mrz.Digit{
			{Field: mrz.Number, OK: true}, {Field: mrz.Birth, OK: true}, {Field: mrz.Expiry, OK: true},
			{Field: mrz.Optional, OK: true}, {Field: mrz.Composite, OK: true},
		},
	}, zone)
}

func TestLongNumbersContinueInTheOptionalData(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"TD1 long", "TD2 long"} {
		zone, err := mrz.Parse(published[name]...)
		require.NoError(t, err)
		require.Equal(t, "D23145890734", zone.Number)
		require.Empty(t, zone.Optional[0])
	}
}

func TestEachWrongCharacterBreaksACheckDigitThatCoversIt(t *testing.T) {
	t.Parallel()
	for name, lines := range published {
		format, _, _ := strings.Cut(name, " ")
		for i, line := range lines {
			for column := range len(line) {
				field, digit := mrz.Format(format).FieldAt(i, column)
				if !digit && !mrz.Format(format).Covers(field) {
					continue
				}
				changed := append([]string(nil), lines...)
				changed[i] = line[:column] + other(line[column]) + line[column+1:]
				zone, err := mrz.Parse(changed...)
				if err == nil {
					require.False(t, zone.Consistent(), "%s, line %d, column %d", name, i+1, column+1)
					require.False(t, zone.Trusted(mrz.Number), "one wrong digit ends the trust in all fields")
				}
			}
		}
	}
}

// other returns a character of the same class as c with another value modulo 10.
func other(c byte) string {
	switch c {
	case '<':
		return "1"
	case '9', 'Z':
		return string(c - 1)
	default:
		return string(c + 1)
	}
}

func TestOnlyFieldsUnderACheckDigitAreTrusted(t *testing.T) {
	t.Parallel()
	covered := map[mrz.Format][]mrz.Field{
		mrz.TD1:  {mrz.Number, mrz.Birth, mrz.Expiry, mrz.Optional},
		mrz.TD2:  {mrz.Number, mrz.Birth, mrz.Expiry, mrz.Optional},
		mrz.TD3:  {mrz.Number, mrz.Birth, mrz.Expiry, mrz.Optional},
		mrz.MRVA: {mrz.Number, mrz.Birth, mrz.Expiry},
		mrz.MRVB: {mrz.Number, mrz.Birth, mrz.Expiry},
	}
	for _, format := range mrz.Formats() {
		zone, err := mrz.Parse(published[string(format)]...)
		require.NoError(t, err)
		var trusted []mrz.Field
		for _, field := range []mrz.Field{
			mrz.Code, mrz.Issuer, mrz.Name, mrz.Number, mrz.Nationality, mrz.Birth, mrz.Sex, mrz.Expiry, mrz.Optional,
			mrz.Composite,
		} {
			if zone.Trusted(field) {
				trusted = append(trusted, field)
			}
		}
		require.Equal(t, covered[format], trusted, format)
	}
}

func TestEmptyOptionalDataMayHaveAFillerAsCheckDigit(t *testing.T) {
	t.Parallel()
	for digit, want := range map[string]bool{"<": true, "0": true, "1": false} {
		line := "L898902C36UTO7408122F1204159<<<<<<<<<<<<<<" + digit
		composite := mrz.CheckDigit(line[0:10] + line[13:20] + line[21:43])
		zone, err := mrz.Parse(published["TD3"][0], line+string(composite))
		require.NoError(t, err)
		require.Equal(t, want, zone.Consistent(), digit)
	}
	zone, err := mrz.Parse(published["TD3"][0], "L898902C36UTO7408122F1204159ZE184226B<<<<<<0")
	require.NoError(t, err)
	require.False(t, zone.Consistent(), "a filler is no check digit of data")
}

func TestAFillerReplacesTheCheckDigitOfLongNumbersOnly(t *testing.T) {
	t.Parallel()
	zone, err := mrz.Parse("I<UTOD23145890<<<<<<<<<<<<<<<<", published["TD1"][1], published["TD1"][2])
	require.NoError(t, err)
	require.False(t, zone.Consistent())
	require.Equal(t, "D23145890", zone.Number)
	_, err = mrz.Parse(published["TD3"][0], "L898902C3<UTO7408122F1204159ZE184226B<<<<<10")
	require.ErrorContains(t, err, "document_number")
}

func TestTextWithoutTheFormOfAZoneIsRefused(t *testing.T) {
	t.Parallel()
	upper, lower := published["TD3"][0], published["TD3"][1]
	at := func(line string, column int, c string) string { return line[:column-1] + c + line[column-1+len(c):] }
	for want, lines := range map[string][]string{
		"3 lines of 30":                         {upper},
		"3 lines of 30 ":                        nil,
		"same length":                           {upper, lower[:43]},
		"line 1, column 1, document_code":       {at(upper, 1, "I"), lower},
		"line 1, column 3, issuing_state":       {at(upper, 3, "<<<"), lower},
		"line 1, column 4, issuing_state":       {at(upper, 4, "1"), lower},
		"line 1, column 6, name":                {at(upper, 6, strings.Repeat("<", 39)), lower},
		"line 1, column 8, name":                {at(upper, 8, "e"), lower},
		"line 2, column 1, document_number":     {upper, at(lower, 1, "<<<<<<<<<")},
		"line 2, column 10, document_number":    {upper, at(lower, 10, "O")},
		"line 2, column 14, date_of_birth: is ": {upper, at(lower, 14, "741312")},
		"column 14, date_of_birth: is not":      {upper, at(lower, 14, "740230")},
		"date_of_birth: is not a":               {upper, at(lower, 14, "74<<12")},
		"date_of_birth: mixes":                  {upper, at(lower, 14, "7<0812")},
		"line 2, column 21, sex":                {upper, at(lower, 21, "A")},
		"line 2, column 22, date_of_expiry":     {upper, at(lower, 22, "121504")},
	} {
		_, err := mrz.Parse(lines...)
		require.ErrorContains(t, err, strings.TrimSpace(want))
		require.NotContains(t, err.Error(), "ERIKSSON")
	}
	_, err := mrz.ParseText("P<UTO")
	require.ErrorContains(t, err, "90, 72 or 88")
}

func FuzzParse(f *testing.F) {
	for _, lines := range published {
		f.Add(strings.Join(lines, "\n"))
	}
	f.Fuzz(func(t *testing.T, text string) {
		zone, err := mrz.ParseText(text)
		if err != nil {
			return
		}
		require.NotEmpty(t, zone.Surname)
		require.NotEmpty(t, zone.Number)
		again, err := mrz.Parse(zone.Lines...)
		require.NoError(t, err)
		require.Equal(t, zone, again)
	})
}
