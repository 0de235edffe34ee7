package stile

import (
	"context"
	"iter"
)

// TrustReuse manages the policy under which the organization accepts verifications of others, and the grants.
// Addition.
type TrustReuse struct{ transport *transport }

// RetrievePolicy returns the policy.
func (r TrustReuse) RetrievePolicy(ctx context.Context, options ...Option) (*TrustPolicy, error) {
	return send[TrustPolicy](ctx, r.transport, get("/v1/trust_reuse/policy"), options)
}

// UpdatePolicy changes the policy.
func (r TrustReuse) UpdatePolicy(
	ctx context.Context, params TrustPolicyUpdateParams, options ...Option,
) (*TrustPolicy, error) {
	return send[TrustPolicy](ctx, r.transport, post("/v1/trust_reuse/policy").having(params), options)
}

// RetrieveGrant returns a grant.
func (r TrustReuse) RetrieveGrant(ctx context.Context, id string, options ...Option) (*TrustGrant, error) {
	return send[TrustGrant](ctx, r.transport, get("/v1/trust_reuse/grants/{id}", id), options)
}

// RevokeGrant ends a grant.
func (r TrustReuse) RevokeGrant(ctx context.Context, id string, options ...Option) (*TrustGrant, error) {
	return send[TrustGrant](ctx, r.transport, post("/v1/trust_reuse/grants/{id}/revoke", id), options)
}

// ListGrants returns a page of the grants.
func (r TrustReuse) ListGrants(
	ctx context.Context, params TrustGrantListParams, options ...Option,
) (*TrustGrantList, error) {
	return send[TrustGrantList](ctx, r.transport, get("/v1/trust_reuse/grants").with(params), options)
}

// AllGrants returns all grants, page after page.
func (r TrustReuse) AllGrants(
	ctx context.Context, params TrustGrantListParams, options ...Option,
) iter.Seq2[*TrustGrant, error] {
	return all[TrustGrant](ctx, r.transport, get("/v1/trust_reuse/grants").with(params), options)
}
