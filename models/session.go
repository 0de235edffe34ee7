package models

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/rules/risk"
)

// SessionStatus is the status of a session.
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
	// TerminalStatuses are the statuses that are final.
	TerminalStatuses = []SessionStatus{StatusVerified, StatusFailed, StatusCancelled, StatusExpired}
	// OpenStatuses are the statuses that are not terminal.
	OpenStatuses = []SessionStatus{StatusCreated, StatusPending, StatusProcessing, StatusRequiresInput}
	// CancellableStatuses are the statuses in which no submission is being judged.
	CancellableStatuses = []SessionStatus{StatusCreated, StatusPending, StatusRequiresInput}
)

// Terminal reports whether the status is final.
func (s SessionStatus) Terminal() bool { return slices.Contains(TerminalStatuses, s) }

// ParseSessionStatus returns the status of this name, or false.
func ParseSessionStatus(s string) (SessionStatus, bool) {
	status := SessionStatus(s)
	return status, status.Terminal() || slices.Contains(OpenStatuses, status)
}

// SessionType is the kind of proof: an age tier, or an identity.
type SessionType string

// The two types.
const (
	TypeAge      SessionType = "age"
	TypeIdentity SessionType = "identity"
)

// JurisdictionSource is the source of a session's jurisdiction.
type JurisdictionSource string

// The sources in use.
const (
	JurisdictionExplicit JurisdictionSource = "explicit" // a parameter of the request
	JurisdictionHeader   JurisdictionSource = "header"   // a CDN's header with the location of the IP address
	JurisdictionGeoIP    JurisdictionSource = "geoip"    // the GeoIP file
	JurisdictionDefault  JurisdictionSource = "default"  // the sandbox default, for private addresses
)

// Session is the row of a verification session. The row decides, by conditional updates; the Temporal workflow orders
// the work.
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
	// Compliance holds the legal requirements from the time of the session's creation. Later changes of the rules do
	// not affect it.
	Compliance JSON[ComplianceResult]
	// ExplanationID is the id of the explanation of Compliance; nil for a session from before explanations were stored.
	ExplanationID *string
	// ConsentedAt is the time of the user's consent to biometric processing. ConsentTextVersion is the version of the
	// text that the user read; nil if the page did not name it.
	ConsentedAt        *Timestamp
	ConsentTextVersion *string
	// HandoffReason is the first problem for which the page offers a phone.
	HandoffReason *HandoffReason
	// FailedScans counts failed scans until HandoffReason is set.
	FailedScans        int
	Jurisdiction       rules.Jurisdiction
	JurisdictionSource JurisdictionSource
	// DeliveryJurisdiction is the destination of the order; nil if the merchant gave none. IPJurisdiction is the
	// location of the user's IP address; nil if unknown.
	DeliveryJurisdiction *rules.Jurisdiction
	IPJurisdiction       *rules.Jurisdiction
	// Provisional means that the jurisdiction is that of the merchant's server. The jurisdictions, the terms and the
	// beginning of the graph wait for the user to open the session.
	Provisional       bool
	ClientReferenceID *string
	Metadata          JSON[map[string]string]
	ReturnURL         *string
	CancelURL         *string
	// Locale is the user's language, as a BCP 47 tag; nil if the merchant gave none.
	Locale *string
	// PageOrigin is the origin of the page that created the session with a publishable key; "" where the request named
	// no valid one, and nil for a session that was created with a secret key.
	PageOrigin  *string
	EmailSealed *string
	EmailLookup *string
	// EmailCodes counts the codes that were mailed. EmailProvenAt is when the user entered one, and so proved control of
	// the session's address; nil before. EmailChanged means that this address is not the merchant's, which bars every
	// reuse of an earlier verification.
	EmailCodes       int
	EmailProvenAt    *Timestamp
	EmailChanged     bool
	PhoneSealed      *string
	PhoneLookup      *string
	VerificationPath *string
	// VerifiedPersonID is the person of a verified session, and CredentialID the credential that verified it.
	VerifiedPersonID *string
	CredentialID     *string
	// TrustGrantID is the grant by which a verification that the user shared verified the session.
	TrustGrantID *string
	// GuardianID is the guardian who proves to be an adult in this session; nil for the session of a user. Such a session
	// fires no events, makes no credential, and is not shown to the merchant.
	GuardianID *string
	// RequiresEmailOTP means that an earlier verification can be reused once the user proves control of the e-mail
	// address.
	RequiresEmailOTP bool
	// Reuse holds the merchant's conditions on an earlier verification; nil without any.
	Reuse       JSON[*ReuseRequest]
	FailureCode *rules.ReasonCode
	// Risk is nil while there is no signal. It starts with the mismatch of the jurisdictions and the signals that the
	// workflow includes, and verdicts raise it.
	Risk JSON[*rules.Risk]
	// FlagAt is the level of risk from which the verified session is flagged for review; "" flags it at none.
	FlagAt rules.RiskLevel
	Review Review `gorm:"embedded"`
	// AttemptID is the handoff of the device that holds the session, since DeviceLockedAt; nil if none does.
	AttemptID      *string
	DeviceLockedAt *Timestamp
	// DeviceSeenAt is the time of that device's last request.
	DeviceSeenAt *Timestamp
	// Revision counts the changes of the row. An unchanged revision proves that the row is as it was read.
	Revision int64
	// Submissions counts the user's submissions. It is capped, because each one signals the workflow.
	Submissions int
	// InFlight counts submissions without a verdict.
	InFlight int
	// Uploads and Challenges count all that the session has had, including deleted ones.
	Uploads, Challenges int
	// Biometrics counts the rows of biometric data that the session has had, including deleted ones. HasPortrait reports
	// that one of them is the portrait of a verified document.
	Biometrics  int
	HasPortrait bool
	// NudgeAt is set while a signal about a change is owed to the workflow. The sweep repeats lost signals.
	NudgeAt     *Timestamp
	Created     Timestamp
	Updated     Timestamp
	ExpiresAt   Timestamp
	CompletedAt *Timestamp
	// EraseAt is when the contacts of an ended session are to be erased, and ErasedAt when they were.
	EraseAt, ErasedAt *Timestamp
}

