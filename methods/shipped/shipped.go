// Package shipped registers the methods that Stile comes with: one line each.
package shipped

import (
	"time"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/attestation"
	"github.com/stile-id/stile/methods/connector"
	"github.com/stile-id/stile/methods/simulated"
)

// Options configure the shipped methods.
type Options struct {
	// SimulatedDelay is how long the verdict on {"simulate": "slow"} is held back.
	SimulatedDelay time.Duration
	// ProviderPatience is how long a provider that is away is asked again before the verdict is provider_unavailable.
	ProviderPatience time.Duration
}

// Registry returns the methods that ship, and more.
func Registry(o Options, more ...methods.Method) (*methods.Registry, error) {
	decorators := methods.Decorators{
		Simulate: simulated.Decorator(o.SimulatedDelay), Connect: connector.Decorator(o.ProviderPatience),
	}
	return methods.NewRegistry(decorators, append([]methods.Method{
		attestation.Method(),
	}, more...)...)
}
