package signals_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/maxmind/mmdbwriter/mmdbtype"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/geotest"
	"github.com/stile-id/stile/internal/signals"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/rules/risk"
)

func opened(t *testing.T, o signals.Options) *signals.Sources {
	t.Helper()
	s, err := signals.Open(o)
	require.NoError(t, err)
	return s
}

func networksOf(s *signals.Sources, address string) []risk.Network {
	return s.Networks(netip.MustParseAddr(address))
}

func TestBuiltInListKnowsHosters(t *testing.T) {
	t.Parallel()
	s := opened(t, signals.Options{})
	hosting := []risk.Network{risk.Hosting}
	for address, want := range map[string][]risk.Network{
		"3.5.140.2":       hosting, // Amazon
		"::ffff:3.5.0.1":  hosting,
		"167.99.0.1":      hosting, // DigitalOcean
		"95.216.0.1":      hosting, // Hetzner
		"2a01:4f8::1":     hosting,
		"51.15.0.1":       hosting, // Scaleway
		"8.8.8.8":         nil,     // Google, not its cloud
		"1.1.1.1":         nil,     // Cloudflare: people browse from its networks
		"73.0.0.1":        nil,     // Comcast
		"2003::1":         nil,     // Telekom
		"127.0.0.1":       nil,
		"10.0.0.1":        nil,
		"255.255.255.255": nil,
		"::":              nil,
	} {
		require.Equal(t, want, networksOf(s, address), address)
	}
	require.Nil(t, s.Networks(netip.Addr{}))
}

func TestDataIsTheDocumentedOne(t *testing.T) {
	t.Parallel()
	note, err := os.ReadFile("data/README.md")
	require.NoError(t, err)
	for _, name := range []string{"disposable.txt", "hosting.txt"} {
		content, err := os.ReadFile("data/" + name)
		require.NoError(t, err)
		sum := sha256.Sum256(content)
		require.Contains(t, string(note), hex.EncodeToString(sum[:]), name)
	}
	for _, licence := range []string{"data/disposable.LICENSE", "data/hosting.LICENSE"} {
		text, err := os.ReadFile(licence)
		require.NoError(t, err)
		require.NotEmpty(t, bytes.TrimSpace(text))
	}
	listed, err := os.ReadFile("data/hosting_asns.txt")
	require.NoError(t, err)
	for line := range strings.Lines(string(listed)) {
		if !strings.HasPrefix(line, "#") {
			require.Regexp(t, `^[1-9][0-9]* \S+ https://\S+\n$`, line)
		}
	}
}

