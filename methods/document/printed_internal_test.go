package document

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/vision"
)

func TestNamesAreComparedWithAStatedTolerance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, name string
		cut, same  bool
	}{
		{"ERIKSSON", "ERIKSSON", false, true},
		{"Müller-Adémus", "MUELLER ADEMUS", false, true},
		{"Müller", "MULLER", false, true},
		{"MULLER", "MUELLER", false, true}, // the reader has lost the marks
		{"SØRENSEN", "SOERENSEN", false, true},
		{"SORENSEN", "SOERENSEN", false, true},
		{"ŻURAWSKI", "ZURAWSKI", false, true},
		{"O'NOWHERE", "ONOWHERE", false, true},
		{"ÅKERMAN", "AAKERMAN", false, true},
		{"DÍAZ", "DIAZ", false, true},
		{"ER1KSS0N", "ERIKSSON", false, true}, // digits for letters
		{"ERIKSEON", "ERIKSSON", false, true}, // one letter of eight
		{"ERAKSEON", "ERIKSSON", false, false},
		{"DIAS", "DIAZ", false, false}, // short names are exact
		{"MEIER", "MEYER", false, false},
		{"WOOLOOMOOLOO WARRANDYTE", "WOOLOOMOOLOO WARRA", true, true},
		{"WOOLOOMOOLOO WARRANDYTE", "WOOLOOMOOLOO WARRA", false, false},
		{"", "DIAZ", false, false},
		{"DIAZ", "", false, false},
	} {
		require.Equal(t, c.same, sameName(c.text, c.name, c.cut), "%s for %s", c.text, c.name)
	}
}

func TestNumbersAreComparedWithoutSeparatorsAndLookAlikes(t *testing.T) {
	t.Parallel()
	require.True(t, sameNumber("D231-458 90", "D23145890"))
	require.True(t, sameNumber("L8989O2C3", "L898902C3"))
	require.False(t, sameNumber("L898902C3", "L898902C4"))
	require.False(t, sameNumber("", ""))
}

func TestDatesAreReadInTheFormsOfDocuments(t *testing.T) {
	t.Parallel()
	date := rules.Date{Year: 1974, Month: 8, Day: 12}
	for text, forms := range map[string][2]bool{ // in print with the day first, with the month first
		"12.08.1974": {true, true}, "12 08 1974": {true, true}, "12/08/1974": {true, true}, "12-08-74": {true, true},
		"08/12/1974": {false, true}, "1974-08-12": {true, true}, "1974 08 12": {true, true},
		"12 AUG 1974": {true, true}, "12 AUG/AOÛT 74": {true, true}, "12 August 1974": {true, true},
		"12. Aug. 1974": {true, true}, "12AUG1974": {true, true}, "AUG 12, 1974": {true, true},
		"12 AGO/AUG 1974": {true, true}, "l2.O8.1974": {true, true}, "4 AUTHORITY 12.08.1974 X": {true, true},
		"12.08.1975": {false, false}, "12.08.1874": {false, false}, "13.08.1974": {false, false},
		"112.08.1974": {false, false},
		"12.08.19745": {false, false}, "12 XYZ 1974": {false, false}, "": {false, false},
	} {
		require.Equal(t, forms[0], hasDate(text, date, false), text)
		require.Equal(t, forms[1], hasDate(text, date, true), text)
	}
}

// lines makes lines of text, each below the one before, ten units a character.
func lines(texts ...string) *vision.Document {
	d := &vision.Document{Text: &vision.Text{}}
	for i, text := range texts {
		d.Text.Lines = append(d.Text.Lines, vision.TextLine{
			Text: text, Confidence: 0.9, Box: vision.Box{0, 30 * i, 10 * len([]rune(text)), 30*i + 20},
		})
	}
	return d
}

func TestValuesAreReadAtTheirLabels(t *testing.T) {
	t.Parallel()
	p := printedOf(lines(
		"Name/Surname/Nom",
		"MUSTERMANN",
		"Given names 4.Sex",
		"ERIKA JANE    F",
		"4b. Exp 08/31/2029   4d. DLN D1234567",
	), ConfidenceLimits{})
	read := func(g group) (texts []string) {
		for _, v := range p.at(g) {
			texts = append(texts, joined(v.words))
		}
		return texts
	}
	require.Equal(t, []string{"MUSTERMANN"}, read(surnames))
	require.Equal(t, []string{"ERIKA JANE"}, read(givenNames))
	require.Equal(t, []string{"F"}, read(sexes))
	require.Equal(t, []string{"08/31/2029"}, read(expiries))
	require.Equal(t, []string{"D1234567"}, read(numbers))
}

func TestValueOfTheNextColumnIsNotThatOfALabel(t *testing.T) {
	t.Parallel()
	d := &vision.Document{Text: &vision.Text{}}
	for _, l := range []struct {
		text string
		box  vision.Box
	}{
		{"3. DATE OF BIRTH", vision.Box{545, 421, 760, 443}}, {"4-SEX", vision.Box{1001, 421, 1092, 443}},
		{"5. NAT.", vision.Box{1197, 421, 1280, 443}}, {"14.03.1990", vision.Box{545, 457, 760, 495}},
		{"UTO", vision.Box{1197, 457, 1302, 495}}, {"M", vision.Box{1004, 458, 1040, 496}},
		{"6. DOCUMENT NO.", vision.Box{545, 520, 760, 542}}, {"29.11.2035", vision.Box{1004, 555, 1220, 592}},
	} {
		d.Text.Lines = append(d.Text.Lines, vision.TextLine{Text: l.text, Confidence: 0.95, Box: l.box})
	}
	p := printedOf(d, DefaultLimits().Confidence)
	require.Equal(t, agrees, p.sex("M"), "UTO is read before M, because it lies a little higher")
	require.Equal(t, differs, p.sex("F"))
	require.Equal(t, unread, p.number("D23145890"), "the number was not read, and the date is none")
}

func TestZoneOfThePageIsNoPrintedText(t *testing.T) {
	t.Parallel()
	d := lines("PASSPORT", "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<", "L898902C36UT07408122F1204159ZE184226B", "L898902C3")
	d.Zone = &vision.Zone{Corners: vision.Corners{{0, 85}, {900, 85}, {900, 120}, {0, 120}}}
	p := printedOf(d, ConfidenceLimits{})
	require.Len(t, p.lines, 1)
	require.Equal(t, "PASSPORT", p.lines[0].text())
}
