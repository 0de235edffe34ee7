package aamva_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/document/aamva"
)

// The cards of these tests are made up. Elements are those of a card of version 10.
var modern = []string{
	"DAQT64235789", "DCSSAMPLE", "DDEN", "DACMICHELLE", "DDFN", "DADJOY", "DDGT", "DCUJR", "DCAD", "DCBNONE", "DCDNONE",
	"DBD06062019", "DBB06061986", "DBA12102024", "DBC2", "DAU068 in", "DAYBRO", "DAG1 SPECIMEN STREET", "DAIANYTOWN",
	"DAJVA", "DAK000000000  ", "DCF2424244747474786102204", "DCGUSA", "DCK123456789", "DDAF", "DDB06062018", "DDD1",
}

// legacy are the elements of a card of version 1.
var legacy = []string{
	"DAQT64235789", "DAASAMPLE,MICHELLE,JOY,JR", "DAG1 SPECIMEN STREET", "DAJVA", "DBA20241210", "DBB19860606", "DBCF",
	"DBD20190606",
}

// symbol returns the text of a symbol with the elements, as the standard has it: header without separators, version
// numbers and a jurisdiction's subfile.
func symbol(issuer string, numbers string, kind string, elements []string) string {
	body := kind + strings.Join(elements, "\n") + "\r"
	own := "ZVZVA01\nZVBDAQ\nDAQ99\r"
	entries := 2
	start := len("@\n\x1e\rANSI ") + len(issuer) + len(numbers) + 2 + 10*entries
	return fmt.Sprintf("@\n\x1e\rANSI %s%s%02d%s%04d%04dZV%04d%04d%s%s", issuer, numbers, entries,
		kind, start, len(body), start+len(body), len(own), body, own)
}

// with returns the elements with those of the same identifier replaced, and others added. An identifier alone removes.
func with(elements []string, changes ...string) []string {
	out := append([]string(nil), elements...)
	for _, change := range changes {
		found := false
		for i := range out {
			if out[i] != "" && out[i][:3] == change[:3] {
				out[i], found = change, true
			}
		}
		if !found {
			out = append(out, change)
		}
	}
	kept := out[:0]
	for _, element := range out {
		if len(element) > 3 {
			kept = append(kept, element)
		}
	}
	return kept
}

func date(year int, month time.Month, day int) aamva.Date {
	return aamva.Date{Year: year, Month: month, Day: day}
}

func parse(t *testing.T, text string) *aamva.Document {
	t.Helper()
	doc, err := aamva.Parse([]byte(text))
	require.NoError(t, err)
	return doc
}

func TestCardOfVersion10IsRead(t *testing.T) {
	t.Parallel()
	require.Equal(t, &aamva.Document{
		Version: 10, JurisdictionVersion: 2, Kind: aamva.DriverLicense,
		Issuer: aamva.Issuer{Number: "636000", Country: "USA", Region: "US-VA", Known: true},
		Name: aamva.Name{
			Family: "SAMPLE", Given: "MICHELLE", Middle: "JOY", Suffix: "JR",
			FamilyCut: aamva.Whole, GivenCut: aamva.Whole, MiddleCut: aamva.Truncated,
		},
		Sex: aamva.Female, Born: date(1986, 6, 6), Issued: date(2019, 6, 6), Expires: date(2024, 12, 10),
		Number: "T64235789", Discriminator: "2424244747474786102204", Compliance: aamva.FullyCompliant,
		CardRevised: date(2018, 6, 6), LimitedTerm: true,
	}, parse(t, symbol("636000", "1002", "DL", modern)))
}

