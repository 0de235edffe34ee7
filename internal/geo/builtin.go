package geo

import (
	_ "embed"
	"fmt"
	"net/netip"
	"time"

	"github.com/oschwald/maxminddb-golang/v2"

	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/rules"
)

// countryFile is read in place in the binary: only the pages that look-ups touch take memory. data/country.md names its
// source and licence; scripts/update-geo-country writes it.
//
//go:embed data/country.mmdb
var countryFile []byte

// Countries looks up addresses in the country file that is compiled into the program. It knows no subdivisions. It is
// safe for concurrent use.
type Countries struct{ reader *maxminddb.Reader }

// BuiltIn opens the compiled-in country file.
func BuiltIn() (*Countries, error) {
	reader, err := maxminddb.OpenBytes(countryFile)
	if err != nil {
		return nil, fmt.Errorf("the built-in country file: %w", err)
	}
	return &Countries{reader: reader}, nil
}

// Locate returns the country of an address. It returns false if the file does not know the address or the address is
// not public: the file has countries for some networks that are reserved for documentation.
func (c *Countries) Locate(address netip.Addr) (rules.Jurisdiction, bool) {
	if !outbound.IsPublic(address.Unmap()) {
		return "", false
	}
	return locate(c.reader, address)
}

// Built returns the build time of the file.
func (c *Countries) Built() time.Time { return c.reader.Metadata.BuildTime() }
