package models

import (
	"time"

	"github.com/stile-id/stile/rules"
)

// What passes between workflows and activities: names, and messages that carry row ids and nothing personal.

// Activity names, as registered and as found in histories: never change one.
const (
	ActivityJudgeSubmission = "JudgeSubmission" // SubmissionRef -> SessionView
	ActivityAskProvider     = "AskProvider"     // SubmissionRef
	ActivitySyncSession     = "SyncSession"     // SessionRef -> SessionView
	ActivityEndSession      = "EndSession"      // SessionEnd -> SessionView
	ActivityDecideReview    = "DecideReview"    // ReviewDecision -> SessionView
	ActivityReleaseDevice   = "ReleaseDevice"   // DeviceRef -> SessionView
	ActivityEventDeliveries = "EventDeliveries" // EventRef -> []DeliveryRef
	ActivityDeliverWebhook  = "DeliverWebhook"  // DeliveryRef -> DeliveryOutcome
	ActivityRecoverEndpoint = "RecoverEndpoint" // RecoveryRef -> RecoveryProgress
	// ActivityScheduleDelivery takes a ScheduledDelivery.
	ActivityScheduleDelivery = "ScheduleDelivery"
)

// A delivery that finds no room at its endpoint is put off for PutOffMost at the most, and by chance for a little more, up
// to PutOffLimit.
const (
	PutOffMost  = 5 * time.Minute
	PutOffLimit = PutOffMost + PutOffMost/2
)

// SessionRef names the row of a session.
type SessionRef struct {
	OrgID     string `json:"org_id"`
	SessionID string `json:"session_id"`
}

// SubmissionRef names a submission to judge.
type SubmissionRef struct {
	SessionRef
	SubmissionID string `json:"submission_id"`
}

// DeviceRef names the device that holds a session, by the handoff that it claimed.
type DeviceRef struct {
	SessionRef
	AttemptID string `json:"attempt_id"`
}

// SessionEnd asks to end a session that nothing else has ended.
type SessionEnd struct {
	SessionRef
	// To is expired, at ExpiresAt, or cancelled, by an operator in Temporal.
	To SessionStatus `json:"to"`
	// ExpiresAt is the deadline that the caller knows; a row whose deadline has moved on is left alone.
	ExpiresAt Timestamp `json:"expires_at"`
}

// DeliveryRef names what RetryDelivery and a first attempt need of a delivery.
type DeliveryRef struct {
	OrgID      string `json:"org_id"`
	DeliveryID string `json:"delivery_id"`
	EventID    string `json:"event_id"`
	EndpointID string `json:"endpoint_id"`
	EventType  string `json:"event_type"`
	// Prompt says that the endpoint has acknowledged promptly of late.
	Prompt bool `json:"prompt,omitempty"`
}

// EventRef names an event that no session workflow carries.
type EventRef struct {
	OrgID   string `json:"org_id"`
	EventID string `json:"event_id"`
}

// SessionView is what the session workflow needs to know of its row after each look at it.
type SessionView struct {
	Status    SessionStatus `json:"status"`
	ExpiresAt Timestamp     `json:"expires_at"`
	// Jurisdiction may change once, when the user opens a provisional session.
	Jurisdiction rules.Jurisdiction `json:"jurisdiction,omitempty"`
	// Review is where the session's latest review stands, "" where there never was one, and ReviewNode at which node.
	Review     ReviewStatus `json:"review,omitempty"`
	ReviewNode string       `json:"review_node,omitempty"`
	// Offers are the methods that the user may submit now.
	Offers []OfferView `json:"offers,omitempty"`
	// FirstAttempts are deliveries of the session's events that nobody has attempted yet.
	FirstAttempts []DeliveryRef `json:"first_attempts,omitempty"`
	// Unjudged are submissions without a verdict.
	Unjudged []UnjudgedView `json:"unjudged,omitempty"`
	// Device is the phone that holds the session; null while none does.
	Device *DeviceView `json:"device,omitempty"`
}

// DeviceView is a device that holds a session.
type DeviceView struct {
	AttemptID string `json:"attempt_id"`
	// IdleMS is after how long it will have stayed away for too long, unless it shows itself, in milliseconds.
	IdleMS int64 `json:"idle_ms"`
}

// UnjudgedView is a submission that waits for its verdict.
type UnjudgedView struct {
	SubmissionID string `json:"submission_id"`
	// WaitMS is how long the verdict has to be held back, or waited for, in milliseconds.
	WaitMS int64 `json:"wait_ms,omitempty"`
	// Provider is the method that was submitted to, where a provider judges it, who is to be asked unless the verdict is
	// Promised.
	Provider string `json:"provider,omitempty"`
	Promised bool   `json:"promised,omitempty"`
	// AnswerMS is how long the provider may take to answer, in milliseconds.
	AnswerMS int64 `json:"answer_ms,omitempty"`
}

// OfferView is a method on offer, for the state query and the current details of a run.
type OfferView struct {
	Node         string `json:"node"`
	Method       string `json:"method"`
	AttemptsUsed int    `json:"attempts_used"`
	AttemptsLeft int    `json:"attempts_left"`
}

// DeliveryOutcome is what became of one attempt. A receiver's refusal is an outcome, not an error.
type DeliveryOutcome struct {
	Status DeliveryStatus `json:"status"`
	// Next is the following attempt and when it is due; null once delivered, closed or given up.
	Next      *DeliveryRef `json:"next,omitempty"`
	NextDueAt *Timestamp   `json:"next_due_at,omitempty"`
}

// ScheduledDelivery is an attempt for another run to make when it is due.
type ScheduledDelivery struct {
	DeliveryRef
	DueAt Timestamp `json:"due_at"`
}

// RecoveryRef names a recovery.
type RecoveryRef struct {
	OrgID      string `json:"org_id"`
	RecoveryID string `json:"recovery_id"`
}

// RecoveryProgress is how a turn of a recovery has left it.
type RecoveryProgress struct {
	Status RecoveryStatus `json:"status"`
}
