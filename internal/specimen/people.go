package specimen

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// Names of nobody: each is a word of several languages or of a novel, combined by chance.
var (
	surnames = strings.Fields(
		"HYTHLODAY ABRAXA ANYDER MÜLLER-ADEMUS SØRENSEN AMAUROT DÍAZ POLYLERIT ŻURAWSKI O'NOWHERE " +
			"ÅKERMAN MACARIA DE·LA·ISLA NUSQUAM ACHORIA ÇELIK BÉLLAMY",
	)
	givenNames = map[string][]string{
		"F": strings.Fields("ANNA ZOË MARÍA INGRID JADE FATIMA QUITERIA GISÈLE RENÉE WILHELMINA"),
		"M": strings.Fields("RAPHAEL KWAME XAVIER HUGO YUSUF JÜRGEN VICTOR UWE OLIVER BJØRN"),
	}
	streets = strings.Fields("ANYDER·QUAY ISLAND·ROAD HARBOUR·STREET MORE·LANE BRIDGE·ROW")
	cities  = strings.Fields("AMAUROT NEWPORT·UTOPIA ABRAXA·CITY")
)

const (
	letters = "ABCDEFGHJKLMNPRSTUVWXYZ"
	digits  = "0123456789"
)

// person returns the invented holder of a document.
func person(kind Kind, random *rand.Rand) Fields {
	f := Fields{Nationality: "UTO", Issuer: "UTO", Sex: pick(random, []string{"F", "M"})}
	f.Surname = spaced(pick(random, surnames))
	f.GivenNames = pick(random, givenNames[f.Sex])
	if random.IntN(2) == 0 {
		f.GivenNames += " " + pick(random, givenNames[f.Sex])
	}
	f.Number = number(kind, random)
	if kind == ResidencePermit || random.IntN(3) == 0 {
		f.PersonalNumber = code(random, "", digits, 10)
	}
	if kind == ResidencePermit {
		f.Nationality = pick(random, []string{"XXA", "UTO"})
	}
	f.Born = day(1950+random.IntN(54), random)
	f.Issued = day(2024+random.IntN(2), random)
	f.Expires = f.Issued.AddDate(validity[kind], 0, 0)
	f.Street = fmt.Sprintf("%d %s", 1+random.IntN(180), spaced(pick(random, streets)))
	f.City, f.PostCode = spaced(pick(random, cities)), code(random, "", digits, 5)
	f.Height, f.Class = fmt.Sprintf("%d cm", 152+random.IntN(44)), pick(random, []string{"C", "D", "C M"})
	f.Eyes = pick(random, []string{"BRO", "BLU", "GRN", "HAZ"})
	f.portrait = newFace(f.Sex, random)
	return f
}

// validity is the number of years from issue to expiry.
var validity = map[Kind]int{IDCard: 10, Passport: 10, DriversLicense: 8, ResidencePermit: 7, HealthCard: 9}

func number(kind Kind, random *rand.Rand) string {
	switch kind {
	case DriversLicense:
		return code(random, "U", digits, 8)
	case Passport:
		return code(random, code(random, "", letters, 1), digits, 8)
	default:
		return code(random, code(random, "", letters, 2), digits+letters, 7)
	}
}

func code(random *rand.Rand, prefix, alphabet string, n int) string {
	text := []byte(prefix)
	for range n {
		text = append(text, alphabet[random.IntN(len(alphabet))])
	}
	return string(text)
}

func day(year int, random *rand.Rand) time.Time {
	return time.Date(year, time.Month(1+random.IntN(12)), 1+random.IntN(28), 0, 0, 0, 0, time.UTC)
}

func pick[T any](random *rand.Rand, list []T) T { return list[random.IntN(len(list))] }

// spaced replaces the points that keep a name of several words together in the lists above.
func spaced(name string) string { return strings.ReplaceAll(name, "·", " ") }
