package models

import (
	"fmt"
	"slices"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// SessionStatus is where a session stands.
type SessionStatus string

// The eight statuses; the last four are terminal.
const (
	StatusCreated       SessionStatus = "created"
	StatusPending       SessionStatus = "pending"
	StatusProcessing    SessionStatus = "processing"
	StatusRequiresInput SessionStatus = "requires_input"
	StatusVerified      SessionStatus = "verified"
	StatusFailed        SessionStatus = "failed"
	StatusCancelled     SessionStatus = "cancelled"
	StatusExpired       SessionStatus = "expired"
)

var (
	terminalStatuses = []SessionStatus{StatusVerified, StatusFailed, StatusCancelled, StatusExpired}
	// OpenStatuses are all that are not terminal.
	OpenStatuses = []SessionStatus{StatusCreated, StatusPending, StatusProcessing, StatusRequiresInput}
	// CancellableStatuses are those in which nothing is being judged.
	CancellableStatuses = []SessionStatus{StatusCreated, StatusPending, StatusRequiresInput}
)

// Terminal reports whether nothing can change the status any more.
func (s SessionStatus) Terminal() bool { return slices.Contains(terminalStatuses, s) }

// ParseSessionStatus reads a status of the public API.
func ParseSessionStatus(s string) (SessionStatus, bool) {
	status := SessionStatus(s)
	return status, status.Terminal() || slices.Contains(OpenStatuses, status)
}

// SessionType says what is proved: an age tier, or who somebody is.
type SessionType string

// The two types.
const (
	TypeAge      SessionType = "age"
	TypeIdentity SessionType = "identity"
)

// JurisdictionSource says how the jurisdiction was found.
type JurisdictionSource string

// The sources in use.
const (
	JurisdictionExplicit JurisdictionSource = "explicit" // the request named it
	JurisdictionHeader   JurisdictionSource = "header"   // a CDN told where the address is
	JurisdictionGeoIP    JurisdictionSource = "geoip"    // the GeoIP file tells where the address is
	JurisdictionDefault  JurisdictionSource = "default"  // a developer's machine is nowhere
)

// Session is the row of a verification session. It decides; the Temporal workflow orders.
type Session struct {
	ID              string `gorm:"primaryKey"`
	OrgID           string
	Type            SessionType
	Status          SessionStatus
	WorkflowID      string
	WorkflowVersion int
	GraphID         string
	GraphState      JSON[graph.State]
	Methods         JSON[[]rules.Method]
	UseCase         rules.UseCase
	AgeTier         rules.AgeTier
	RuleVersion     string
	// Compliance is what the law asked when the session was created: later changes of the rules leave it alone.
	Compliance JSON[ComplianceResult]
	// ExplanationID finds what led to it; nil for a session of before that was kept.
	ExplanationID *string
	// ConsentedAt is when the user consented to biometric processing.
	ConsentedAt *Timestamp
	// HandoffReason is why the page offers to go on with a phone: the first reason that was enough for it.
	HandoffReason *HandoffReason
	// FailedScans counts towards that, and no further.
	FailedScans        int
	Jurisdiction       rules.Jurisdiction
	JurisdictionSource JurisdictionSource
	// DeliveryJurisdiction is where the order goes; nil unless the merchant said so. IPJurisdiction is where the user's
	// address was then; nil where nobody knew.
	DeliveryJurisdiction *rules.Jurisdiction
	IPJurisdiction       *rules.Jurisdiction
	// Provisional says that the address was that of the merchant's server: places, terms and the beginning of the graph
	// wait for the user to open the session.
	Provisional       bool
	ClientReferenceID *string
	Metadata          JSON[map[string]string]
	ReturnURL         *string
	CancelURL         *string
	EmailSealed       *string
	EmailLookup       *string
	PhoneSealed       *string
	PhoneLookup       *string
	VerificationPath  *string
	FailureCode       *rules.ReasonCode
	// Risk begins with what the places tell; nil where that is nothing, until a verdict tells of a risk.
	Risk   JSON[*rules.Risk]
	Review Review `gorm:"embedded"`
	// AttemptID is the handoff whose device holds the session, since DeviceLockedAt; nil while none does.
	AttemptID      *string
	DeviceLockedAt *Timestamp
	// DeviceSeenAt is when that device last showed that it is there.
	DeviceSeenAt *Timestamp
	// Revision counts the changes of the row: what was read is still true where it has not moved.
	Revision int64
	// Submissions counts what the user has sent; each one signals the workflow, so it is capped.
	Submissions int
	// InFlight counts submissions without a verdict.
	InFlight int
	// NudgeAt is set while the workflow has yet to be told of a change; the sweep repeats what was lost.
	NudgeAt     *Timestamp
	Created     Timestamp
	Updated     Timestamp
	ExpiresAt   Timestamp
	CompletedAt *Timestamp
}

// TableName names the table for gorm.
func (Session) TableName() string { return "sessions" }

// Overdue reports whether the session is open though its deadline has passed.
func (s Session) Overdue(now Timestamp) bool {
	return !s.Status.Terminal() && !s.ExpiresAt.After(now.Time)
}

// AwaitsConsent reports whether the law asks for a consent to biometric processing that the user has not given.
func (s Session) AwaitsConsent() bool { return s.Compliance.V.ConsentRequired && s.ConsentedAt == nil }

// PlaceRisk is what the places of a session tell of its risk: nil where they agree, or nobody knows.
func (s Session) PlaceRisk() *rules.Risk {
	if s.DeliveryJurisdiction == nil || s.IPJurisdiction == nil {
		return nil
	}
	return rules.GeoMismatch(*s.DeliveryJurisdiction, *s.IPJurisdiction)
}

// FraudReason says why a reviewer should look at the session once it is verified: the order goes to another country than
// that of the user's address. It is "" where nothing of the kind is known.
func (s Session) FraudReason() string {
	if s.DeliveryJurisdiction == nil || s.IPJurisdiction == nil {
		return ""
	}
	delivery, address := *s.DeliveryJurisdiction, *s.IPJurisdiction
	if delivery.Country() == address.Country() {
		return ""
	}
	return fmt.Sprintf("%s: the order goes to %s, and the user's address is in %s", rules.SignalGeoMismatch, delivery, address)
}

// MaxSubmissions caps the submissions of one session, and so the rows, the signals and the history that they cause.
const MaxSubmissions = 500

// MaxFreeSubmissions is how many submissions a session takes before a verdict that leaves its attempt unused, such as
// requires_input, uses it up all the same. So the attempts come to an end before MaxSubmissions does.
const MaxFreeSubmissions = 400

// SessionTransition records one change of status under its deterministic id, so that a repeat finds the first.
type SessionTransition struct {
	SessionID  string `gorm:"primaryKey"`
	ID         string `gorm:"primaryKey"`
	OrgID      string
	FromStatus SessionStatus
	ToStatus   SessionStatus
	EventID    *string
	Created    Timestamp
}

// TableName names the table for gorm.
func (SessionTransition) TableName() string { return "session_transitions" }

// Submission is what a user sent for one attempt at one method. Payload is sealed, and erased with the verdict.
type Submission struct {
	ID          string `gorm:"primaryKey"`
	OrgID       string
	SessionID   string
	Node        string
	Method      rules.Method
	Attempt     int
	Payload     *string
	Fingerprint string // keyed hash of the payload, to tell a repeat from another submission; "" once the session has ended
	// ReadyAt is when Stile gives the verdict itself: at once, unless the slowness is simulated; or, where a provider is
	// asked, when it has stayed away for too long.
	ReadyAt Timestamp
	// ConnectorID names the connector to the provider who judges; nil where Stile does.
	ConnectorID *string
	// PromisedAt is when the provider said that its verdict comes by callback.
	PromisedAt *Timestamp
	Created    Timestamp
}

// TableName names the table for gorm.
func (Submission) TableName() string { return "submissions" }

// Result is the verdict on one attempt, kept for good: outcome and reasons, nothing of what was sent.
type Result struct {
	ID          string `gorm:"primaryKey"` // that of the submission
	OrgID       string
	SessionID   string
	Node        string
	Method      rules.Method
	Attempt     int
	Status      graph.Outcome
	AgeTier     *rules.AgeTier
	ReasonCodes JSON[[]rules.ReasonCode]
	Checks      JSON[[]Check]
	Provider    *string
	Created     Timestamp
}

// TableName names the table for gorm.
func (Result) TableName() string { return "results" }

// Check is one thing that a method looked at.
type Check struct {
	Name   string `json:"name"`
	Status string `json:"status"` // passed, failed
}

// Verdict is what a method says of a submission.
type Verdict struct {
	Outcome     graph.Outcome
	AgeTier     *rules.AgeTier
	ReasonCodes []rules.ReasonCode
	Checks      []Check
	Provider    *string
	// Risk is what the method has found besides, where it assesses that.
	Risk *rules.Risk
}

// NewCheck makes a check with its public status.
func NewCheck(name string, passed bool) Check {
	if passed {
		return Check{Name: name, Status: string(graph.OutcomePassed)}
	}
	return Check{Name: name, Status: string(graph.OutcomeFailed)}
}
