package geo

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/oschwald/maxminddb-golang/v2"

	"github.com/stile-id/stile/rules"
)

// probes is the number of networks searched for a country before the file is refused as one without places.
const probes = 10_000

// record holds the fields of a network that give its jurisdiction, in both layouts: MaxMind's with nested places, and
// the flat one of ip-location-db.
type record struct {
	Country           place   `maxminddb:"country"`
	RegisteredCountry place   `maxminddb:"registered_country"`
	Subdivisions      []place `maxminddb:"subdivisions"`

	CountryCode string `maxminddb:"country_code"`
	State       string `maxminddb:"state1"` // a name
}

type place struct {
	Code string `maxminddb:"iso_code"`
}

// jurisdiction returns the jurisdiction of the network. The country of registration counts only if no other is given.
func (r record) jurisdiction() (rules.Jurisdiction, bool) {
	switch {
	case r.CountryCode != "":
		return inState(r.CountryCode, r.State)
	case r.Country.Code == "":
		return rules.JurisdictionIn(r.RegisteredCountry.Code, "")
	case len(r.Subdivisions) == 0:
		return rules.JurisdictionIn(r.Country.Code, "")
	default:
		return rules.JurisdictionIn(r.Country.Code, r.Subdivisions[0].Code)
	}
}

// locate looks up an address. It returns false if the file does not know the address.
func locate(reader *maxminddb.Reader, address netip.Addr) (rules.Jurisdiction, bool) {
	var found record
	if err := reader.Lookup(address.Unmap()).Decode(&found); err != nil {
		return "", false // the error may name the address
	}
	return found.jurisdiction()
}

// Built returns the build time of the file.
func (l *Locator) Built() time.Time { return l.file.Value().Metadata.BuildTime() }

// read parses a file.
func read(content []byte) (*maxminddb.Reader, error) {
	reader, err := maxminddb.OpenBytes(content)
	if err != nil {
		return nil, err
	}
	if !holdsCountries(reader) {
		return nil, fmt.Errorf("a %q holds no countries that can be read", reader.Metadata.DatabaseType)
	}
	return reader, nil
}

// holdsCountries reports whether the file has places. In a sound file of another kind no look-up would find anything.
func holdsCountries(reader *maxminddb.Reader) bool {
	looked := 0
	for network := range reader.Networks() {
		var found record
		if network.Decode(&found) != nil {
			return false
		}
		if _, ok := found.jurisdiction(); ok {
			return true
		}
		if looked++; looked == probes {
			return false
		}
	}
	return false
}
