// Package signals looks up IP addresses, e-mail addresses and phone numbers in data that ships with the program and in
// files of the operator. It keeps no identifiers, and writes none into a log line or an error.
package signals

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"time"

	"github.com/stile-id/stile/internal/follow"
	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/rules/risk"
)

// The environment variables that configure Sources.
const (
	VariableASN      = "STILE_ASN_DB"
	VariableNetworks = "STILE_NETWORKS_DIR"
	VariableMX       = "STILE_RISK_MX"
)

// Options configure Sources.
type Options struct {
	// ASNFile is a file of autonomous systems in MaxMind's format; "" means the built-in list of hosting networks.
	ASNFile string
	// NetworksDir is a folder with the operator's lists of networks; "" without one.
	NetworksDir string
	// MX reports whether the mail servers of domains are looked up. Egress is the policy that they must meet.
	MX     bool
	Egress outbound.Policy
	// Resolver is that of the system if nil.
	Resolver Resolver
	// Log is slog.Default if nil, and Now is time.Now if nil.
	Log *slog.Logger
	Now func() time.Time
	// Watch, if not nil, looks at the files.
	Watch *follow.Watch
}

// Sources look identifiers up. They are safe for concurrent use and need no Close.
type Sources struct {
	networks networks
	mail     *mailServers // nil if they are not looked up
}

// Open reads the files. The error names the variable and the file at fault.
func Open(o Options) (*Sources, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	found, err := openNetworks(o)
	if err != nil {
		return nil, err
	}
	s := &Sources{networks: found}
	if o.MX {
		if s.mail, err = newMailServers(o); err != nil {
			return nil, fmt.Errorf("%s: %w", VariableMX, err)
		}
	}
	return s, nil
}

// Networks returns the kinds of networks that hold the address, each once.
func (s *Sources) Networks(address netip.Addr) []risk.Network {
	return s.networks.holding(address.Unmap())
}

// Email judges an address in its canonical form. If mail servers are looked up, it may wait for a second.
func (s *Sources) Email(ctx context.Context, address string) risk.Email {
	found := risk.CheckMailbox(address)
	domain := domainOf(address)
	found.Disposable = disposable(domain)
	if s.mail != nil && !found.DomainInvalid {
		found.NoMail = s.mail.missing(ctx, domain)
	}
	return found
}
