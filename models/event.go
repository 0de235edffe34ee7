package models

import "slices"

// EventType names what happened.
type EventType string

// The catalogue of the documentation.
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
	// EventEndpointTest is sent to one endpoint, on request; nobody subscribes to it.
	EventEndpointTest EventType = "webhook_endpoint.test"
)

// EventTypes lists the catalogue in the order of the documentation.
func EventTypes() []EventType {
	return []EventType{
		EventSessionCreated, EventSessionVerified, EventSessionFailed, EventSessionCancelled, EventSessionExpired,
		EventReviewFlagged, EventReviewApproved, EventReviewRejected, EventReviewEscalated,
		EventTrustGrantCreated, EventTrustGrantRevoked, EventTrustConsentRevoked,
	}
}

// FiredEventTypes lists every type that an event may have: the catalogue, and that of test events.
func FiredEventTypes() []EventType { return append(EventTypes(), EventEndpointTest) }

// EventFor is the event that a change to this status fires; not every change does.
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

// Event is a record of something that happened, with the object as it was then.
type Event struct {
	ID        string `gorm:"primaryKey"`
	OrgID     string
	Type      EventType
	SessionID *string
	Data      string // JSON of the object
	Created   Timestamp
}

// TableName names the table for gorm.
func (Event) TableName() string { return "events" }

// EndpointStatus says whether an endpoint receives anything.
type EndpointStatus string

// The two statuses of an endpoint.
const (
	EndpointEnabled  EndpointStatus = "enabled"
	EndpointDisabled EndpointStatus = "disabled"
)

// DisabledReason says why Stile disabled an endpoint.
type DisabledReason string

// DisabledGone says that the endpoint answered 410 Gone, and again to a later attempt.
const DisabledGone DisabledReason = "gone"

// WebhookEndpoint is where a merchant receives events.
type WebhookEndpoint struct {
	ID            string `gorm:"primaryKey"`
	OrgID         string
	URL           string
	EnabledEvents JSON[[]EventType]
	Status        EndpointStatus
	Description   *string
	Metadata      JSON[map[string]string]
	SecretSealed  string
	// OldSecretSealed is the secret that still signs until OverlapUntil; nil where no rotation is under way.
	OldSecretSealed *string
	OverlapUntil    *Timestamp
	// RotationID names the last rotation, so that a repeat of its request is known; "" before there was one.
	RotationID string
	// GoneAt is when the endpoint answered 410 Gone, which a later attempt has yet to confirm; nil where it did not.
	GoneAt *Timestamp
	// DisabledReason and DisabledAt say why and when Stile disabled the endpoint; nil where Stile did not.
	DisabledReason *DisabledReason
	DisabledAt     *Timestamp
	Deleted        bool
	Created        Timestamp
	Updated        Timestamp
}

// TableName names the table for gorm.
func (WebhookEndpoint) TableName() string { return "webhook_endpoints" }

// Overlaps reports whether the old secret still signs at that time.
func (e WebhookEndpoint) Overlaps(now Timestamp) bool {
	return e.OldSecretSealed != nil && e.OverlapUntil != nil && now.Before(e.OverlapUntil.Time)
}

// Subscribes reports whether the endpoint wants events of this type now.
func (e WebhookEndpoint) Subscribes(t EventType) bool {
	return e.Status == EndpointEnabled && !e.Deleted &&
		(slices.Contains(e.EnabledEvents.V, AllEvents) || slices.Contains(e.EnabledEvents.V, t))
}

// DeliveryStatus is the outcome of one delivery attempt.
type DeliveryStatus string

// A delivery attempt is pending until the receiver answered; closed when its endpoint went away first.
const (
	DeliveryPending   DeliveryStatus = "pending"
	DeliverySucceeded DeliveryStatus = "succeeded"
	DeliveryFailed    DeliveryStatus = "failed"
	DeliveryClosed    DeliveryStatus = "closed"
)

// DeliveryStatuses lists them in the order of an attempt's life.
func DeliveryStatuses() []DeliveryStatus {
	return []DeliveryStatus{DeliveryPending, DeliverySucceeded, DeliveryFailed, DeliveryClosed}
}

// Delivery is one attempt to bring one event to one endpoint.
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
	// DueAt is when this attempt is to be made.
	DueAt Timestamp
	// NextAttemptAt of a failed attempt is when the next one is due; null once given up.
	NextAttemptAt *Timestamp
	// Outstanding marks the one row of (event, endpoint) that keeps the event in pending_webhooks.
	Outstanding bool
	// RecoveryID is the recovery that asked for the attempt.
	RecoveryID  *string
	Created     Timestamp
	CompletedAt *Timestamp
}

// TableName names the table for gorm.
func (Delivery) TableName() string { return "webhook_deliveries" }

// Sent is what an attempt sent, but for the body, which is that of the event.
type Sent struct {
	At  Timestamp
	URL string
	// Headers are those of Stile, without what HTTP itself adds.
	Headers map[string]string
}

// Ref names the delivery in messages.
func (d Delivery) Ref() DeliveryRef {
	return DeliveryRef{
		OrgID: d.OrgID, DeliveryID: d.ID, EventID: d.EventID, EndpointID: d.EndpointID, EventType: string(d.EventType),
	}
}
