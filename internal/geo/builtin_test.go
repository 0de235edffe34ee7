package geo_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/maxmind/mmdbwriter/mmdbtype"
	"github.com/oschwald/maxminddb-golang/v2"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/geo"
	"github.com/stile-id/stile/internal/geotest"
	"github.com/stile-id/stile/rules"
)

func TestBuiltInFileKnowsCountries(t *testing.T) {
	t.Parallel()
	countries, err := geo.BuiltIn()
	require.NoError(t, err)
	require.Greater(t, countries.Built().Year(), 2025)
	for address, want := range map[string]rules.Jurisdiction{
		"8.8.8.8":               "US",
		"::ffff:8.8.8.8":        "US",
		"2001:4860:4860::8888":  "US",
		"193.0.6.139":           "NL", // RIPE
		"2001:67c:2e8:22::c100": "NL",
		"200.160.2.3":           "BR", // registro.br
		"136.145.1.1":           "PR", // University of Puerto Rico: a country of its own, as in the law data
		"168.123.1.1":           "GU", // University of Guam
		"127.0.0.1":             "",
		"10.0.0.1":              "",
		"192.168.0.1":           "",
		"169.254.0.1":           "",
		"192.0.2.1":             "",
		"198.51.100.7":          "",
		"203.0.113.9":           "",
		"::1":                   "",
		"fe80::1":               "",
		"fd00::1":               "",
		"2001:db8::1":           "",
	} {
		got, ok := countries.Locate(netip.MustParseAddr(address))
		require.Equal(t, want, got, address)
		require.Equal(t, want != "", ok, address)
	}
	_, ok := countries.Locate(netip.Addr{})
	require.False(t, ok, "no address is nowhere")
}

// TestBuiltInFileIsTheDocumentedOne compares the file with its note and requires that its networks have countries only.
func TestBuiltInFileIsTheDocumentedOne(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("data/country.mmdb")
	require.NoError(t, err)
	note, err := os.ReadFile("data/country.md")
	require.NoError(t, err)
	sum := sha256.Sum256(content)
	require.Contains(t, string(note), hex.EncodeToString(sum[:]))
	for _, licence := range []string{
		"data/country.LICENSE", "data/subdivisions.LICENSE", "../../rules/subdivisions.LICENSE",
	} {
		text, err := os.ReadFile(licence)
		require.NoError(t, err)
		require.NotEmpty(t, bytes.TrimSpace(text))
	}
	reader, err := maxminddb.OpenBytes(content)
	require.NoError(t, err)
	codes := map[string]int{}
	for network := range reader.Networks() {
		var record struct {
			Country string `maxminddb:"country_code"`
		}
		require.NoError(t, network.Decode(&record))
		codes[record.Country]++
	}
	for code, networks := range codes {
		if _, known := rules.JurisdictionIn(code, ""); !known {
			require.Equal(t, "AN", code, "the Netherlands Antilles, dissolved in 2010, are unknown")
			require.Less(t, networks, 10)
		}
	}
	require.Greater(t, len(codes), 240)
}

// flat returns a record in the form of ip-location-db's DB-IP Lite.
func flat(country, state string) geotest.Record {
	return geotest.Record{
		"country_code": mmdbtype.String(country), "state1": mmdbtype.String(state), "state2": mmdbtype.String(""),
		"city": mmdbtype.String("Springfield"),
	}
}

func TestStatesAreRecognisedByName(t *testing.T) {
	t.Parallel()
	for want, record := range map[rules.Jurisdiction]geotest.Record{
		"US-CA": flat("US", "California"), "US-DC": flat("US", "District of Columbia"), "US-WA": flat("US", "Washington"),
		"CA-QC": flat("CA", "Québec"), "BR-SP": flat("BR", "Sao Paulo"), "BR-DF": flat("BR", "Federal District"),
		"AU-ACT": flat("AU", "ACT"), "AU-NSW": flat("AU", "New South Wales"), "GB-SCT": flat("GB", "Scotland"),
		"US-NY": flat("us", "new york"),
		"PR":    flat("PR", "San Juan"), "DE": flat("DE", "Bavaria"), "US": flat("US", "Atlantis"), "FR": flat("FR", ""),
		"CA": flat("CA", "California"), "": flat("ZZ", "California"),
	} {
		got, ok := opened(t, geotest.File(t, geotest.Networks{
			"198.51.100.0/24": record, "203.0.113.0/24": geotest.In("DE"),
		})).Locate(user)
		require.Equal(t, want, got)
		require.Equal(t, want != "", ok)
	}
}

// Each code of the file of names must be a subdivision, so this test needs no list of its own.
func TestEveryStateHasItsName(t *testing.T) {
	t.Parallel()
	lines, err := os.ReadFile("data/subdivisions.txt")
	require.NoError(t, err)
	count := map[string]int{}
	for line := range strings.Lines(string(lines)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		code, _, _ := strings.Cut(line, " ")
		j, ok := rules.ParseJurisdiction(code)
		require.True(t, ok && string(j) == code, code)
		count[string(j.Country())]++
	}
	require.Equal(t, map[string]int{"AU": 8, "BR": 27, "CA": 13, "GB": 4, "US": 52}, count, "DC has two names")
}

func TestFirstFileWithTheAddressDecides(t *testing.T) {
	t.Parallel()
	four := opened(t, geotest.FileOfIPv4(t, geotest.Networks{"198.51.100.0/24": geotest.In("US", "CA")}))
	six := opened(
		t,
		geotest.File(t, geotest.Networks{"198.51.0.0/16": geotest.In("DE"), "2001:db8::/32": geotest.In("FR")}),
	)
	files := geo.Files{four, six}
	for address, want := range map[string]rules.Jurisdiction{
		"198.51.100.7": "US-CA", "198.51.101.7": "DE", "2001:db8::1": "FR", "2001:dead::1": "", "192.0.2.1": "",
	} {
		got, ok := files.Locate(netip.MustParseAddr(address))
		require.Equal(t, want, got, address)
		require.Equal(t, want != "", ok, address)
	}
}
