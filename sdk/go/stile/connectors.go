package stile

import (
	"context"
	"iter"
)

// ProviderConnectors manages the providers that judge methods. Addition.
type ProviderConnectors struct{ transport *transport }

// Create registers a provider. Save the Secret of the answer: no other answer has it.
func (r ProviderConnectors) Create(
	ctx context.Context, params ProviderConnectorCreateParams, options ...Option,
) (*CreatedProviderConnector, error) {
	return send[CreatedProviderConnector](ctx, r.transport, post("/v1/provider_connectors").having(params), options)
}

// Retrieve returns a connector.
func (r ProviderConnectors) Retrieve(ctx context.Context, id string, options ...Option) (*ProviderConnector, error) {
	return send[ProviderConnector](ctx, r.transport, get("/v1/provider_connectors/{id}", id), options)
}

// Update changes a connector.
func (r ProviderConnectors) Update(
	ctx context.Context, id string, params ProviderConnectorUpdateParams, options ...Option,
) (*ProviderConnector, error) {
	return send[ProviderConnector](ctx, r.transport, post("/v1/provider_connectors/{id}", id).having(params), options)
}

// Delete removes a connector.
func (r ProviderConnectors) Delete(
	ctx context.Context, id string, options ...Option,
) (*DeletedProviderConnector, error) {
	return send[DeletedProviderConnector](ctx, r.transport, remove("/v1/provider_connectors/{id}", id), options)
}

// List returns a page of the connectors.
func (r ProviderConnectors) List(
	ctx context.Context, params ProviderConnectorListParams, options ...Option,
) (*ProviderConnectorList, error) {
	return send[ProviderConnectorList](ctx, r.transport, get("/v1/provider_connectors").with(params), options)
}

// All returns all connectors, page after page.
func (r ProviderConnectors) All(
	ctx context.Context, params ProviderConnectorListParams, options ...Option,
) iter.Seq2[*ProviderConnector, error] {
	return all[ProviderConnector](ctx, r.transport, get("/v1/provider_connectors").with(params), options)
}

// RotateSecret returns the new secret, which replaces the old one at once.
func (r ProviderConnectors) RotateSecret(
	ctx context.Context, id string, options ...Option,
) (*CreatedProviderConnector, error) {
	c := post("/v1/provider_connectors/{id}/rotate-secret", id)
	return send[CreatedProviderConnector](ctx, r.transport, c, options)
}
