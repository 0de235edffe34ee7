package risk

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"

	"github.com/stile-id/stile/rules"
)

// zoneLines have a time zone and its country, languageLines a country and its languages. scripts/update-places writes
// them.
var (
	//go:embed timezones.txt
	zoneLines string
	//go:embed languages.txt
	languageLines string
)

// wordsByFirst returns the further words of each line by its first one, without comments.
func wordsByFirst(lines string) map[string][]string {
	words := map[string][]string{}
	for line := range strings.Lines(lines) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] != "#" {
			words[fields[0]] = fields[1:]
		}
	}
	return words
}

var (
	countryOfZone = sync.OnceValue(func() map[string][]string { return wordsByFirst(zoneLines) })
	languagesOf   = sync.OnceValue(func() map[string][]string { return wordsByFirst(languageLines) })
)

// deviceDiffers reports whether the device's time zone or languages are not those of the place of its address.
func deviceDiffers(signal Signal, e *Evidence) bool {
	if e.Place == "" {
		return false
	}
	if signal == TimeZoneMismatch {
		return zoneDiffers(e.TimeZone, e.Place.Country())
	}
	return languagesDiffer(e.Languages, e.Place.Country())
}

// zoneDiffers reports whether a time zone is that of another country. An unknown zone, such as UTC, is that of none.
func zoneDiffers(zone string, country rules.Jurisdiction) bool {
	at, found := countryOfZone()[zone]
	return found && at[0] != string(country)
}

// languagesDiffer reports whether none of the languages is spoken in the country. English counts as spoken everywhere,
// and a language with the country's region, such as fr-US, as spoken there.
func languagesDiffer(tags []string, country rules.Jurisdiction) bool {
	spoken, known := languagesOf()[string(country)]
	understood := 0
	for _, text := range tags {
		tag, err := language.Parse(text)
		if err != nil {
			continue
		}
		understood++
		base, _ := tag.Base()
		region, confidence := tag.Region()
		if base.String() == "en" || slices.Contains(spoken, base.String()) ||
			confidence == language.Exact && region.String() == string(country) {
			return false
		}
	}
	return known && understood > 0
}
