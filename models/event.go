package models

import "slices"

// EventType is the type of an event.
type EventType string

// The types of the documentation.
const (
	EventSessionCreated      EventType = "verification_session.created"
	EventSessionVerified     EventType = "verification_session.verified"
	EventSessionFailed       EventType = "verification_session.failed"
	EventSessionCancelled    EventType = "verification_session.cancelled"
	EventSessionExpired      EventType = "verification_session.expired"
	EventReviewFlagged       EventType = "session_review.flagged"
	EventReviewApproved      EventType = "session_review.approved"
	EventReviewRejected      EventType = "session_review.rejected"
	EventReviewEscalated     EventType = "session_review.escalated"
	EventTrustGrantCreated   EventType = "trust_reuse_grant.created"
	EventTrustGrantRevoked   EventType = "trust_reuse_grant.revoked"
	EventTrustConsentRevoked EventType = "trust_reuse_consent.revoked_by_user"
	AllEvents                EventType = "*"
	// EventEndpointTest is sent to one endpoint on request. Endpoints cannot subscribe to it.
	EventEndpointTest EventType = "webhook_endpoint.test"
)

// EventTypes returns the documented types, in the order of the documentation.
func EventTypes() []EventType {
	return []EventType{
		EventSessionCreated, EventSessionVerified, EventSessionFailed, EventSessionCancelled, EventSessionExpired,
		EventReviewFlagged, EventReviewApproved, EventReviewRejected, EventReviewEscalated,
		EventTrustGrantCreated, EventTrustGrantRevoked, EventTrustConsentRevoked,
	}
}

// FiredEventTypes returns every type that an event may have: the documented ones, and that of test events.
func FiredEventTypes() []EventType { return append(EventTypes(), EventEndpointTest) }

// EventFor returns the event that a change to this status fires, and false if it fires none.
func EventFor(s SessionStatus) (EventType, bool) {
	switch s {
	case StatusCreated:
		return EventSessionCreated, true
	case StatusVerified:
		return EventSessionVerified, true
	case StatusFailed:
		return EventSessionFailed, true
	case StatusCancelled:
		return EventSessionCancelled, true
	case StatusExpired:
		return EventSessionExpired, true
	default:
		return "", false
	}
}

// Event is a webhook event, with a copy of its object from the time of the event.
type Event struct {
	ID        string `gorm:"primaryKey"`
	OrgID     string
	Type      EventType
	SessionID *string
	Data      string // JSON of the object
	Created   Timestamp
	// TraceParent is the trace of the request or activity that fired the event, which its deliveries continue; nil
	// without one. See models.TraceParent.
	TraceParent *string
}

// TableName names the table for gorm.
func (Event) TableName() string { return "events" }

// EndpointStatus is the status of a webhook endpoint. Only an enabled endpoint receives events.
type EndpointStatus string

// The two statuses of an endpoint.
const (
	EndpointEnabled  EndpointStatus = "enabled"
	EndpointDisabled EndpointStatus = "disabled"
)

// DisabledReason is the reason for which Stile disabled an endpoint.
type DisabledReason string

// DisabledGone means that the endpoint answered 410 Gone, and again to a later attempt.
const DisabledGone DisabledReason = "gone"

// WebhookEndpoint is a merchant's URL that receives events.
type WebhookEndpoint struct {
	ID            string `gorm:"primaryKey"`
	OrgID         string
	URL           string
	EnabledEvents JSON[[]EventType]
	Status        EndpointStatus
	Description   *string
	Metadata      JSON[map[string]string]
	SecretSealed  string
	// OldSecretSealed is the secret that also signs until OverlapUntil; nil outside of a rotation.
	OldSecretSealed *string
	OverlapUntil    *Timestamp
	// RotationID is the id of the last rotation, by which a repeated request is recognized; "" before the first.
	RotationID string
	// GoneAt is the time of a 410 Gone that a later attempt has not confirmed yet; nil if there is none.
	GoneAt *Timestamp
	// DisabledReason and DisabledAt are set if Stile disabled the endpoint itself.
	DisabledReason *DisabledReason
	DisabledAt     *Timestamp
	Deleted        bool
	// ClosingUntil is set while deliveries that were created until then, when the endpoint was disabled or deleted, are
	// left to be closed; nil otherwise. The endpoint may be enabled again before that.
	ClosingUntil *Timestamp
	Created      Timestamp
	Updated      Timestamp
}

// TableName names the table for gorm.
func (WebhookEndpoint) TableName() string { return "webhook_endpoints" }

// Overlaps reports whether the old secret still signs at that time.
func (e WebhookEndpoint) Overlaps(now Timestamp) bool {
	return e.OldSecretSealed != nil && e.OverlapUntil != nil && now.Before(e.OverlapUntil.Time)
}

// Stops reports whether the delivery must not be sent: the endpoint is disabled or deleted, or has been enabled again
// since it was, and the delivery is from before.
func (e WebhookEndpoint) Stops(d Delivery) bool {
	return e.Status != EndpointEnabled || e.ClosingUntil != nil && !d.Created.After(e.ClosingUntil.Time)
}

// Subscribes reports whether the endpoint receives events of this type now.
func (e WebhookEndpoint) Subscribes(t EventType) bool {
	return e.Status == EndpointEnabled && !e.Deleted &&
		(slices.Contains(e.EnabledEvents.V, AllEvents) || slices.Contains(e.EnabledEvents.V, t))
}

// DeliveryStatus is the outcome of one delivery attempt.
type DeliveryStatus string

// The statuses. An attempt is pending until the receiver has answered. A pending attempt is closed if its endpoint is
// deleted or disabled, or if another attempt replaces it.
const (
	DeliveryPending   DeliveryStatus = "pending"
	DeliverySucceeded DeliveryStatus = "succeeded"
	DeliveryFailed    DeliveryStatus = "failed"
	DeliveryClosed    DeliveryStatus = "closed"
)

// DeliveryStatuses returns the statuses in the order of an attempt's life.
func DeliveryStatuses() []DeliveryStatus {
	return []DeliveryStatus{DeliveryPending, DeliverySucceeded, DeliveryFailed, DeliveryClosed}
}

// Delivery is one attempt to deliver one event to one endpoint.
type Delivery struct {
	ID             string `gorm:"primaryKey"`
	OrgID          string
	EndpointID     string
	EventID        string
	EventType      EventType
	SessionID      *string
	Attempt        int
	Status         DeliveryStatus
	ResponseStatus *int
	Error          *string
	DurationMS     *int64
	// DueAt is the time at which to make this attempt.
	DueAt Timestamp
	// NextAttemptAt is the due time of the next attempt, if this one failed; null after the last attempt.
	NextAttemptAt *Timestamp
	// Outstanding marks the one row of (event, endpoint) that counts in the event's pending_webhooks.
	Outstanding bool
	// RecoveryID is the recovery that requested the attempt.
	RecoveryID  *string
	Created     Timestamp
	CompletedAt *Timestamp
}

// TableName names the table for gorm.
func (Delivery) TableName() string { return "webhook_deliveries" }

// Sent is the request of an attempt, without the body, which is that of the event.
type Sent struct {
	At  Timestamp
	URL string
	// Headers are Stile's own, without those of the HTTP client.
	Headers map[string]string
}

// Ref returns the delivery's ids, for messages to workflows.
func (d Delivery) Ref() DeliveryRef {
	return DeliveryRef{
		OrgID: d.OrgID, DeliveryID: d.ID, EventID: d.EventID, EndpointID: d.EndpointID, EventType: string(d.EventType),
	}
}
