package geo_test

import (
	"net/netip"
	"path/filepath"
	"testing"

	"github.com/maxmind/mmdbwriter/mmdbtype"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/geo"
	"github.com/stile-id/stile/internal/geotest"
	"github.com/stile-id/stile/rules"
)

func opened(t *testing.T, content []byte) *geo.Locator {
	t.Helper()
	l, err := geo.Open(geo.Options{Path: geotest.Saved(t, content)})
	require.NoError(t, err)
	return l
}

func TestJurisdictionOfAnAddress(t *testing.T) {
	t.Parallel()
	registered := geotest.Record{"registered_country": geotest.Code("SE")}
	abroad := geotest.In("NO")
	abroad["registered_country"] = geotest.Code("SE")
	unplaced := geotest.In("EU")
	unplaced["registered_country"] = geotest.Code("SE")
	nameless := geotest.In("FR")
	nameless["subdivisions"] = mmdbtype.Slice{geotest.Record{"names": geotest.Record{"en": mmdbtype.String("Brittany")}}}
	l := opened(t, geotest.File(t, geotest.Networks{
		"198.51.100.0/24": geotest.In("US", "CA", "XYZ"),
		"203.0.113.0/28":  geotest.In("DE"),
		"203.0.113.16/28": registered,
		"203.0.113.32/28": abroad,
		"203.0.113.48/28": unplaced,
		"203.0.113.64/28": geotest.In("GB", "ENGLAND"),
		"203.0.113.80/28": nameless,
		"203.0.113.96/28": geotest.In("XX", "CA"),
		"203.0.113.112/28": geotest.Record{
			"continent": geotest.Record{"code": mmdbtype.String("EU")},
		},
		"2001:db8:1::/48": geotest.In("AT", "9"),
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

func TestFileOfIPv4Only(t *testing.T) {
	t.Parallel()
	l := opened(t, geotest.FileOfIPv4(t, geotest.Networks{"198.51.100.0/24": geotest.In("US")}))
	for address, want := range map[string]rules.Jurisdiction{
		"198.51.100.7": "US", "::ffff:198.51.100.7": "US", "2001:db8::1": "",
	} {
		got, ok := l.Locate(netip.MustParseAddr(address))
		require.Equal(t, want, got, address)
		require.Equal(t, want != "", ok, address)
	}
}

func TestOpenRefusesBrokenFiles(t *testing.T) {
	t.Parallel()
	sound := geotest.File(t, geotest.Networks{"198.51.100.0/24": geotest.In("US")})
	for why, path := range map[string]string{
		"missing":          filepath.Join(t.TempDir(), "none.mmdb"),
		"a folder":         t.TempDir(),
		"empty":            geotest.Saved(t, nil),
		"of text":          geotest.Saved(t, []byte("country,code")),
		"cut short":        geotest.Saved(t, sound[:len(sound)/2]),
		"cut at the front": geotest.Saved(t, sound[len(sound)/2:]),
		"of owners": geotest.Saved(t, geotest.File(t, geotest.Networks{
			"198.51.100.0/24": geotest.Record{"autonomous_system_number": mmdbtype.Uint32(64500)},
		})),
		"of another shape": geotest.Saved(t, geotest.File(t, geotest.Networks{
			"198.51.100.0/24": geotest.Record{"country": mmdbtype.String("US")},
		})),
		"of no networks": geotest.Saved(t, geotest.File(t, nil)),
	} {
		_, err := geo.Open(geo.Options{Path: path})
		require.ErrorContains(t, err, path, why)
	}
}
