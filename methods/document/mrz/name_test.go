package mrz_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/document/mrz"
)

// examples are names of parts 4, 5 and 6 and how they stand in the zone.
var examples = []struct{ surname, given, name string }{
	{"ERIKSSON", "ANNA MARIA", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"},
	{"HENG", "DEBORAH MING LO", "HENG<<DEBORAH<MING<LO<<<<<<<<<<<<<<<<<<"},
	{"SMITH-JONES", "SUSIE MARGARET", "SMITH<JONES<<SUSIE<MARGARET<<<<<<<<<<<<"},
	{"O'CONNOR", "ENYA SIOBHAN", "OCONNOR<<ENYA<SIOBHAN<<<<<<<<<<<<<<<<<<"},
	{"VAN DER MUELLEN", "MARTIN", "VAN<DER<MUELLEN<<MARTIN<<<<<<<<<<<<<<<<"},
	{"AL-BASRI", "HUDA MUHAMMAD JAWAD", "AL<BASRI<<HUDA<MUHAMMAD<JAWAD<<<<<<<<<<"},
	{"VILARCHAO FERNANDEZ", "JOSE RAMON", "VILARCHAO<FERNANDEZ<<JOSE<RAMON<<<<<<<<"},
	{"ARKFREITH", "", "ARKFREITH<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<"},
	{"SATRIYA SUDARPA", "", "SATRIYA<SUDARPA<<<<<<<<<<<<<<<<<<<<<<<<"},
	{"NILAVADHANANANDA", "CHAYAPA DEJTHAMRONG KRASUANG", "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K"},
	{"NILAVADHANANANDA", "ARNPOL PETCH CHARONGUANG", "NILAVADHANANANDA<<ARNPOL<PETCH<CHARONGU"},
	{"PAPANDROPOULOUS", "JONATHON WARREN TREVOR", "PAPANDROPOULOUS<<JONATHON<WARREN<TREVOR"},
	{"VILARCHAO FERNANDEZ", "JOSE RAMON", "VILARCHAO<FERNANDEZ<<JOSE<RAMO"},
}

// shortened are further names of parts 4 to 6, truncated in ways that states may choose.
var shortened = []struct{ surname, given, name string }{
	{"NILAVADHANANANDA", "CHAYAPA DEJTHAMRONG KRASUANG", "NILAVADHANANANDA<<CHAYAPA<DE<K"},
	{"NILAVADHANANANDA", "ARNPOL PETCH CHARONGUANG", "NILAVADHANANANDA<<ARN<PET<CHARO"},
	{bennelong, "DINGO POTOROO", "BENNELONG<WOOLOOMOOLOO<WARRANDYTE<W<<DI"},
	{bennelong, "DINGO POTOROO", "BENNELONG<WOOLOOM<WARRAND<WARNAM<<DINGO"},
	{bennelong, "DINGO POTOROO", "BENNELONG<WOOLOOM<WAR<WARN<<D<P"},
	{bennelong, "DINGO POTOROO", "BENNE<WOOLO<WARRA<WARNA<<DIN<P"},
}

const bennelong = "BENNELONG WOOLOOMOOLOO WARRANDYTE WARNAMBOOL"

func passport(surname, given string) mrz.Fields {
	return mrz.Fields{
		Format: mrz.TD3, Code: "P", Issuer: "UTO", Nationality: "UTO", Number: "L898902C3", Sex: "F",
		Birth: mrz.DateOf(1974, 8, 12), Expiry: mrz.DateOf(2012, 4, 15), Surname: surname, GivenNames: given,
		Optional: []string{"ZE184226B"},
	}
}

func TestNamesAreWrittenAsThePublishedExamples(t *testing.T) {
	t.Parallel()
	for _, example := range examples {
		fields, start := passport(example.surname, example.given), 5
		if len(example.name) == 30 {
			fields.Format, fields.Code, start = mrz.TD1, "I", 0
		}
		lines, err := fields.Lines()
		require.NoError(t, err)
		require.Equal(t, example.name, lines[len(lines)%2*2][start:])
	}
}

func TestPrintedNamesAreThoseOfTheZone(t *testing.T) {
	t.Parallel()
	for _, example := range append(examples, shortened...) {
		surname, given, _ := strings.Cut(strings.Trim(example.name, "<"), "<<")
		truncated := !strings.HasSuffix(example.name, "<")
		surname, given = strings.ReplaceAll(surname, "<", " "), strings.ReplaceAll(given, "<", " ")
		require.True(t, mrz.SameName(example.surname, surname, truncated), example.name)
		require.Equal(t, example.given != "", mrz.SameName(example.given, given, truncated), example.name)
		if surname != strings.ReplaceAll(strings.ReplaceAll(example.surname, "-", " "), "'", "") {
			require.False(t, mrz.SameName(example.surname, surname, false), "only truncation shortens a name")
		}
	}
}

func TestStatesMayChooseTheSpellingOfALetter(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		printed, zone string
		same          bool
	}{
		{"Müller", "MUELLER", true}, {"Müller", "MULLER", true}, {"Müller", "MUXXLLER", true},
		{"Müller", "MILLER", false}, {"Müller", "MUELLERS", false}, {"Müller", "MUELLE", false},
		{"Mu\u0308ller", "MUELLER", true}, {"Ångström", "AANGSTROEM", true}, {"Ångström", "ANGSTROM", true},
		{"Peña", "PENXXA", true}, {"Groß", "GROSS", true}, {"Łódź", "LODZ", true}, {"Þórður", "THORDUR", true},
		{"Đoković", "DOKOVIC", true}, {"Đoković", "DJOKOVIC", true}, {"Щербаков", "SHCHERBAKOV", true},
		{"Юрий", "IURII", true}, {"O’Brien", "OBRIEN", true}, {"Anna-Lena", "ANNALENA", true},
		{"Anna Lena", "ANNA", false}, {"", "", false}, {"ANNA", "", false}, {"山田", "YAMADA", false},
		{"JOHN 2", "JOHN", false},
	} {
		require.Equal(t, test.same, mrz.SameName(test.printed, test.zone, false), test.printed+" "+test.zone)
	}
	require.True(t, mrz.SameName("Anna Lena", "ANNA", true))
	require.False(t, mrz.SameName("Anna", "ANNA LENA", true))
	require.False(t, mrz.SameName("Anna Lena", "ANNA M", true))
}

func TestNameWithoutARuleOfTransliterationIsRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"山田", "JOHN 2", "A;B"} {
		_, err := mrz.Transliterate(name)
		require.ErrorContains(t, err, "name: the name has a character without a rule")
	}
	text, err := mrz.Transliterate("Jürgen  von der Österreich-Groß, Jr.")
	require.NoError(t, err)
	require.Equal(t, "JUERGEN VON DER OESTERREICH GROSS JR", text)
}
