package geo_test

import (
	"bytes"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/geo"
	"github.com/stile-id/stile/rules"
)

type (
	// networks is the content of a file: a record per CIDR.
	networks map[string]mmdbtype.DataType
	obj      = mmdbtype.Map
)

func code(iso string) obj { return obj{"iso_code": mmdbtype.String(iso)} }

// in is a record as GeoLite2-City and GeoIP2-Country have them.
func in(country string, subdivisions ...string) obj {
	record := obj{"continent": obj{"code": mmdbtype.String("EU")}, "country": code(country)}
	parts := mmdbtype.Slice{}
	for _, subdivision := range subdivisions {
		parts = append(parts, code(subdivision))
	}
	if len(parts) > 0 {
		record["subdivisions"] = parts
	}
	return record
}

// file is a file in MaxMind's format, for IPv6 too unless the version says otherwise.
func file(t *testing.T, content networks, version ...int) []byte {
	t.Helper()
	options := mmdbwriter.Options{DatabaseType: "Test-City", RecordSize: 24, IncludeReservedNetworks: true}
	if len(version) > 0 {
		options.IPVersion = version[0]
	}
	tree, err := mmdbwriter.New(options)
	require.NoError(t, err)
	for cidr, record := range content {
		_, network, err := net.ParseCIDR(cidr)
		require.NoError(t, err)
		require.NoError(t, tree.Insert(network, record))
	}
	var out bytes.Buffer
	_, err = tree.WriteTo(&out)
	require.NoError(t, err)
	return out.Bytes()
}

func saved(t *testing.T, content []byte) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "places.mmdb")
	require.NoError(t, os.WriteFile(path, content, 0o600))
	return path
}

func opened(t *testing.T, content []byte) *geo.Locator {
	t.Helper()
	l, err := geo.Open(geo.Options{Path: saved(t, content)})
	require.NoError(t, err)
	return l
}

func TestWhereAddressesAre(t *testing.T) {
	t.Parallel()
	registered := obj{"registered_country": code("SE")}
	abroad := in("NO")
	abroad["registered_country"] = code("SE")
	unplaced := in("EU")
	unplaced["registered_country"] = code("SE")
	nameless := in("FR")
	nameless["subdivisions"] = mmdbtype.Slice{obj{"names": obj{"en": mmdbtype.String("Brittany")}}}
	l := opened(t, file(t, networks{
		"198.51.100.0/24": in("US", "CA", "XYZ"),
		"203.0.113.0/28":  in("DE"),
		"203.0.113.16/28": registered,
		"203.0.113.32/28": abroad,
		"203.0.113.48/28": unplaced,
		"203.0.113.64/28": in("GB", "ENGLAND"),
		"203.0.113.80/28": nameless,
		"203.0.113.96/28": in("XX", "CA"),
		"203.0.113.112/28": obj{
			"continent": obj{"code": mmdbtype.String("EU")},
		},
		"2001:db8:1::/48": in("AT", "9"),
	}))
	for _, c := range []struct{ why, address, want string }{
		{"the first subdivision counts", "198.51.100.7", "US-CA"},
		{"a country alone", "203.0.113.1", "DE"},
		{"registered there, and nothing else known", "203.0.113.17", "SE"},
		{"registered there, used elsewhere", "203.0.113.33", "NO"},
		{"used somewhere that is no country", "203.0.113.49", ""},
		{"a subdivision that is no code", "203.0.113.65", "GB"},
		{"a subdivision without a code, as DB-IP Lite has them", "203.0.113.81", "FR"},
		{"no country", "203.0.113.97", ""},
		{"a continent alone", "203.0.113.113", ""},
		{"not in the file", "192.0.2.1", ""},
		{"IPv6", "2001:db8:1::9", "AT-9"},
		{"IPv6, with a zone", "2001:db8:1::9%eth0", "AT-9"},
		{"IPv6, not in the file", "2001:db8:2::9", ""},
		{"IPv4 in IPv6", "::ffff:198.51.100.7", "US-CA"},
		{"private", "10.0.0.1", ""},
	} {
		got, ok := l.Locate(netip.MustParseAddr(c.address))
		require.Equal(t, rules.Jurisdiction(c.want), got, c.why)
		require.Equal(t, c.want != "", ok, c.why)
	}
	_, ok := l.Locate(netip.Addr{})
	require.False(t, ok, "no address is nowhere")
}

func TestAFileOfIPv4Alone(t *testing.T) {
	t.Parallel()
	l := opened(t, file(t, networks{"198.51.100.0/24": in("US")}, 4))
	for address, want := range map[string]rules.Jurisdiction{
		"198.51.100.7": "US", "::ffff:198.51.100.7": "US", "2001:db8::1": "",
	} {
		got, ok := l.Locate(netip.MustParseAddr(address))
		require.Equal(t, want, got, address)
		require.Equal(t, want != "", ok, address)
	}
}

func TestWhatCannotBeOpened(t *testing.T) {
	t.Parallel()
	sound := file(t, networks{"198.51.100.0/24": in("US")})
	for why, path := range map[string]string{
		"missing":          filepath.Join(t.TempDir(), "none.mmdb"),
		"a folder":         t.TempDir(),
		"empty":            saved(t, nil),
		"of text":          saved(t, []byte("country,code")),
		"cut short":        saved(t, sound[:len(sound)/2]),
		"cut at the front": saved(t, sound[len(sound)/2:]),
		"of owners": saved(t, file(t, networks{
			"198.51.100.0/24": obj{"autonomous_system_number": mmdbtype.Uint32(64500)},
		})),
		"of another shape": saved(t, file(t, networks{"198.51.100.0/24": obj{"country": mmdbtype.String("US")}})),
		"of no networks":   saved(t, file(t, nil)),
	} {
		_, err := geo.Open(geo.Options{Path: path})
		require.ErrorContains(t, err, path, why)
	}
}
