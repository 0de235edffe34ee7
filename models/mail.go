package models

import "time"

// MailPurpose is the reason for a mail. It chooses the text.
type MailPurpose string

// The purposes of mails.
const (
	// MailCode is a mail with a one-time code. Its values are code and minutes.
	MailCode MailPurpose = "code"
	// MailGrant tells a user that an organization accepted a verification that the user shares. Its values are the links
	// revoke and revoke_all.
	MailGrant MailPurpose = "grant"
	// MailGuardian asks a guardian for consent, MailGuardianReminder asks again, and MailGuardianThanks confirms the
	// consent. Their values are the links decide and withdraw; the last has withdraw only.
	MailGuardian         MailPurpose = "guardian"
	MailGuardianReminder MailPurpose = "guardian_reminder"
	MailGuardianThanks   MailPurpose = "guardian_thanks"
)

// MailPurposes has every purpose.
var MailPurposes = []MailPurpose{MailCode, MailGrant, MailGuardian, MailGuardianReminder, MailGuardianThanks}

// MailStatus is the status of a mail.
type MailStatus string

// The statuses of a mail. All but MailPending are final.
const (
	MailPending MailStatus = "pending"
	MailSent    MailStatus = "sent"
	MailRefused MailStatus = "refused"  // by the mail server, for good
	MailGivenUp MailStatus = "given_up" // it was not sent in time
)

// Mail is a mail to a user. Content is sealed, and is nil once the status is final.
type Mail struct {
	ID       string `gorm:"primaryKey"`
	OrgID    string
	Purpose  MailPurpose
	Status   MailStatus
	Content  *string
	Attempts int
	// LeaseUntil is when another worker may send the mail, if the one that has taken it is lost.
	LeaseUntil Timestamp
	// DueAt is when the sweep takes the mail's run for lost.
	DueAt Timestamp
	// ExpiresAt is when the mail has become useless.
	ExpiresAt Timestamp
	Created   Timestamp
	SettledAt *Timestamp
}

// TableName names the table for gorm.
func (Mail) TableName() string { return "mails" }

// Ref returns the key of the mail.
func (m Mail) Ref() MailRef { return MailRef{OrgID: m.OrgID, MailID: m.ID} }

// MailContent is the sealed part of a mail.
type MailContent struct {
	To string `json:"to"`
	// Locale is a BCP 47 tag; "" if the user's language is unknown.
	Locale string `json:"locale"`
	// Values are those of the purpose.
	Values map[string]string `json:"values"`
}

// MailKept is how long the row of a settled mail is kept, without its content.
const MailKept = 7 * 24 * time.Hour

// MailLease is how long one attempt to send a mail may take, with its record.
const MailLease = 45 * time.Second