func TestEveryVersionIsRead(t *testing.T) {
	t.Parallel()
	for version := range 14 {
		numbers, elements := fmt.Sprintf("%02d01", version), modern
		switch {
		case version < 2:
			numbers, elements = fmt.Sprintf("%02d", version), legacy
		case version < 4:
			elements = with(modern, "DAC", "DAD", "DDE", "DDF", "DDG", "DCTMICHELLE,JOY")
		}
		doc := parse(t, symbol("636000", numbers, "DL", elements))
		require.Equal(t, version, doc.Version)
		require.Equal(t, "SAMPLE MICHELLE JOY JR",
			strings.Join([]string{doc.Name.Family, doc.Name.Given, doc.Name.Middle, doc.Name.Suffix}, " "), version)
		require.Equal(t, "1986-06-06 2019-06-06 2024-12-10", fmt.Sprint(doc.Born, doc.Issued, doc.Expires))
		require.Equal(t, aamva.Female, doc.Sex)
		require.Equal(t, "T64235789", doc.Number)
		if version <= 12 {
			require.Empty(t, doc.Notes, version)
			continue
		}
		require.Equal(t, []aamva.Note{aamva.NoteVersion}, doc.Notes)
	}
}

func TestIdentityCardIsRead(t *testing.T) {
	t.Parallel()
	require.Equal(t, aamva.Identity, parse(t, symbol("636000", "1002", "ID", modern)).Kind)
	require.Equal(t, aamva.Enhanced, parse(t, symbol("636000", "1002", "EN", modern)).Kind)
}

func TestDatesAreInTheOrderOfTheCountry(t *testing.T) {
	t.Parallel()
	ours := with(modern, "DCGCAN", "DBB19860607", "DBA20241210", "DBD20190606", "DDB20180606", "DDA")
	doc := parse(t, symbol("636012", "0401", "DL", ours))
	require.Equal(t, aamva.Issuer{Number: "636012", Country: "CAN", Region: "CA-ON", Known: true}, doc.Issuer)
	require.Equal(t, date(1986, 6, 7), doc.Born)
	require.Empty(t, doc.Notes)

	for _, written := range []string{"19860607", "06-07-1986", "06/07/1986", "1986-06-07"} {
		doc = parse(t, symbol("636000", "1002", "DL", with(modern, "DBB"+written)))
		require.Equal(t, date(1986, 6, 7), doc.Born, written)
		require.Equal(t, []aamva.Note{aamva.NoteDateOrder}, doc.Notes, written)
	}
}

func TestNamesWithoutOrderStayWhole(t *testing.T) {
	t.Parallel()
	name := func(elements ...string) aamva.Name {
		n := parse(t, symbol("636025", "01", "DL", with(legacy, elements...))).Name
		return n
	}
	require.Equal(t, aamva.Name{Full: "MICHELLE JOY SAMPLE"}, name("DAAMICHELLE JOY SAMPLE"))
	require.Equal(t, aamva.Name{Family: "SAMPLE", Given: "MICHELLE J"}, name("DAASAMPLE, MICHELLE J"))
	require.Equal(t, aamva.Name{Family: "SAMPLE", Given: "MICHELLE"}, name("DAASAMPLE$MICHELLE$$"))
	require.Equal(t, aamva.Name{Family: "SAMPLE", Given: "MICHELLE", Middle: "JOY", Suffix: "III", Prefix: "DR"},
		name("DAA", "DABSAMPLE", "DACMICHELLE", "DADJOY", "DAEIII", "DAFDR"))
}

func TestPlaceholdersAreNoNames(t *testing.T) {
	t.Parallel()
	doc := parse(t, symbol("636000", "1002", "DL", with(modern, "DACNONE", "DADunavl", "DCUNONE", "DDEU", "DCFNONE")))
	require.Equal(t, aamva.Name{
		Family: "SAMPLE", FamilyCut: aamva.TruncationUnknown, GivenCut: aamva.Whole, MiddleCut: aamva.Truncated,
	}, doc.Name)
	require.Empty(t, doc.Name.Givens())
	require.Empty(t, doc.Discriminator)
	doc = parse(t, symbol("636000", "1002", "DL", with(modern, "DADJOY,ANNE")))
	require.Equal(t, "MICHELLE JOY ANNE", doc.Name.Givens())
}

