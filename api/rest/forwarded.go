package rest

import (
	"cmp"
	"fmt"
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/sessions"
)

// DefaultClientIPHeader is the header in which proxies name the client unless another is configured.
const DefaultClientIPHeader = "X-Forwarded-For"

var headerName = regexp.MustCompile(`^[A-Za-z0-9-]+$`)

// cdn is a CDN with the headers in which it names the country and the region of the client.
type cdn struct{ name, country, region string }

var cdns = []cdn{
	{"cloudflare", "CF-IPCountry", "CF-Region-Code"},
	{"cloudfront", "CloudFront-Viewer-Country", "CloudFront-Viewer-Country-Region"},
	{"vercel", "X-Vercel-IP-Country", "X-Vercel-IP-Country-Region"},
	{"appengine", "X-AppEngine-Country", "X-AppEngine-Region"},
}

// noCDN is the value of the setting CDN with which no country header counts.
const noCDN = "none"

// forwarding reads the client from the headers of a request. They count only where a trusted proxy sends the request.
type forwarding struct {
	trusted []netip.Prefix
	header  string // the only one in which clients are named
	cdns    []cdn  // the first header that is present decides
}

func newForwarding(c Config) (f forwarding, err error) {
	f.header = cmp.Or(c.ClientIPHeader, DefaultClientIPHeader)
	if !headerName.MatchString(f.header) || strings.EqualFold(f.header, "Forwarded") {
		return f, fmt.Errorf("STILE_CLIENT_IP_HEADER must be the name of a header that lists addresses, such as %s, not %q",
			DefaultClientIPHeader, f.header)
	}
	if f.trusted, err = readProxies(c.TrustedProxies); err != nil {
		return f, err
	}
	f.cdns, err = readCDN(c.CDN)
	return f, err
}

func readCDN(name string) ([]cdn, error) {
	if name == "" {
		return cdns, nil
	}
	names := []string{noCDN}
	for i, known := range cdns {
		if known.name == name {
			return cdns[i : i+1], nil
		}
		names = append(names, known.name)
	}
	if name == noCDN {
		return nil, nil
	}
	return nil, fmt.Errorf("STILE_CDN must be one of %s, not %q", strings.Join(names, ", "), name)
}

// readProxies reads addresses and CIDR ranges.
func readProxies(texts []string) ([]netip.Prefix, error) {
	prefixes := make([]netip.Prefix, 0, len(texts))
	for _, text := range texts {
		prefix, err := readProxy(text)
		if err != nil {
			return nil, fmt.Errorf("STILE_TRUSTED_PROXIES: %w", err)
		}
		prefixes = append(prefixes, prefix)
	}
	return prefixes, nil
}

func readProxy(text string) (netip.Prefix, error) {
	if !strings.Contains(text, "/") {
		address, err := netip.ParseAddr(text)
		if err != nil || address.Zone() != "" {
			return netip.Prefix{}, fmt.Errorf("%q is neither an address nor a CIDR range", text)
		}
		return netip.PrefixFrom(address.Unmap(), address.Unmap().BitLen()), nil
	}
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		return prefix, fmt.Errorf("%q is neither an address nor a CIDR range", text)
	}
	if address := prefix.Addr(); address.Is4In6() && prefix.Bits() >= 96 {
		prefix = netip.PrefixFrom(address.Unmap(), prefix.Bits()-96)
	}
	return prefix.Masked(), nil
}

func (f forwarding) trusts(address netip.Addr) bool {
	return slices.ContainsFunc(f.trusted, func(p netip.Prefix) bool { return p.Contains(address) })
}

// client returns the address of the client: the last one in the header that is no trusted proxy, or the peer, where the
// peer is not trusted or sends no such header. An entry that is no address makes the client unknown, which is the zero
// address: the entries before it may be made up by the client.
func (f forwarding) client(r *http.Request) netip.Addr {
	address := peer(r)
	if !f.trusts(address) {
		return address
	}
	entries := strings.Split(strings.Join(r.Header.Values(f.header), ","), ",")
	if len(entries) == 1 && strings.TrimSpace(entries[0]) == "" {
		return address
	}
	for _, entry := range slices.Backward(entries) {
		if address = readForwarded(entry); !f.trusts(address) {
			return address
		}
	}
	return address
}

// place returns the jurisdiction that a CDN names. It is false where no trusted proxy sends the request, and where the
// first CDN that sends its header does not know.
func (f forwarding) place(r *http.Request) (rules.Jurisdiction, bool) {
	if !f.trusts(peer(r)) {
		return "", false
	}
	for _, c := range f.cdns {
		country := r.Header.Values(c.country)
		switch {
		case len(country) > 1: // one of them is not the CDN's
			return "", false
		case len(country) == 1 && country[0] != "":
			return rules.JurisdictionIn(country[0], r.Header.Get(c.region))
		}
	}
	return "", false
}

// peer returns the address that the connection comes from; the zero address for one that has none.
func peer(r *http.Request) netip.Addr { return readForwarded(r.RemoteAddr) }

// readForwarded reads an address with or without port and brackets: 192.0.2.1, 192.0.2.1:80, 2001:db8::1,
// [2001:db8::1]:80. It drops the zone, and returns the zero address for anything else.
func readForwarded(text string) netip.Addr {
	text = strings.TrimSpace(text)
	address, err := netip.ParseAddr(text)
	if err == nil {
		return address.Unmap().WithZone("")
	}
	if inner, bracketed := strings.CutPrefix(text, "["); bracketed && strings.HasSuffix(inner, "]") {
		address, err = netip.ParseAddr(strings.TrimSuffix(inner, "]"))
		if err != nil || !address.Is6() {
			return netip.Addr{}
		}
		return address.Unmap().WithZone("")
	}
	withPort, err := netip.ParseAddrPort(text)
	if err != nil {
		return netip.Addr{}
	}
	return withPort.Addr().Unmap().WithZone("")
}

// sender returns where a request comes from.
func (f forwarding) sender(r *http.Request) sessions.Sender {
	from := sessions.Sender{Address: f.client(r)}
	from.Jurisdiction, _ = f.place(r)
	return from
}

// Sender returns where a request comes from.
func (k *Kernel) Sender(r *http.Request) sessions.Sender { return k.forwarding.sender(r) }

// remote returns the client's address; the zero address where it is unknown.
func (k *Kernel) remote(g *gin.Context) netip.Addr { return k.forwarding.client(g.Request) }

// bucket names the network that shares a rate limit: the client's, or the peer's where the client is unknown.
func (k *Kernel) bucket(g *gin.Context) string {
	if address := k.remote(g); address.IsValid() {
		return network(address)
	}
	return network(peer(g.Request))
}