// TableName names the table for gorm.
func (Session) TableName() string { return "sessions" }

// Overdue reports whether the session is open after its deadline.
func (s Session) Overdue(now Timestamp) bool {
	return !s.Status.Terminal() && !s.ExpiresAt.After(now.Time)
}

// AwaitsConsent reports whether the law requires the user's consent to biometric processing and the user has not given
// it.
func (s Session) AwaitsConsent() bool { return s.Compliance.V.ConsentRequired && s.ConsentedAt == nil }

// elsewhere reports whether the order goes to another place than that of the user's IP address. An unknown jurisdiction
// is not a mismatch.
func (s Session) elsewhere() bool {
	return s.DeliveryJurisdiction != nil && s.IPJurisdiction != nil &&
		s.DeliveryJurisdiction.Differs(*s.IPJurisdiction)
}

// FraudReason returns the reason for a review after the session is verified: the order goes to another country than
// that of the user's IP address, or the risk has the level at which the workflow flags. It returns "" if there is none.
func (s Session) FraudReason() string { return cmp.Or(s.foreignOrder(), s.highRisk()) }

func (s Session) highRisk() string {
	risk := s.Risk.V
	if s.FlagAt == "" || risk == nil || !risk.Level().Reaches(s.FlagAt) {
		return ""
	}
	return fmt.Sprintf("risk_%s: a score of %d, by %s", risk.Level(), risk.Score, strings.Join(risk.Signals, ", "))
}

func (s Session) foreignOrder() string {
	if s.DeliveryJurisdiction == nil || s.IPJurisdiction == nil {
		return ""
	}
	delivery, address := *s.DeliveryJurisdiction, *s.IPJurisdiction
	if delivery.Country() == address.Country() {
		return ""
	}
	return fmt.Sprintf(
		"%s: the order goes to %s, and the user's address is in %s",
		risk.GeoMismatch,
		delivery,
		address,
	)
}

// MaxSubmissions caps the submissions of one session, and with them its rows, signals and history.
const MaxSubmissions = 500

// MaxFreeSubmissions is the number of submissions of a session after which every verdict uses up an attempt, also
// requires_input. The attempts so end before MaxSubmissions is reached.
const MaxFreeSubmissions = 400

// SessionTransition records one change of status under a deterministic id, by which a repeated change is recognized.
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

// Submission is a user's input for one attempt at one method. Payload is sealed, and is erased with the verdict.
type Submission struct {
	ID          string `gorm:"primaryKey"`
	OrgID       string
	SessionID   string
	Node        string
	Method      rules.Method
	Attempt     int
	Payload     *string
	Fingerprint string // keyed hash of the payload, to recognize a repeat; "" once the session has ended
	// ReadyAt is the time from which Stile gives the verdict itself: at once, after a simulated delay, or when a
	// provider's time has run out.
	ReadyAt Timestamp
	// ConnectorID is the connector of the provider that judges; nil if Stile judges.
	ConnectorID *string
	// PromisedAt is the time at which the provider promised to send its verdict by callback.
	PromisedAt *Timestamp
	Created    Timestamp
}

// TableName names the table for gorm.
func (Submission) TableName() string { return "submissions" }

// Result is the verdict on one attempt. It is kept permanently, and holds the outcome and reasons, but nothing of the
// submission that tells of its user.
type Result struct {
	ID          string `gorm:"primaryKey"` // the id of the submission
	OrgID       string
	SessionID   string
	Node        string
	Method      rules.Method
	Attempt     int
	Status      graph.Outcome
	AgeTier     *rules.AgeTier
	ReasonCodes JSON[[]rules.ReasonCode]
	Checks      JSON[[]rules.Check]
	Provider    *string
	// DocumentHash is the keyed hash of the document that the method has seen; nil without one.
	DocumentHash *string
	// Credential is nil unless a digital credential was verified.
	Credential JSON[*rules.WalletCredential]
	// Document is nil unless a physical document was read.
	Document JSON[*rules.PhysicalDocument]
	// Biometric is nil unless a face was judged.
	Biometric JSON[*rules.Biometric]
	Created   Timestamp
}

// TableName names the table for gorm.
func (Result) TableName() string { return "results" }