func TestLatin1IsRead(t *testing.T) {
	t.Parallel()
	for _, written := range []string{"SAMPL\xc9", "SAMPLÉ"} {
		doc := parse(t, symbol("604428", "1002", "DL", with(modern, "DCGCAN", "DCS"+written)))
		require.Equal(t, "SAMPLÉ", doc.Name.Family)
	}
}

func TestCardsWithoutExpiryAreRead(t *testing.T) {
	t.Parallel()
	for _, written := range []string{"INDEF", "99999999", "99/99/9999"} {
		doc := parse(t, symbol("636000", "1002", "ID", with(modern, "DBA"+written)))
		require.True(t, doc.NeverExpires, written)
		require.True(t, doc.Expires.IsZero(), written)
	}
}

func TestUnknownIssuerIsNamed(t *testing.T) {
	t.Parallel()
	doc := parse(t, symbol("000000", "1002", "DL", with(modern, "DCGUTO")))
	require.Equal(t, aamva.Issuer{Number: "000000", Country: "UTO"}, doc.Issuer)
	require.Equal(t, []aamva.Note{aamva.NoteIssuerUnknown}, doc.Notes)
	require.Equal(t, "USA", parse(t, symbol("636027", "1002", "DL", modern)).Issuer.Country)
	require.Equal(t, "US-GU", parse(t, symbol("636019", "1002", "DL", modern)).Issuer.Region)
	require.Equal(t, "MX-HID", parse(t, symbol("636057", "1002", "DL", with(modern, "DCGMEX"))).Issuer.Region)
}

