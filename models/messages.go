package models

import (
	"time"

	"github.com/stile-id/stile/rules"
)

// The messages between workflows and activities, and the names of the activities. Messages carry row ids and no
// personal data.

// The names of the activities, as registered. Never change one: histories contain it.
const (
	ActivityJudgeSubmission = "JudgeSubmission" // SubmissionRef -> SessionView
	ActivityAskProvider     = "AskProvider"     // SubmissionRef
	ActivitySyncSession     = "SyncSession"     // SessionRef -> SessionView
	ActivityEndSession      = "EndSession"      // SessionEnd -> SessionView
	ActivityDecideReview    = "DecideReview"    // ReviewDecision -> SessionView
	ActivityReleaseDevice   = "ReleaseDevice"   // DeviceRef -> SessionView
	ActivityEventDeliveries = "EventDeliveries" // EventRef -> []DeliveryRef
	ActivityDeliverWebhook  = "DeliverWebhook"  // DeliveryRef -> DeliveryOutcome
	ActivityRecoverEndpoint = "RecoverEndpoint" // RecoveryRef -> RecoveryView
	ActivitySendMail        = "SendMail"        // MailRef
	ActivityRevokeGrants    = "RevokeGrants"    // ConsentRef -> GrantsRevoked
	// ActivityScheduleDelivery takes a ScheduledDelivery.
	ActivityScheduleDelivery = "ScheduleDelivery"
)

// FailureNotYet is the type of JudgeSubmission's failure while its judge waits for a person, or for a service that is
// away. Never change it: histories contain it.
const FailureNotYet = "NotYet"

// PutOffMost is the longest time for which a delivery is put off if its endpoint is at its limit of concurrent
// requests. A random part is added, up to PutOffLimit in all.
const (
	PutOffMost  = 5 * time.Minute
	PutOffLimit = PutOffMost + PutOffMost/2
)

// SessionRef is the key of a session's row.
type SessionRef struct {
	OrgID     string `json:"org_id"`
	SessionID string `json:"session_id"`
	// Unsaved is set in a message to a local activity if an update caused the task of the run. Until the task has ended,
	// Temporal keeps it and the update in memory alone, so the row goes on to owe the run a nudge.
	Unsaved bool `json:"unsaved,omitempty"`
}

// SubmissionRef is the key of a submission.
type SubmissionRef struct {
	SessionRef
	SubmissionID string `json:"submission_id"`
}

// DeviceRef is the key of the device that holds a session: the handoff that it claimed.
type DeviceRef struct {
	SessionRef
	AttemptID string `json:"attempt_id"`
}

// SessionEnd requests the end of a session that is still open.
type SessionEnd struct {
	SessionRef
	// To is expired, at ExpiresAt, or cancelled, if an operator cancelled the run in Temporal.
	To SessionStatus `json:"to"`
	// ExpiresAt is the deadline as the workflow read it. A row with a later deadline is not changed.
	ExpiresAt Timestamp `json:"expires_at"`
}

// DeliveryRef identifies a delivery, with the fields that a run needs to make the attempt.
type DeliveryRef struct {
	OrgID      string `json:"org_id"`
	DeliveryID string `json:"delivery_id"`
	EventID    string `json:"event_id"`
	EndpointID string `json:"endpoint_id"`
	EventType  string `json:"event_type"`
	// Prompt reports whether the endpoint has answered its recent attempts promptly.
	Prompt bool `json:"prompt,omitempty"`
	// Quick has the run make the attempt by a local activity, in the task that ends the run. Only deliveries of an ended
	// session are quick, and only all of a view.
	Quick bool `json:"quick,omitempty"`
}

// EventRef is the key of an event that no session workflow delivers.
type EventRef struct {
	OrgID   string `json:"org_id"`
	EventID string `json:"event_id"`
}

// SessionView is the part of a session's row that the workflow needs.
type SessionView struct {
	Status    SessionStatus `json:"status"`
	ExpiresAt Timestamp     `json:"expires_at"`
	// Jurisdiction may change once, when the user opens a provisional session.
	Jurisdiction rules.Jurisdiction `json:"jurisdiction,omitempty"`
	// Review is the status of the session's latest review, "" if there is none, and ReviewNode its node.
	Review     ReviewStatus `json:"review,omitempty"`
	ReviewNode string       `json:"review_node,omitempty"`
	// Offers are the methods to which the user may submit now.
	Offers []OfferView `json:"offers,omitempty"`
	// FirstAttempts are deliveries of the session's events without an attempt.
	FirstAttempts []DeliveryRef `json:"first_attempts,omitempty"`
	// Unjudged are the submissions without a verdict.
	Unjudged []UnjudgedView `json:"unjudged,omitempty"`
	// Device is the phone that holds the session; null if none does.
	Device *DeviceView `json:"device,omitempty"`
	// IndexedLast makes the run of an ended session write its search attributes at its completion: Temporal then stores
	// them with the completion, and not twice. Activities of earlier versions leave it false.
	IndexedLast bool `json:"indexed_last,omitempty"`
}

// DeviceView is a device that holds a session.
type DeviceView struct {
	AttemptID string `json:"attempt_id"`
	// IdleMS is the time, in milliseconds, after which an idle device loses the session.
	IdleMS int64 `json:"idle_ms"`
}

// UnjudgedView is a submission without a verdict.
type UnjudgedView struct {
	SubmissionID string `json:"submission_id"`
	// WaitMS is the time, in milliseconds, for which to hold the verdict back or to wait for a provider's.
	WaitMS int64 `json:"wait_ms,omitempty"`
	// Provider is the method of the submission if a provider judges it, "" otherwise. The provider must be asked,
	// unless it has promised to call back (Promised).
	Provider string `json:"provider,omitempty"`
	Promised bool   `json:"promised,omitempty"`
	// AnswerMS is the time that the provider has to answer, in milliseconds.
	AnswerMS int64 `json:"answer_ms,omitempty"`
}

// OfferView is a method on offer, for the state query and the current details of a run.
type OfferView struct {
	Node         string `json:"node"`
	Method       string `json:"method"`
	AttemptsUsed int    `json:"attempts_used"`
	AttemptsLeft int    `json:"attempts_left"`
}

// DeliveryOutcome is the result of one attempt. A receiver's refusal is a result, not an error.
type DeliveryOutcome struct {
	Status DeliveryStatus `json:"status"`
	// Next is the following attempt, due at NextDueAt; null after the delivery was acknowledged, closed or given up.
	Next      *DeliveryRef `json:"next,omitempty"`
	NextDueAt *Timestamp   `json:"next_due_at,omitempty"`
}

// ScheduledDelivery is an attempt that another run makes when it is due.
type ScheduledDelivery struct {
	DeliveryRef
	DueAt Timestamp `json:"due_at"`
}

// RecoveryRef is the key of a recovery.
type RecoveryRef struct {
	OrgID      string `json:"org_id"`
	RecoveryID string `json:"recovery_id"`
}

// RecoveryView is the view of a recovery after a turn.
type RecoveryView struct {
	Status RecoveryStatus `json:"status"`
}

// MailRef is the key of a mail.
type MailRef struct {
	OrgID  string `json:"org_id"`
	MailID string `json:"mail_id"`
}

// ConsentRef is the key of a user's consent to share a verification.
type ConsentRef struct {
	OrgID     string `json:"org_id"`
	ConsentID string `json:"consent_id"`
}

// GrantsRevoked is the result of one batch of a consent's grants.
type GrantsRevoked struct {
	Grants int `json:"grants"`
	// Done reports that no grant of the consent is left.
	Done bool `json:"done,omitempty"`
}
