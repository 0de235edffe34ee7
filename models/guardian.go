package models

import "time"

// GuardianStatus is the status of a guardian's decision.
type GuardianStatus string

// The statuses of a guardian. Only GuardianInvited waits for a decision.
const (
	GuardianInvited   GuardianStatus = "invited"
	GuardianConsented GuardianStatus = "consented"
	GuardianRefused   GuardianStatus = "refused"
	GuardianWithdrawn GuardianStatus = "withdrawn" // after consent
	GuardianClosed    GuardianStatus = "closed"    // the decision is not needed any more
)

// Guardian is a parent or guardian that a child has asked for consent.
type Guardian struct {
	ID    string `gorm:"primaryKey"`
	OrgID string
	// SessionID is the child's session; Node and Attempt are those of parental_consent in it.
	SessionID string
	Node      string
	Attempt   int
	// ChallengeID is the newest challenge of the attempt, which the consent answers.
	ChallengeID string
	Status      GuardianStatus
	// AddressHash is a keyed hash of session and address; "" once the address is erased.
	AddressHash string
	// Content is the MailContent of the mails, sealed; nil once the guardian has decided or the attempt has ended.
	Content *string
	// ProofID is the newest session in which the guardian proves to be an adult; nil before the first. Proofs counts
	// them.
	ProofID *string
	Proofs  int
	// Text is the text of the consent, and TextVersion its version with the language.
	Text, TextVersion *string
	// RemindAt is when the guardian is reminded; nil once that was done or is of no use.
	RemindAt    *Timestamp
	Created     Timestamp
	DecidedAt   *Timestamp
	WithdrawnAt *Timestamp
}

// TableName names the table for gorm.
func (Guardian) TableName() string { return "guardians" }

// The bounds of a child's requests for consent.
const (
	// MaxGuardianProofs is how often a guardian may try to prove to be an adult.
	MaxGuardianProofs = 5
	// GuardianReminder is the time after which a guardian without a decision is reminded, once.
	GuardianReminder = 12 * time.Hour
)
