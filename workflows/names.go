// Package workflows holds the Temporal workflows. Its code is deterministic; side effects are in package activities.
package workflows

import (
	"time"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// The task queues. Sessions, deliveries, provider requests and mails have their own, so that a slow receiver, provider
// or mail server does not delay a session.
const (
	QueueSessions  = "stile-sessions"
	QueueWebhooks  = "stile-webhooks"
	QueueProviders = "stile-providers"
	QueueMail      = "stile-mail"
)

// Workflow names, as registered and as recorded in histories. Never change one.
const (
	NameSession       = "Session"
	NameDispatchEvent = "DispatchEvent"
	NameRetryDelivery = "RetryDelivery"
	NameRecovery      = "RecoverEndpoint"
	NameSendMail      = "SendMail"
	NameRevokeGrants  = "RevokeGrants"
)

// The ids of changes to the order of commands, as recorded in histories. Never change one.
const (
	// versionWaitsUntilDue repeats the timer of a later attempt that fired early.
	versionWaitsUntilDue = "wait-until-due"
	// versionBatches limits first attempts to batches of mostUnderWay.
	versionBatches = "first-attempts-in-batches"
	// versionJudgesAside has a judge that waits do so beside the run.
	versionJudgesAside = "judges-aside"
)

// Signals, updates and queries of the session workflow.
const (
	// SignalMethodResult carries a SubmissionSignal.
	SignalMethodResult = "method-result"
	// SignalReviewDecision carries a ReviewSignal. Operators may send it by hand.
	SignalReviewDecision = "review-decision"
	// SignalChanged says that the row has changed. It carries nothing.
	SignalChanged = "changed"
	// UpdateChanged carries a ChangeUpdate. Unlike a signal, it begins a delayed run.
	UpdateChanged = "row-changed"
	// QueryState returns a SessionState.
	QueryState = "state"
)

// SessionInput is the input of a session workflow. The workflow id is the session id.
type SessionInput struct {
	models.SessionRef
	ExpiresAt models.Timestamp `json:"expires_at"`
	// Status is the row's status at the start; a session may be created as verified.
	Status models.SessionStatus `json:"status"`
	// Jurisdiction is the row's jurisdiction at the start.
	Jurisdiction rules.Jurisdiction `json:"jurisdiction,omitempty"`
	// FirstAttempts are the deliveries of the events of the session's creation.
	FirstAttempts []models.DeliveryRef `json:"first_attempts,omitempty"`
	// Delayed says that the first task of the run comes with an update, or DeadlineLead before ExpiresAt.
	Delayed bool `json:"delayed,omitempty"`
}

// DeadlineLead is how long before the session's expiry the delay of its run ends. A timer of the run waits for the
// rest: Temporal counts the delay from the arrival of the request to start the run.
const DeadlineLead = 2 * time.Second

// ChangeUpdate says that the row of the session has changed.
type ChangeUpdate struct {
	// SubmissionID names a submission that is ready to be judged; "" has the run read the row.
	SubmissionID string `json:"submission_id,omitempty"`
}

// SubmissionSignal says that a submission is ready to be judged.
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

// SessionState is the result of the state query, for operators.
type SessionState struct {
	Status    models.SessionStatus `json:"status"`
	ExpiresAt models.Timestamp     `json:"expires_at"`
	Offers    []models.OfferView   `json:"offers"`
	// Review is the status of the latest review.
	Review models.ReviewStatus `json:"review,omitempty"`
	// Unjudged are the submissions without a verdict.
	Unjudged []models.UnjudgedView `json:"unjudged,omitempty"`
	// Deliveries is the number of first attempts under way.
	Deliveries int `json:"deliveries"`
}

// DeliveryWorkflowID returns the workflow id of the RetryDelivery for the event and endpoint of d.
func DeliveryWorkflowID(d models.DeliveryRef) string { return d.EventID + "-" + d.EndpointID }
