package signals

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/stile-id/stile/internal/outbound"
)

// Resolver asks the domain name system. *net.Resolver is one.
type Resolver interface {
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

const (
	// lookUpWithin bounds the look-up of a domain, and lookUpsAtOnce the number of those under way.
	lookUpWithin  = time.Second
	lookUpsAtOnce = 32
	// knownDomains is the number of domains that are remembered: for rememberFor, or for retryAfter if the answer is
	// unknown.
	knownDomains = 10_000
	rememberFor  = time.Hour
	retryAfter   = time.Minute
	// mostHosts is the number of a domain's mail servers that are looked up.
	mostHosts = 3
)

// mailServers tell whether domains have mail servers.
type mailServers struct {
	resolver Resolver
	egress   outbound.Policy
	now      func() time.Time
	known    *lru.Cache[string, knownDomain]
	room     chan struct{}
}

type knownDomain struct {
	missing bool
	until   time.Time
}

func newMailServers(o Options) (*mailServers, error) {
	if o.Egress.Proxy != nil {
		return nil, errors.New("mail servers cannot be looked up through an HTTP proxy")
	}
	if o.Resolver == nil {
		o.Resolver = net.DefaultResolver
	}
	known, err := lru.New[string, knownDomain](knownDomains)
	return &mailServers{
		resolver: o.Resolver, egress: o.Egress, now: o.Now, known: known, room: make(chan struct{}, lookUpsAtOnce),
	}, err
}

// missing reports whether the domain has no mail server. It returns false if that cannot be found out in time.
func (m *mailServers) missing(ctx context.Context, domain string) bool {
	if found, known := m.known.Get(domain); known && m.now().Before(found.until) {
		return found.missing
	}
	select {
	case m.room <- struct{}{}:
		defer func() { <-m.room }()
	default:
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, lookUpWithin)
	defer cancel()
	missing, err := m.lookUp(ctx, domain+".") // a dot: no search list of the system
	keep := rememberFor
	if err != nil {
		missing, keep = false, retryAfter
	}
	m.known.Add(domain, knownDomain{missing: missing, until: m.now().Add(keep)})
	return missing
}

// lookUp asks for the mail servers of a domain. Without a record for them the domain itself is the mail server (RFC
// 5321, 5.1). A domain without an address that mail may be sent to has none.
func (m *mailServers) lookUp(ctx context.Context, domain string) (missing bool, err error) {
	records, err := m.resolver.LookupMX(ctx, domain)
	if err != nil && !notFound(err) {
		return false, err
	}
	hosts := []string{domain}
	if len(records) > 0 {
		hosts = hosts[:0]
	}
	for _, record := range records[:min(len(records), mostHosts)] {
		if record.Host != "." { // RFC 7505: the domain accepts no mail
			hosts = append(hosts, record.Host)
		}
	}
	for _, host := range hosts {
		reached, err := m.reachable(ctx, host)
		if err != nil || reached {
			return false, err
		}
	}
	return true, nil
}

// reachable reports whether the host has an address that the policy allows.
func (m *mailServers) reachable(ctx context.Context, host string) (bool, error) {
	addresses, err := m.resolver.LookupNetIP(ctx, "ip", host)
	if err != nil && !notFound(err) {
		return false, err
	}
	for _, address := range addresses {
		if m.egress.Check(address.Unmap()) == nil {
			return true, nil
		}
	}
	return false, nil
}

func notFound(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns) && dns.IsNotFound
}