// folder is a folder with lists of networks.
func folder(t *testing.T, lists map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range lists {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

func TestOperatorsListsAddNetworks(t *testing.T) {
	t.Parallel()
	s := opened(t, signals.Options{NetworksDir: folder(t, map[string]string{
		"tor.txt":     "# exits of today\n198.51.100.7\n2001:db8::7 # one\n\n",
		"proxy.txt":   "198.51.100.0/24\r\n198.51.100.128/25\n192.0.2.0/24\n",
		"hosting.txt": "192.0.2.5/32",
		"README.md":   "Ask Ada.",
	})})
	for address, want := range map[string][]risk.Network{
		"198.51.100.7": {risk.Proxy, risk.Tor}, "198.51.100.255": {risk.Proxy}, "198.51.101.0": nil,
		"192.0.2.5": {risk.Hosting, risk.Proxy}, "192.0.1.255": nil, "2001:db8::7": {risk.Tor}, "2001:db8::8": nil,
		"167.99.0.1": {risk.Hosting},
	} {
		require.Equal(t, want, networksOf(s, address), address)
	}
}

func TestFaultyListsAreRefused(t *testing.T) {
	t.Parallel()
	for want, lists := range map[string]map[string]string{
		"vpn.txt: line 2 must be a network": {"vpn.txt": "192.0.2.0/24\n192.0.2.0/33\n"},
		"tor.txt: line 1 must be a network": {"tor.txt": "example.com\n"},
		"tors.txt: a list of networks must": {"tors.txt": "192.0.2.0/24\n"},
	} {
		_, err := signals.Open(signals.Options{NetworksDir: folder(t, lists)})
		require.ErrorContains(t, err, want)
	}
	_, err := signals.Open(signals.Options{NetworksDir: filepath.Join(t.TempDir(), "none")})
	require.ErrorContains(t, err, "none")
}

// A list may appear, change, break and go while the process runs.
func TestListsAreFollowed(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	clock := testkit.NewClock()
	dir := t.TempDir()
	path := filepath.Join(dir, "tor.txt")
	s := opened(t, signals.Options{
		NetworksDir: dir, Now: clock.Now, Log: slog.New(slog.NewTextHandler(&log, nil)),
	})
	later := func(want ...risk.Network) {
		t.Helper()
		for range 2 {
			clock.Advance(5 * time.Second)
			networksOf(s, "198.51.100.7")
		}
		require.Equal(t, want, networksOf(s, "198.51.100.7"))
	}
	later()
	require.Empty(t, log.String(), "a list may be missing")
	geotest.Replace(t, path, []byte("198.51.100.7\n"))
	later(risk.Tor)
	geotest.Replace(t, path, []byte("198.51.100.8\n"))
	later()
	geotest.Replace(t, path, []byte("198.51.100.0/24\n"))
	later(risk.Tor)
	geotest.Replace(t, path, []byte("<html>\n"))
	later(risk.Tor)
	require.NoError(t, os.Remove(path))
	later(risk.Tor)
	require.Equal(t, 2, strings.Count(log.String(), "level=WARN"), log.String())
	require.NotContains(t, log.String(), "198.51.100.7")
}

func TestSystemsAreLookedUpInAnASNFile(t *testing.T) {
	t.Parallel()
	as := func(number uint32) geotest.Record {
		return geotest.Record{"autonomous_system_number": mmdbtype.Uint32(number)}
	}
	path := geotest.Saved(t, geotest.File(t, geotest.Networks{
		"198.51.100.0/25": as(14061), "198.51.100.128/25": as(7922), "2001:db8::/32": as(24940),
	}))
	s := opened(t, signals.Options{ASNFile: path})
	for address, want := range map[string][]risk.Network{
		"198.51.100.7": {risk.Hosting}, "198.51.100.200": nil, "2001:db8::1": {risk.Hosting},
		"167.99.0.1": nil, // the built-in list is not used
	} {
		require.Equal(t, want, networksOf(s, address), address)
	}
	countries := geotest.Saved(t, geotest.File(t, geotest.Networks{"198.51.100.0/24": geotest.In("DE")}))
	_, err := signals.Open(signals.Options{ASNFile: countries})
	require.ErrorContains(t, err, "no autonomous systems")
	_, err = signals.Open(signals.Options{ASNFile: "none.mmdb"})
	require.ErrorContains(t, err, "none.mmdb")
}

func TestDisposableDomains(t *testing.T) {
	t.Parallel()
	s := opened(t, signals.Options{})
	for address, want := range map[string]bool{
		"ada@mailinator.com": true, "ada@mx.mailinator.com": true, "ada@yopmail.com": true, "ada@mailinator.example": false,
		"ada@gmail.com": false, "ada@icloud.com": false, "ada@example.com": false, "ada@com": false,
	} {
		require.Equal(t, want, s.Email(t.Context(), address).Disposable, address)
	}
}

func TestPhoneNumbersAreJudgedByTheirPlans(t *testing.T) {
	t.Parallel()
	s := opened(t, signals.Options{})
	for number, want := range map[string]risk.Phone{
		"+14155552671":   {Country: "US"},
		"+16135550123":   {Country: "CA"},
		"+17872345678":   {Country: "PR"},
		"+491711234567":  {Country: "DE"},
		"+447400123456":  {Country: "GB"},
		"+445612345678":  {Country: "GB", VoIP: true},
		"+33939012345":   {Country: "FR", VoIP: true},
		"+18002345678":   {Country: "US", Service: true}, // toll free
		"+19002345678":   {Country: "US", Service: true}, // premium rate
		"+447640123456":  {Country: "GB", Service: true}, // a pager
		"+80012345678":   {Service: true},                // of no country
		"+11234567890":   {Invalid: true},
		"+4915":          {Invalid: true},
		"+9991234567":    {Invalid: true},
		"+1415555267100": {Invalid: true},
	} {
		require.Equal(t, want, s.Phone(number), number)
	}
}
