package stile

import (
	"context"
	"iter"
)

// WebhookEndpoints manages the URLs to which events are delivered. The package webhook verifies deliveries.
type WebhookEndpoints struct{ transport *transport }

// Create registers a URL. Save the Secret of the answer: no other answer has it.
func (r WebhookEndpoints) Create(
	ctx context.Context, params WebhookEndpointCreateParams, options ...Option,
) (*CreatedWebhookEndpoint, error) {
	return send[CreatedWebhookEndpoint](ctx, r.transport, post("/v1/webhook_endpoints").having(params), options)
}

// Retrieve returns an endpoint.
func (r WebhookEndpoints) Retrieve(ctx context.Context, id string, options ...Option) (*WebhookEndpoint, error) {
	return send[WebhookEndpoint](ctx, r.transport, get("/v1/webhook_endpoints/{id}", id), options)
}

// Update changes an endpoint. Disabling it closes its pending deliveries.
func (r WebhookEndpoints) Update(
	ctx context.Context, id string, params WebhookEndpointUpdateParams, options ...Option,
) (*WebhookEndpoint, error) {
	return send[WebhookEndpoint](ctx, r.transport, post("/v1/webhook_endpoints/{id}", id).having(params), options)
}

// Delete removes an endpoint, and closes its pending deliveries.
func (r WebhookEndpoints) Delete(ctx context.Context, id string, options ...Option) (*DeletedWebhookEndpoint, error) {
	return send[DeletedWebhookEndpoint](ctx, r.transport, remove("/v1/webhook_endpoints/{id}", id), options)
}

// List returns a page of the endpoints.
func (r WebhookEndpoints) List(
	ctx context.Context, params WebhookEndpointListParams, options ...Option,
) (*WebhookEndpointList, error) {
	return send[WebhookEndpointList](ctx, r.transport, get("/v1/webhook_endpoints").with(params), options)
}

// All returns all endpoints, page after page.
func (r WebhookEndpoints) All(
	ctx context.Context, params WebhookEndpointListParams, options ...Option,
) iter.Seq2[*WebhookEndpoint, error] {
	return all[WebhookEndpoint](ctx, r.transport, get("/v1/webhook_endpoints").with(params), options)
}

// ListDeliveries returns a page of the attempts to deliver events to an endpoint. A scheduled later attempt is listed
// only with the status pending.
func (r WebhookEndpoints) ListDeliveries(
	ctx context.Context, id string, params WebhookDeliveryListParams, options ...Option,
) (*WebhookDeliveryList, error) {
	c := get("/v1/webhook_endpoints/{id}/deliveries", id).with(params)
	return send[WebhookDeliveryList](ctx, r.transport, c, options)
}

// AllDeliveries returns all attempts to deliver events to an endpoint, page after page.
func (r WebhookEndpoints) AllDeliveries(
	ctx context.Context, id string, params WebhookDeliveryListParams, options ...Option,
) iter.Seq2[*WebhookDelivery, error] {
	c := get("/v1/webhook_endpoints/{id}/deliveries", id).with(params)
	return all[WebhookDelivery](ctx, r.transport, c, options)
}

// RetrieveDelivery returns an attempt with its request and the endpoint's answer. Addition.
func (r WebhookEndpoints) RetrieveDelivery(
	ctx context.Context, id, delivery string, options ...Option,
) (*RetrievedWebhookDelivery, error) {
	c := get("/v1/webhook_endpoints/{id}/deliveries/{delivery}", id, delivery)
	return send[RetrievedWebhookDelivery](ctx, r.transport, c, options)
}

// RetryDelivery makes another attempt at once, instead of the scheduled one. Addition.
func (r WebhookEndpoints) RetryDelivery(
	ctx context.Context, id, delivery string, options ...Option,
) (*WebhookDelivery, error) {
	c := post("/v1/webhook_endpoints/{id}/deliveries/{delivery}/retry", id, delivery)
	return send[WebhookDelivery](ctx, r.transport, c, options)
}

// RotateSecret returns the new secret, which signs at once; with OverlapSeconds the old one also signs for that long.
// Addition.
func (r WebhookEndpoints) RotateSecret(
	ctx context.Context, id string, params SecretRotationParams, options ...Option,
) (*CreatedWebhookEndpoint, error) {
	c := post("/v1/webhook_endpoints/{id}/rotate-secret", id).having(params)
	return send[CreatedWebhookEndpoint](ctx, r.transport, c, options)
}

// FinishRotation ends an overlap: only the new secret signs. Addition.
func (r WebhookEndpoints) FinishRotation(
	ctx context.Context, id string, options ...Option,
) (*WebhookEndpoint, error) {
	c := post("/v1/webhook_endpoints/{id}/rotate-secret/finish", id)
	return send[WebhookEndpoint](ctx, r.transport, c, options)
}

// Test sends an event of type webhook_endpoint.test to the endpoint, in one attempt. Addition.
func (r WebhookEndpoints) Test(ctx context.Context, id string, options ...Option) (*WebhookDelivery, error) {
	return send[WebhookDelivery](ctx, r.transport, post("/v1/webhook_endpoints/{id}/test", id), options)
}

// Recover repeats the deliveries of a period that were never acknowledged. The answer comes at once; RetrieveRecovery
// reports the progress. Addition.
func (r WebhookEndpoints) Recover(
	ctx context.Context, id string, params WebhookRecoveryCreateParams, options ...Option,
) (*WebhookRecovery, error) {
	c := post("/v1/webhook_endpoints/{id}/recover", id).having(params)
	return send[WebhookRecovery](ctx, r.transport, c, options)
}

// RetrieveRecovery returns a recovery with its progress. Addition.
func (r WebhookEndpoints) RetrieveRecovery(
	ctx context.Context, id, recovery string, options ...Option,
) (*WebhookRecovery, error) {
	c := get("/v1/webhook_endpoints/{id}/recoveries/{recovery}", id, recovery)
	return send[WebhookRecovery](ctx, r.transport, c, options)
}

// ListRecoveries returns a page of the recoveries of an endpoint. Addition.
func (r WebhookEndpoints) ListRecoveries(
	ctx context.Context, id string, params WebhookRecoveryListParams, options ...Option,
) (*WebhookRecoveryList, error) {
	c := get("/v1/webhook_endpoints/{id}/recoveries", id).with(params)
	return send[WebhookRecoveryList](ctx, r.transport, c, options)
}

// AllRecoveries returns all recoveries of an endpoint, page after page. Addition.
func (r WebhookEndpoints) AllRecoveries(
	ctx context.Context, id string, params WebhookRecoveryListParams, options ...Option,
) iter.Seq2[*WebhookRecovery, error] {
	c := get("/v1/webhook_endpoints/{id}/recoveries", id).with(params)
	return all[WebhookRecovery](ctx, r.transport, c, options)
}
