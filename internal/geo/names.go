package geo

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/stile-id/stile/rules"
)

// nameLines has one subdivision and its name per line. scripts/update-subdivisions writes it.
//
//go:embed data/subdivisions.txt
var nameLines string

// named is a subdivision in a file without codes: its country, and its name in lower case without accents.
type named struct{ country, name string }

var subdivisionsByName = sync.OnceValue(func() map[named]string {
	codes := map[named]string{}
	for line := range strings.Lines(nameLines) {
		code, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if country, subdivision, divided := strings.Cut(code, "-"); ok && divided {
			codes[named{country, name}] = subdivision
		}
	}
	return codes
})

// inState returns the jurisdiction of a country and the name, or code, of one of its subdivisions. Names are known for
// Australia, Brazil, Canada, the United Kingdom and the United States; elsewhere, and for an unknown name, it is the
// country.
func inState(country, state string) (rules.Jurisdiction, bool) {
	if code, known := subdivisionsByName()[named{strings.ToUpper(country), plain(state)}]; known {
		state = code
	}
	return rules.JurisdictionIn(country, state)
}

// plain returns the name in lower case without accents.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(name))
}
