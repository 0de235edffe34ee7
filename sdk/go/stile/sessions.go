package stile

import (
	"context"
	"iter"
)

// VerificationSessions creates and reads verification sessions.
type VerificationSessions struct{ transport *transport }

// Create makes a session. Pass its ClientSecret to the user's page, or send the user to its URL. No other method
// returns them.
func (r VerificationSessions) Create(
	ctx context.Context, params VerificationSessionCreateParams, options ...Option,
) (*VerificationSession, error) {
	return send[VerificationSession](ctx, r.transport, post("/v1/verification_sessions").having(params), options)
}

// Retrieve returns a session. Expand "results" adds the verdicts on its attempts.
func (r VerificationSessions) Retrieve(
	ctx context.Context, id string, params VerificationSessionRetrieveParams, options ...Option,
) (*VerificationSession, error) {
	return send[VerificationSession](ctx, r.transport, get("/v1/verification_sessions/{id}", id).with(params), options)
}

// Cancel ends a session that is created, pending or requires_input. Error codes: session_terminal,
// session_not_cancellable.
func (r VerificationSessions) Cancel(
	ctx context.Context, id string, options ...Option,
) (*VerificationSession, error) {
	return send[VerificationSession](ctx, r.transport, post("/v1/verification_sessions/{id}/cancel", id), options)
}

// List returns a page of the sessions.
func (r VerificationSessions) List(
	ctx context.Context, params VerificationSessionListParams, options ...Option,
) (*VerificationSessionList, error) {
	return send[VerificationSessionList](ctx, r.transport, get("/v1/verification_sessions").with(params), options)
}

// All returns all sessions, page after page.
func (r VerificationSessions) All(
	ctx context.Context, params VerificationSessionListParams, options ...Option,
) iter.Seq2[*VerificationSession, error] {
	return all[VerificationSession](ctx, r.transport, get("/v1/verification_sessions").with(params), options)
}

// Review decides about a session that waits for a reviewer. Addition.
func (r VerificationSessions) Review(
	ctx context.Context, id string, params ReviewDecisionParams, options ...Option,
) (*VerificationSession, error) {
	c := post("/v1/verification_sessions/{id}/review", id).having(params)
	return send[VerificationSession](ctx, r.transport, c, options)
}

// DeleteBiometrics deletes the biometric data of a session, whatever its outcome. A repeat deletes nothing more.
// Addition.
func (r VerificationSessions) DeleteBiometrics(
	ctx context.Context, id string, options ...Option,
) (*DeletedSessionBiometrics, error) {
	c := remove("/v1/verification_sessions/{id}/biometrics", id)
	return send[DeletedSessionBiometrics](ctx, r.transport, c, options)
}
