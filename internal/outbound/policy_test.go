package outbound_test

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/outbound"
)

func TestAddressesOutsideThePublicInternetAreForbidden(t *testing.T) {
	t.Parallel()
	for name, addresses := range map[string][]string{
		"this network":    {"0.0.0.0", "0.255.255.255"},
		"private":         {"10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0", "192.168.255.255"},
		"CGNAT":           {"100.64.0.0", "100.127.255.255"},
		"loopback":        {"127.0.0.1", "127.255.255.255", "::1"},
		"link-local":      {"169.254.0.0", "169.254.255.255", "fe80::1", "febf::1", "fe80::1%eth0"},
		"cloud metadata":  {"169.254.169.254", "100.100.100.200", "192.0.0.192", "168.63.129.16", "fd00:ec2::254"},
		"documentation":   {"192.0.2.1", "198.51.100.1", "203.0.113.255", "2001:db8::1", "3fff::1"},
		"benchmarks":      {"198.18.0.0", "198.19.255.255"},
		"multicast":       {"224.0.0.1", "239.255.255.255", "ff02::1"},
		"reserved":        {"240.0.0.0", "255.255.255.255"},
		"unspecified":     {"::"},
		"IPv4-mapped":     {"::ffff:8.8.8.8", "::ffff:127.0.0.1"},
		"IPv4-compatible": {"::7f00:1"},
		"NAT64":           {"64:ff9b::808:808", "64:ff9b:1::1"},
		"Teredo":          {"2001::1"},
		"6to4":            {"2002:7f00:1::", "192.88.99.1"},
		"unique local":    {"fc00::1", "fdff::1"},
		"site-local":      {"fec0::1"},
		"discard":         {"100::1"},
	} {
		for _, address := range addresses {
			require.ErrorIs(
				t,
				outbound.Policy{}.Check(netip.MustParseAddr(address)),
				outbound.ErrForbidden,
				"%s: %s",
				name,
				address,
			)
			require.ErrorIs(t, outbound.Policy{}.CheckHost(address), outbound.ErrForbidden, "%s: %s", name, address)
		}
	}
	require.ErrorIs(t, outbound.Policy{}.Check(netip.Addr{}), outbound.ErrForbidden)
}

func TestPublicAddressesAreAllowed(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"1.0.0.0", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
		"169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "198.17.255.255",
		"198.20.0.0", "223.255.255.255", "2001:200::", "2606:4700:4700::1111", "2a00:1450::", "64:ff9c::",
	} {
		require.NoError(t, outbound.Policy{}.Check(netip.MustParseAddr(address)), address)
		require.NoError(t, outbound.Policy{}.CheckHost(address), address)
	}
	require.NoError(t, outbound.Policy{}.CheckHost("shop.example"), "what a name leads to is seen when it is dialled")
	for _, host := range []string{"localhost", "LOCALHOST.", "api.localhost"} {
		require.ErrorIs(t, outbound.Policy{}.CheckHost(host), outbound.ErrForbidden, "a name that means loopback")
		require.NoError(t, outbound.Policy{Allow: outbound.Loopback()}.CheckHost(host))
		require.NoError(t, outbound.Policy{Allow: outbound.Loopback()[:1]}.CheckHost(host), "one of its addresses")
	}
}

func TestOperatorMayAllowPrefixes(t *testing.T) {
	t.Parallel()
	p := outbound.Policy{Allow: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}}
	require.NoError(t, p.CheckHost("10.1.255.255"))
	require.ErrorIs(t, p.CheckHost("10.2.0.0"), outbound.ErrForbidden)
	require.ErrorIs(t, p.CheckHost("::ffff:10.1.0.1"), outbound.ErrForbidden, "as what it is written")
}
