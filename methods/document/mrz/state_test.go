package mrz_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/language"

	"github.com/stile-id/stile/methods/document/mrz"
)

func TestCodesOfStates(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]mrz.State{
		"D":   {Code: "D", Kind: mrz.Country, Alpha2: "DE"},
		"DEU": {Code: "DEU", Kind: mrz.Country, Alpha2: "DE"},
		"FRA": {Code: "FRA", Kind: mrz.Country, Alpha2: "FR"},
		"GBN": {Code: "GBN", Kind: mrz.BritishNational, Alpha2: "GB", Name: "British National (Overseas)"},
		"XXB": {Code: "XXB", Kind: mrz.NoNationality, Name: "Refugee (Convention of 1951)"},
		"XOM": {Code: "XOM", Kind: mrz.Organization, Name: "Sovereign Military Order of Malta"},
		"RKS": {Code: "RKS", Kind: mrz.InUse, Alpha2: "XK", Name: "Kosovo"},
		"UTO": {Code: "UTO", Kind: mrz.Specimen, Name: "Utopia"},
	} {
		state, ok := mrz.StateOf(code)
		require.True(t, ok, code)
		require.Equal(t, want, state)
	}
	for _, code := range []string{"", "DE", "XYZ", "D<<", "fra"} {
		_, ok := mrz.StateOf(code)
		require.False(t, ok, code)
	}
}

func TestEveryCountryHasItsCode(t *testing.T) {
	t.Parallel()
	count := 0
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			alpha2 := string([]rune{a, b})
			code, ok := mrz.CountryCode(alpha2)
			if !ok {
				continue
			}
			count++
			if code != "D" {
				require.Equal(t, language.MustParseRegion(alpha2).ISO3(), code)
			}
			state, ok := mrz.StateOf(code)
			require.True(t, ok)
			require.Equal(t, alpha2, state.Alpha2)
		}
	}
	require.Equal(t, 249, count, "the countries and territories of ISO 3166-1")
}