// TestMalformedSymbolsAreRead has the deviations of printers, each from the same card.
func TestMalformedSymbolsAreRead(t *testing.T) {
	t.Parallel()
	card := symbol("636000", "1002", "DL", modern)
	replace := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(card) }
	const head = "@\n\x1e\rANSI 636000100202"
	own := strings.Index(card, "ZVZVA01")
	tests := []struct {
		name, text string
		notes      []aamva.Note
	}{
		{"no compliance indicator", card[1:], []aamva.Note{aamva.NoteHeader, aamva.NoteOffsets}},
		{"no record separator", replace("@\n\x1e\r", "@\n\r"), []aamva.Note{aamva.NoteHeader, aamva.NoteOffsets}},
		{"other record separator", replace("\x1e", "N"), []aamva.Note{aamva.NoteHeader}},
		{"no separators", replace("@\n\x1e\r", "@"), []aamva.Note{aamva.NoteHeader, aamva.NoteOffsets}},
		{"symbology identifier", "]L0" + card, []aamva.Note{aamva.NoteHeader, aamva.NoteOffsets}},
		{"spaces after ANSI", replace("ANSI ", "ANSI   "), []aamva.Note{aamva.NoteHeader, aamva.NoteOffsets}},
		{"AAMVA for ANSI", replace("ANSI ", "AAMVA"), []aamva.Note{aamva.NoteHeader}},
		{"lower case header", replace("ANSI ", "ansi "), []aamva.Note{aamva.NoteHeader}},
		{"no jurisdiction version", replace(head, "@\n\x1e\rANSI 6360001002"),
			[]aamva.Note{aamva.NoteHeader, aamva.NoteOffsets}},
		{"no entries", replace(head, "@\n\x1e\rANSI 63600010"), []aamva.Note{aamva.NoteHeader, aamva.NoteOffsets}},
		{"issuer without its 6", replace("ANSI 636000", "ANSI 36000"), []aamva.Note{aamva.NoteIssuer, aamva.NoteOffsets}},
		{"offset counts from the subfile", replace("DL0041", "DL0000"), []aamva.Note{aamva.NoteOffsets}},
		{"offset of nothing", replace("DL0041", "DL9999"), []aamva.Note{aamva.NoteOffsets}},
		{"wrong length", replace("DL00410", "DL00419"), nil},
		{"offset of three digits", replace("DL0041", "DL041"), []aamva.Note{aamva.NoteOffsets}},
		{"no designators", head + card[41:own], nil},
		{"no type before the elements", replace("DLDAQ", "DAQ"), []aamva.Note{aamva.NoteOffsets}},
		{"type twice", replace("DLDAQ", "DLDLDAQ"), []aamva.Note{aamva.NoteOffsets}},
		{"no terminator of the subfile", replace("\rZVZVA01", "ZVZVA01"), []aamva.Note{aamva.NoteOffsets}},
		{"CR for LF", card[:41] + strings.ReplaceAll(card[41:own], "\n", "\r") + card[own:],
			[]aamva.Note{aamva.NoteTerminators}},
		{"CR LF", card[:41] + strings.ReplaceAll(card[41:own], "\n", "\r\n") + card[own:],
			[]aamva.Note{aamva.NoteOffsets, aamva.NoteTerminators}},
		{"doubled terminators", card[:41] + strings.ReplaceAll(card[41:own], "\n", "\n\n") + card[own:],
			[]aamva.Note{aamva.NoteOffsets, aamva.NoteTerminators}},
		{"lower case identifiers", replace("DAQT", "daqT", "DBB", "dbb"), []aamva.Note{aamva.NoteCase}},
		{"padding", replace("DCSSAMPLE", "DCSSAMPLE    "), []aamva.Note{aamva.NoteOffsets}},
		{"no final terminator", strings.TrimRight(card, "\r"), nil},
		{"trailing zeros", card + "\x00\x00", nil},
		{"repeated element", replace("DDAF", "DDAF\nDAQT64235789"), []aamva.Note{aamva.NoteOffsets}},
		{"empty repeated element", replace("DDAF", "DDAF\nDAQ"), []aamva.Note{aamva.NoteOffsets}},
		{"unread element of control characters", replace("BRO", "\x01\x02\x03"), nil},
	}
	want := parse(t, card)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := parse(t, test.text)
			require.Subset(t, got.Notes, test.notes)
			expected := *want
			expected.Notes, expected.JurisdictionVersion = got.Notes, got.JurisdictionVersion
			require.Equal(t, &expected, got)
		})
	}
}

func TestSubfileWithoutTerminatorIsFoundByItsOffset(t *testing.T) {
	t.Parallel()
	elements := with(modern, "DDD", "DDB", "DDA", "DCK", "DCG") // so that the discriminator is the last element
	card := symbol("636000", "1002", "DL", elements)
	end := strings.Index(card, "\rZVZVA01")
	card = strings.Replace(card[:end]+card[end+1:], fmt.Sprintf("ZV%04d", end+1), fmt.Sprintf("ZV%04d", end), 1)
	doc := parse(t, card)
	require.Equal(t, "2424244747474786102204", doc.Discriminator)
	require.Empty(t, doc.Notes)
}

