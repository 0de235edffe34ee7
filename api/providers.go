package api

import (
	"time"

	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/sessions"
)

// providerOptions are the parts of the Handlers.
type providerOptions struct {
	Store    *store.Store
	Sessions *sessions.Service
	Now      func() time.Time
	// Egress says which addresses a merchant may name for its provider.
	Egress outbound.Policy
	// CallbackURL is where providers call back, without the id of the submission; "" where the operator has not set it,
	// so that connectors cannot be in callback mode.
	CallbackURL string
}

// providerHandlers serves provider connectors, and takes the callbacks of providers. It is safe for concurrent use.
type providerHandlers struct {
	store     *store.Store
	sessions  *sessions.Service
	now       func() time.Time
	egress    outbound.Policy
	callbacks bool
}

// newProviders returns the Handlers.
func newProviders(o providerOptions) *providerHandlers {
	return &providerHandlers{
		store: o.Store, sessions: o.Sessions, now: o.Now, egress: o.Egress, callbacks: o.CallbackURL != "",
	}
}

// Routes returns the routes of connectors, and the one of callbacks.
func (hs *providerHandlers) Routes() []route {
	const connectors = "/v1/provider_connectors"
	return append([]route{
		postRoute(connectors, forSecretKey, hs.createConnector),
		getRoute(connectors, forSecretKey, hs.listConnectors, pageQuery()...),
		getRoute(connectors+"/:id", forSecretKey, hs.getConnector),
		postRoute(connectors+"/:id/rotate-secret", forSecretKey, hs.rotateConnectorSecret),
		deleteRoute(connectors+"/:id", hs.deleteConnector),
		postRoute(pathCallbacks+"/:id", forProvider, hs.takeCallback).verified(hs.authoriseProvider),
	}, updates(connectors+"/:id", hs.updateConnector)...)
}
