package api

import (
	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/sessions"
)

// webhookOptions are the parts of the Handlers.
type webhookOptions struct {
	Store  *store.Store
	Orders *sessions.Orders
	// Egress says which addresses a merchant may name for its endpoint.
	Egress outbound.Policy
	// EndpointLimit caps the webhook endpoints of an organization.
	EndpointLimit int
}

// webhookHandlers serves the webhook endpoints of merchants. It is safe for concurrent use.
type webhookHandlers struct {
	store  *store.Store
	orders *sessions.Orders
	egress outbound.Policy
	limit  int
}

// newWebhooks returns the Handlers.
func newWebhooks(o webhookOptions) *webhookHandlers {
	return &webhookHandlers{store: o.Store, orders: o.Orders, egress: o.Egress, limit: o.EndpointLimit}
}

// Routes returns the routes of endpoints, their deliveries and recoveries.
func (hs *webhookHandlers) Routes() []route {
	const endpoints = "/v1/webhook_endpoints"
	return append([]route{
		postRoute(endpoints, forSecretKey, hs.createEndpoint),
		getRoute(endpoints, forSecretKey, hs.listEndpoints, pageQuery()...),
		getRoute(endpoints+"/:id", forSecretKey, hs.getEndpoint),
		postRoute(endpoints+"/:id/rotate-secret", forSecretKey, hs.rotateEndpointSecret),
		postRoute(endpoints+"/:id/rotate-secret/finish", forSecretKey, hs.finishEndpointRotation),
		deleteRoute(endpoints+"/:id", hs.deleteEndpoint),
		postRoute(endpoints+"/:id/test", forSecretKey, hs.testEndpoint),
		postRoute(endpoints+"/:id/recover", forSecretKey, hs.recoverEndpoint),
		getRoute(endpoints+"/:id/recoveries", forSecretKey, hs.listRecoveries, pageQuery()...),
		getRoute(endpoints+"/:id/recoveries/:recovery", forSecretKey, hs.getRecovery),
		getRoute(endpoints+"/:id/deliveries", forSecretKey, hs.listDeliveries, pageQuery("status", "event_type")...),
		getRoute(endpoints+"/:id/deliveries/:delivery", forSecretKey, hs.getDelivery),
		postRoute(endpoints+"/:id/deliveries/:delivery/retry", forSecretKey, hs.retryDelivery),
	}, updates(endpoints+"/:id", hs.updateEndpoint)...)
}
