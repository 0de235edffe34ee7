package stile

import (
	"context"
	"iter"
)

// Compliance looks up the legal requirements of a place.
type Compliance struct{ transport *transport }

// Check returns the requirements for one or more products, and those that satisfy all of them.
func (r Compliance) Check(
	ctx context.Context, params ComplianceCheckParams, options ...Option,
) (*ComplianceCheck, error) {
	return send[ComplianceCheck](ctx, r.transport, get("/v1/compliance/check").with(params), options)
}

// VerifiedPersons finds persons that were verified before.
type VerifiedPersons struct{ transport *transport }

// Lookup reports whether a person has been verified under the conditions. An unknown person gives the same answer as
// one without a matching verification.
func (r VerifiedPersons) Lookup(
	ctx context.Context, params VerifiedPersonLookupParams, options ...Option,
) (*VerifiedPersonLookupResult, error) {
	c := post("/v1/verified_person/lookup").having(params)
	return send[VerifiedPersonLookupResult](ctx, r.transport, c, options)
}

// Reviews lists sessions that wait for a reviewer, or did. VerificationSessions.Review decides. Addition.
type Reviews struct{ transport *transport }

// List returns a page of the reviews, and how many wait.
func (r Reviews) List(ctx context.Context, params ReviewListParams, options ...Option) (*ReviewList, error) {
	return send[ReviewList](ctx, r.transport, get("/v1/reviews").with(params), options)
}

// All returns all reviews, page after page.
func (r Reviews) All(ctx context.Context, params ReviewListParams, options ...Option) iter.Seq2[*Review, error] {
	return all[Review](ctx, r.transport, get("/v1/reviews").with(params), options)
}

// RiskResource scores addresses, numbers and devices. Addition.
type RiskResource struct{ transport *transport }

// Score assesses the risk of at least one of an IP address, an e-mail address, a phone number and a device.
func (r RiskResource) Score(ctx context.Context, params RiskScoreParams, options ...Option) (*RiskAssessment, error) {
	return send[RiskAssessment](ctx, r.transport, post("/v1/risk/score").having(params), options)
}

// Retrieve returns an assessment.
func (r RiskResource) Retrieve(ctx context.Context, id string, options ...Option) (*RiskAssessment, error) {
	return send[RiskAssessment](ctx, r.transport, get("/v1/risk/{id}", id), options)
}