func TestSymbolsWithoutMeaningAreRefused(t *testing.T) {
	t.Parallel()
	card := symbol("636000", "1002", "DL", modern)
	changed := func(changes ...string) string { return symbol("636000", "1002", "DL", with(modern, changes...)) }
	tests := []struct {
		name, text string
		fault      aamva.Fault
	}{
		{"empty", "", aamva.Fault{Code: aamva.NotAAMVA}},
		{"other text", "https://example.com/", aamva.Fault{Code: aamva.NotAAMVA}},
		{"file type far inside", strings.Repeat(" ", 40) + card, aamva.Fault{Code: aamva.NotAAMVA}},
		{"header alone", "@\n\x1e\rANSI 636000100200", aamva.Fault{Code: aamva.SubfileMissing}},
		{"jurisdiction's subfile alone", "@\n\x1e\rANSI 636000100201ZV00310010ZVZVA01\rDAQ1\r",
			aamva.Fault{Code: aamva.SubfileMissing}},
		{"too large", card + strings.Repeat("\n", 9000), aamva.Fault{Code: aamva.TooLarge}},
		{"no number", changed("DAQ"), aamva.Fault{Code: aamva.ElementMissing, Element: "DAQ"}},
		{"number unavailable", changed("DAQUNAVL"), aamva.Fault{Code: aamva.ElementMissing, Element: "DAQ"}},
		{"no family name", changed("DCS"), aamva.Fault{Code: aamva.ElementMissing, Element: "DCS"}},
		{"no birth date", changed("DBB"), aamva.Fault{Code: aamva.ElementMissing, Element: "DBB"}},
		{"no expiry", changed("DBA"), aamva.Fault{Code: aamva.ElementMissing, Element: "DBA"}},
		{"no such month", changed("DBB13061986"), aamva.Fault{Code: aamva.DateInvalid, Element: "DBB"}},
		{"no such day", changed("DBB02291987"), aamva.Fault{Code: aamva.DateInvalid, Element: "DBB"}},
		{"no such year", changed("DBB06061086"), aamva.Fault{Code: aamva.DateInvalid, Element: "DBB"}},
		{"seven digits", changed("DBB6061986"), aamva.Fault{Code: aamva.DateInvalid, Element: "DBB"}},
		{"letters", changed("DBA1210202A"), aamva.Fault{Code: aamva.DateInvalid, Element: "DBA"}},
		{"other digits", changed("DBB٠٦٠٦1986"), aamva.Fault{Code: aamva.DateInvalid, Element: "DBB"}},
		{"two numbers", card[:41] + strings.Replace(card[41:], "DDAF", "DDAF\nDAQX1", 1),
			aamva.Fault{Code: aamva.ElementRepeated, Element: "DAQ"}},
		{"control character", changed("DCSSAM\x01PLE"), aamva.Fault{Code: aamva.ElementInvalid, Element: "DCS"}},
		{"country of another issuer", changed("DCGCAN"), aamva.Fault{Code: aamva.CountryMismatch, Element: "DCG"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := aamva.Parse([]byte(test.text))
			var fault *aamva.Fault
			require.ErrorAs(t, err, &fault)
			require.Equal(t, test.fault, *fault)
			require.NotContains(t, fault.Error(), "SAMPLE")
		})
	}
}

func TestMalformedOptionalElementIsLeftOut(t *testing.T) {
	t.Parallel()
	doc := parse(t, symbol("636000", "1002", "DL", with(modern, "DBD00000000", "DDBX", "DDAQ")))
	require.True(t, doc.Issued.IsZero())
	require.True(t, doc.CardRevised.IsZero())
	require.Empty(t, doc.Compliance)
	require.Equal(t, []aamva.Note{aamva.NoteOptional}, doc.Notes)
}

// FuzzParse holds Parse to its promises for any input: no panic, a *Fault or a document with the fields that every card
// has.
func FuzzParse(f *testing.F) {
	f.Add([]byte(symbol("636000", "1002", "DL", modern)))
	f.Add([]byte(symbol("636012", "01", "ID", legacy)))
	f.Add([]byte("@\n\nAAMVA36004001DL00280200DLDABSAMPLE\nDACMICHELLE\nDAQ1\nDBA06-05-2019\nDBB06-05-1951\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := aamva.Parse(data)
		if err != nil {
			var fault *aamva.Fault
			require.ErrorAs(t, err, &fault)
			require.Nil(t, doc)
			return
		}
		require.NotEmpty(t, doc.Number)
		require.NotEmpty(t, doc.Name.Family+doc.Name.Full)
		require.False(t, doc.Born.IsZero())
		require.NotEqual(t, doc.NeverExpires, !doc.Expires.IsZero())
		require.Len(t, doc.Issuer.Number, 6)
	})
}
