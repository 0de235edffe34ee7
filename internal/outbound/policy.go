package outbound

import (
	"context"
	"errors"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
)

// ErrForbidden means that a customer may not name the address.
var ErrForbidden = errors.New("the endpoint's address is not one that Stile may send to")

// Policy decides which addresses requests may reach: the public Internet, and the addresses that the operator allows.
type Policy struct {
	// Allow are prefixes outside the public Internet that requests may reach.
	Allow []netip.Prefix
	// Proxy, if set, receives every request. It then decides where a host name leads.
	Proxy *url.URL
}

// Loopback returns the loopback prefixes, for development and tests.
func Loopback() []netip.Prefix {
	return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
}

// forbidden are the networks outside the public Internet, and those that lead back from it (IANA's special-purpose
// registries; RFC 6890 and the RFCs that it lists).
var forbidden = prefixes(
	"0.0.0.0/8",        // this network
	"10.0.0.0/8",       // private
	"100.64.0.0/10",    // CGNAT; Alibaba's metadata at 100.100.100.200
	"127.0.0.0/8",      // loopback
	"168.63.129.16/32", // Azure's host
	"169.254.0.0/16",   // link-local; metadata of most clouds at 169.254.169.254
	"172.16.0.0/12",    // private
	"192.0.0.0/24",     // protocol assignments; Oracle's metadata at 192.0.0.192
	"192.0.2.0/24",     // documentation
	"192.88.99.0/24",   // 6to4 relays
	"192.168.0.0/16",   // private
	"198.18.0.0/15",    // benchmarks
	"198.51.100.0/24",  // documentation
	"203.0.113.0/24",   // documentation
	"224.0.0.0/4",      // multicast
	"240.0.0.0/4",      // reserved, broadcast
	"::/96",            // unspecified, loopback, IPv4-compatible
	"::ffff:0:0/96",    // IPv4-mapped
	"64:ff9b::/96",     // NAT64
	"64:ff9b:1::/48",   // NAT64, local
	"100::/64",         // discard
	"2001::/23",        // protocol assignments; Teredo
	"2001:db8::/32",    // documentation
	"2002::/16",        // 6to4
	"3fff::/20",        // documentation
	"5f00::/16",        // segment routing
	"fc00::/7",         // unique local; AWS's metadata at fd00:ec2::254
	"fe80::/10",        // link-local
	"fec0::/10",        // site-local
	"ff00::/8",         // multicast
)

func prefixes(texts ...string) []netip.Prefix {
	all := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		all[i] = netip.MustParsePrefix(text)
	}
	return all
}

// Check returns ErrForbidden if requests may not reach the address.
func (p Policy) Check(address netip.Addr) error {
	address = address.WithZone("")
	holds := func(prefix netip.Prefix) bool { return prefix.Contains(address) }
	if slices.ContainsFunc(p.Allow, holds) {
		return nil
	}
	if !IsPublic(address) {
		return ErrForbidden
	}
	return nil
}

// IsPublic reports whether an address belongs to the public Internet. The zero address does not.
func IsPublic(address netip.Addr) bool {
	address = address.WithZone("")
	return address.IsValid() && !slices.ContainsFunc(forbidden, func(p netip.Prefix) bool { return p.Contains(address) })
}

// CheckHost returns ErrForbidden if the host of a URL is an address that requests may not reach, or localhost while
// loopback is forbidden. Any other name passes: its addresses are checked at the dial.
func (p Policy) CheckHost(host string) error {
	if address, err := netip.ParseAddr(host); err == nil {
		return p.Check(address)
	}
	name := strings.TrimSuffix(strings.ToLower(host), ".")
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		if p.Check(netip.AddrFrom4([4]byte{127, 0, 0, 1})) != nil {
			return p.Check(netip.IPv6Loopback())
		}
	}
	return nil
}

// control checks each address at the dial, after its name has been resolved and before a packet is sent.
func (p Policy) control(_ context.Context, _, address string, _ syscall.RawConn) error {
	dialled, err := netip.ParseAddrPort(address)
	if err != nil {
		return ErrForbidden
	}
	return p.Check(dialled.Addr().Unmap())
}
