// Package workflows holds the Temporal workflows: deterministic code alone. What they make happen is in activities.
package workflows

import (
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// The task queues. Sessions, deliveries and inquiries have their own, so that a slow receiver never holds up a session,
// nor a slow provider.
const (
	QueueSessions  = "stile-sessions"
	QueueWebhooks  = "stile-webhooks"
	QueueProviders = "stile-providers"
)

// Workflow names, as registered and as found in histories: never change one.
const (
	NameSession       = "Session"
	NameDispatchEvent = "DispatchEvent"
	NameRetryDelivery = "RetryDelivery"
	NameRecovery      = "RecoverEndpoint"
)

// The changes of the order of commands, as found in histories: never change one.
const (
	// versionWaitsUntilDue waits the rest where the timer of a later attempt fired early.
	versionWaitsUntilDue = "wait-until-due"
	// versionBatches makes the first attempts of events in batches, where there are more than fit into one.
	versionBatches = "first-attempts-in-batches"
)

// Signals and queries of the session workflow.
const (
	// SignalMethodResult brings a SubmissionSignal.
	SignalMethodResult = "method-result"
	// SignalReviewDecision brings a ReviewSignal; operators may send it by hand.
	SignalReviewDecision = "review-decision"
	// SignalChanged says that the row has changed; it carries nothing.
	SignalChanged = "changed"
	// QueryState answers a SessionState.
	QueryState = "state"
)

// SessionInput starts a session workflow. Its workflow id is the session id.
type SessionInput struct {
	models.SessionRef
	ExpiresAt models.Timestamp `json:"expires_at"`
	// Status is that of the row at the start; a session may be born verified.
	Status models.SessionStatus `json:"status"`
	// Jurisdiction is that of the row at the start.
	Jurisdiction rules.Jurisdiction `json:"jurisdiction,omitempty"`
	// FirstAttempts are the deliveries of the events that creation fired.
	FirstAttempts []models.DeliveryRef `json:"first_attempts,omitempty"`
}

// SubmissionSignal says that a submission waits to be judged.
type SubmissionSignal struct {
	SubmissionID string `json:"submission_id"`
}

// ReviewSignal is a reviewer's decision, in the JSON of POST /v1/verification_sessions/:id/review.
type ReviewSignal struct {
	Decision graph.Decision `json:"decision"`
	Node     string         `json:"node,omitempty"`
	Reason   string         `json:"reason"`
	Reviewer string         `json:"reviewer"`
}

// SessionState is what the state query tells an operator.
type SessionState struct {
	Status    models.SessionStatus `json:"status"`
	ExpiresAt models.Timestamp     `json:"expires_at"`
	Offers    []models.OfferView   `json:"offers"`
	// Review is where the latest review stands.
	Review models.ReviewStatus `json:"review,omitempty"`
	// Unjudged are the submissions without a verdict, and who owes it.
	Unjudged []models.UnjudgedView `json:"unjudged,omitempty"`
	// Deliveries counts first attempts under way.
	Deliveries int `json:"deliveries"`
}

// DeliveryWorkflowID is the id of the RetryDelivery that owns an event's way to one endpoint.
func DeliveryWorkflowID(d models.DeliveryRef) string { return d.EventID + "-" + d.EndpointID }
