package rules

import (
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// Jurisdiction is a market in upper case: an ISO 3166-1 alpha-2 country ("DE")
// or an ISO 3166-2 subdivision ("US-CA"). Use [ParseJurisdiction] for text from
// outside.
type Jurisdiction string

// notCountries are two-letter codes that the language tables list as countries,
// although ISO 3166-1 only reserves them or has withdrawn them. Kosovo's
// user-assigned XK counts as a country, because location databases return it.
var notCountries = []string{
	"AC", "AN", "CP", "CQ", "CS", "DG", "EA", "EZ", "FQ", "IC", "NT", "PC", "SU", "TA", "UN", "YU",
}

// ParseJurisdiction reads the code of a country or subdivision in either case
// and returns it in upper case. It returns false for a country or a subdivision
// that does not exist. A withdrawn code gives its successor (CN-BJ for CN-11),
// and a subdivision that ISO 3166-1 also lists as a country gives the country
// (PR for US-PR).
func ParseJurisdiction(s string) (Jurisdiction, bool) {
	country, subdivision, divided := strings.Cut(s, "-")
	if len(country) != 2 || !alphanumeric(country) || !isCountry(strings.ToUpper(country)) {
		return "", false
	}
	if !divided {
		return Jurisdiction(strings.ToUpper(country)), true
	}
	if len(subdivision) < 1 || len(subdivision) > 3 || !alphanumeric(subdivision) {
		return "", false
	}
	inUse, exists := subdivisions()[Jurisdiction(strings.ToUpper(s))]
	return inUse, exists
}

// JurisdictionIn joins a country and a subdivision from a location file or a
// CDN. It returns the country alone if the subdivision is unknown, and false if
// the country is.
func JurisdictionIn(country, subdivision string) (Jurisdiction, bool) {
	whole, ok := ParseJurisdiction(country)
	if !ok || whole != whole.Country() {
		return "", false
	}
	if part, ok := ParseJurisdiction(country + "-" + subdivision); ok {
		return part, true
	}
	return whole, true
}

// Country returns the country of j: "US" for "US-CA", j itself for a country.
func (j Jurisdiction) Country() Jurisdiction {
	country, _, _ := strings.Cut(string(j), "-")
	return Jurisdiction(country)
}

// Differs reports whether j and other exclude each other. A country and one of
// its subdivisions do not: the country is the less exact answer.
func (j Jurisdiction) Differs(other Jurisdiction) bool {
	return j != other && j != other.Country() && other != j.Country()
}

// isCountry takes two upper-case letters. A code that redirects to its successor
// (UK, DD, ZR) is not a country.
func isCountry(code string) bool {
	region, err := language.ParseRegion(code)
	if err != nil || !region.IsCountry() || region.Canonicalize() != region {
		return false
	}
	return region.String() == code && !slices.Contains(notCountries, code)
}

// alphanumeric accepts ASCII only, so that changing the case afterwards cannot
// change the text in any other way.
func alphanumeric(s string) bool {
	for _, c := range []byte(s) {
		switch {
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9':
		default:
			return false
		}
	}
	return true
}
