package passport_test

import (
	"strings"
	"time"

	"github.com/stile-id/stile/methods/document/mrz"
)

// zoneOf returns a zone of Utopia with other dates.
func zoneOf(birth, expiry mrz.Date) string {
	lines, err := mrz.Fields{
		Format: mrz.TD3, Code: "P", Issuer: "UTO", Nationality: "UTO", Number: "L898902C3", Birth: birth, Expiry: expiry,
		Sex: "F", Surname: "ERIKSSON", GivenNames: "ANNA MARIA", Optional: []string{""},
	}.Lines()
	if err != nil {
		panic(err)
	}
	return strings.Join(lines, "")
}

var (
	valid       = mrz.DateOf(2032, time.April, 15)
	expiredZone = zoneOf(mrz.DateOf(1974, time.August, 12), mrz.DateOf(2026, time.May, 30))
	// youngZone has a birth date 21 years before the next day.
	youngZone   = zoneOf(mrz.DateOf(2005, time.June, 2), valid)
	unknownZone = zoneOf(mrz.Date{Year: mrz.Unknown, Month: mrz.Unknown, Day: mrz.Unknown}, valid)
)
