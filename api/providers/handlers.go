// Package providers serves the API of provider connectors, and takes the callbacks of providers.
package providers

import (
	"time"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/sessions"
)

// Options are the parts of the Handlers.
type Options struct {
	Store    *store.Store
	Sessions *sessions.Service
	Now      func() time.Time
	// Egress says which addresses a merchant may name for its provider.
	Egress outbound.Policy
	// CallbackURL is where providers call back, without the id of the submission; "" where the operator has not set it,
	// so that connectors cannot be in callback mode.
	CallbackURL string
}

// Handlers serves provider connectors, and takes the callbacks of providers. It is safe for concurrent use.
type Handlers struct {
	store     *store.Store
	sessions  *sessions.Service
	now       func() time.Time
	egress    outbound.Policy
	callbacks bool
}

// New returns the Handlers.
func New(o Options) *Handlers {
	return &Handlers{
		store: o.Store, sessions: o.Sessions, now: o.Now, egress: o.Egress, callbacks: o.CallbackURL != "",
	}
}

// Routes returns the routes of connectors, and the one of callbacks.
func (hs *Handlers) Routes() []rest.Route {
	const connectors = "/v1/provider_connectors"
	return append([]rest.Route{
		rest.Post(connectors, rest.ForSecretKey, hs.createConnector),
		rest.Get(connectors, rest.ForSecretKey, hs.listConnectors, rest.PageQuery()...),
		rest.Get(connectors+"/:id", rest.ForSecretKey, hs.getConnector),
		rest.Post(connectors+"/:id/rotate-secret", rest.ForSecretKey, hs.rotateConnectorSecret),
		rest.Delete(connectors+"/:id", hs.deleteConnector),
		rest.Post(rest.PathCallbacks+"/:id", rest.ForProvider, hs.takeCallback).Verified(hs.authoriseProvider),
	}, rest.Updates(connectors+"/:id", hs.updateConnector)...)
}
