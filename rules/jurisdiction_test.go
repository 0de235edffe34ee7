package rules_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
)

func TestParseJurisdiction(t *testing.T) {
	t.Parallel()
	accepted := []struct{ in, want, country string }{
		{"US", "US", "US"},
		{"us", "US", "US"},
		{"US-CA", "US-CA", "US"},
		{"us-cA", "US-CA", "US"},
		{"DE", "DE", "DE"},
		{"GB-ENG", "GB-ENG", "GB"},
		{"FR-2A", "FR-2A", "FR"},
		{"AT-9", "AT-9", "AT"},
		{"XK", "XK", "XK"},
		{"BR-SP", "BR-SP", "BR"},
		{"fr-75", "FR-75C", "FR"},
		{"CN-11", "CN-BJ", "CN"},
		{"US-PR", "PR", "PR"},
		{"FR-GF", "GF", "GF"},
	}
	for _, c := range accepted {
		got, ok := rules.ParseJurisdiction(c.in)
		require.True(t, ok, c.in)
		require.Equal(t, c.want, string(got))
		require.Equal(t, c.country, string(got.Country()))
	}
}

func TestParseJurisdictionRefuses(t *testing.T) {
	t.Parallel()
	refused := []struct{ why, in string }{
		{"empty", ""},
		{"alpha-3", "USA"},
		{"numeric", "840"},
		{"two digits", "84"},
		{"one letter", "U"},
		{"no such country", "ZZ"},
		{"private use", "XX"},
		{"a region, not a country", "EU"},
		{"the euro zone", "EZ"},
		{"not the ISO code of Britain", "UK"},
		{"withdrawn, with a successor", "DD"},
		{"withdrawn, without one", "YU"},
		{"exceptionally reserved", "IC"},
		{"no such state", "US-ZZ"},
		{"no such state, lower case", "us-zz"},
		{"a subdivision of another country", "DE-CA"},
		{"a country without such a subdivision", "XK-1"},
		{"a comment of the list", "#-IS"},
		{"empty subdivision", "US-"},
		{"long subdivision", "US-CALI"},
		{"second subdivision", "US-CA-1"},
		{"only a subdivision", "-CA"},
		{"underscore", "US_CA"},
		{"surrounding space", " US"},
		{"space within", "US-C A"},
		{"not ASCII, yet upper case makes it so", "\u017fe"},
		{"dotless i", "\u0131t"},
		{"not ASCII in the subdivision", "US-é"},
	}
	for _, c := range refused {
		_, ok := rules.ParseJurisdiction(c.in)
		require.False(t, ok, c.why)
	}
}

func TestJurisdictionIn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ country, subdivision, want string }{
		{"US", "CA", "US-CA"},
		{"us", "ca", "US-CA"},
		{"AT", "9", "AT-9"},
		{"US", "", "US"},
		{"US", "California", "US"},
		{"US", "C A", "US"},
		{"US", "CA-1", "US"},
		{"US", "ZZ", "US"},
		{"US", "PR", "PR"},
		{"PR", "", "PR"},
		{"", "CA", ""},
		{"XX", "", ""},
		{"XX", "CA", ""},
		{"ZZ", "", ""},
		{"T1", "", ""},
		{"EU", "", ""},
		{"US-CA", "", ""},
		{"US-CA", "NY", ""},
	} {
		got, ok := rules.JurisdictionIn(c.country, c.subdivision)
		require.Equal(t, c.want, string(got), "%+v", c)
		require.Equal(t, c.want != "", ok, "%+v", c)
	}
}

func TestJurisdictionsDiffer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		one, other rules.Jurisdiction
		want       bool
	}{
		{"US", "US", false},
		{"US-CA", "US-CA", false},
		{"US", "US-CA", false},
		{"US", "DE", true},
		{"US-CA", "US-OR", true},
		{"US-CA", "DE", true},
		{"US-CA", "CA", true},
		{"US-BY", "DE-BY", true},
	} {
		require.Equal(t, c.want, c.one.Differs(c.other), "%+v", c)
		require.Equal(t, c.want, c.other.Differs(c.one), "%+v", c)
	}
}

// TestEveryCountry expects the 249 countries of ISO 3166-1, and Kosovo.
func TestEveryCountry(t *testing.T) {
	t.Parallel()
	count := 0
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			if _, ok := rules.ParseJurisdiction(string([]rune{a, b})); ok {
				count++
			}
		}
	}
	require.Equal(t, 250, count)
}

// TestEverySubdivisionIsOfACountry checks that each code belongs to a known
// country, and that each replacement is in use.
func TestEverySubdivisionIsOfACountry(t *testing.T) {
	t.Parallel()
	lines, err := os.ReadFile("subdivisions.txt")
	require.NoError(t, err)
	count := 0
	for line := range strings.Lines(string(lines)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		count++
		code := strings.Fields(line)[0]
		inUse, ok := rules.ParseJurisdiction(code)
		require.True(t, ok, code)
		again, ok := rules.ParseJurisdiction(string(inUse))
		require.True(t, ok, inUse)
		require.Equal(t, inUse, again)
	}
	require.Greater(t, count, 5000)
}
