package stile

import "context"

// OrganizationResource reads and changes the settings of the organization. Addition.
type OrganizationResource struct{ transport *transport }

// Retrieve returns the organization.
func (r OrganizationResource) Retrieve(ctx context.Context, options ...Option) (*Organization, error) {
	return send[Organization](ctx, r.transport, get("/v1/organization"), options)
}

// Update changes the settings.
func (r OrganizationResource) Update(
	ctx context.Context, params OrganizationUpdateParams, options ...Option,
) (*Organization, error) {
	return send[Organization](ctx, r.transport, post("/v1/organization").having(params), options)
}

// RetrieveEmbedOrigins returns the origins with pages that may show a session in a frame.
func (r OrganizationResource) RetrieveEmbedOrigins(ctx context.Context, options ...Option) (*EmbedOrigins, error) {
	return send[EmbedOrigins](ctx, r.transport, get("/v1/organization/embed_origins"), options)
}

// UpdateEmbedOrigins adds and removes origins.
func (r OrganizationResource) UpdateEmbedOrigins(
	ctx context.Context, params EmbedOriginsChangeParams, options ...Option,
) (*EmbedOrigins, error) {
	return send[EmbedOrigins](ctx, r.transport, post("/v1/organization/embed_origins").having(params), options)
}
