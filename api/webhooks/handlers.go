// Package webhooks serves the API of webhook endpoints, with their deliveries and recoveries.
package webhooks

import (
	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/sessions"
)

// Options are the parts of the Handlers.
type Options struct {
	Store  *store.Store
	Orders *sessions.Orders
	// Egress says which addresses a merchant may name for its endpoint.
	Egress outbound.Policy
	// EndpointLimit caps the webhook endpoints of an organization.
	EndpointLimit int
}

// Handlers serves the webhook endpoints of merchants. It is safe for concurrent use.
type Handlers struct {
	store  *store.Store
	orders *sessions.Orders
	egress outbound.Policy
	limit  int
}

// New returns the Handlers.
func New(o Options) *Handlers {
	return &Handlers{store: o.Store, orders: o.Orders, egress: o.Egress, limit: o.EndpointLimit}
}

// Routes returns the routes of endpoints, their deliveries and recoveries.
func (hs *Handlers) Routes() []rest.Route {
	const endpoints = "/v1/webhook_endpoints"
	return append([]rest.Route{
		rest.Post(endpoints, rest.ForSecretKey, hs.createEndpoint),
		rest.Get(endpoints, rest.ForSecretKey, hs.listEndpoints, rest.PageQuery()...),
		rest.Get(endpoints+"/:id", rest.ForSecretKey, hs.getEndpoint),
		rest.Post(endpoints+"/:id/rotate-secret", rest.ForSecretKey, hs.rotateEndpointSecret),
		rest.Post(endpoints+"/:id/rotate-secret/finish", rest.ForSecretKey, hs.finishEndpointRotation),
		rest.Delete(endpoints+"/:id", hs.deleteEndpoint),
		rest.Post(endpoints+"/:id/test", rest.ForSecretKey, hs.testEndpoint),
		rest.Post(endpoints+"/:id/recover", rest.ForSecretKey, hs.recoverEndpoint),
		rest.Get(endpoints+"/:id/recoveries", rest.ForSecretKey, hs.listRecoveries, rest.PageQuery()...),
		rest.Get(endpoints+"/:id/recoveries/:recovery", rest.ForSecretKey, hs.getRecovery),
		rest.Get(endpoints+"/:id/deliveries", rest.ForSecretKey, hs.listDeliveries,
			rest.PageQuery("status", "event_type")...),
		rest.Get(endpoints+"/:id/deliveries/:delivery", rest.ForSecretKey, hs.getDelivery),
		rest.Post(endpoints+"/:id/deliveries/:delivery/retry", rest.ForSecretKey, hs.retryDelivery),
	}, rest.Updates(endpoints+"/:id", hs.updateEndpoint)...)
}
