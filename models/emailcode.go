package models

import "time"

// EmailCode is the last one-time code that was mailed for a session. Only a keyed hash of the code is kept.
type EmailCode struct {
	SessionID string `gorm:"primaryKey"`
	OrgID     string
	ID        string
	// EmailSealed is the address that the code was mailed to.
	EmailSealed string
	CodeHash    string
	Tries       int
	Created     Timestamp
	// ExpiresAt is the deadline of the session, after which the sweep deletes a row that is left. The code itself is valid
	// until EndsAt.
	ExpiresAt Timestamp
}

// TableName names the table for gorm.
func (EmailCode) TableName() string { return "email_codes" }

// EmailCodeTTL is the validity of a one-time code, and EmailCodeTries the number of tries to enter it.
const (
	EmailCodeTTL   = 10 * time.Minute
	EmailCodeTries = 5
)

// MaxEmailCodes caps the codes of a session, each of which is a mail. With three in 15 minutes it is reached after two
// hours and a half.
const MaxEmailCodes = 30

// TriesLeft returns the number of tries to enter the code.
func (c EmailCode) TriesLeft() int { return max(EmailCodeTries-c.Tries, 0) }

// EndsAt returns when the code becomes invalid.
func (c EmailCode) EndsAt() Timestamp { return At(c.Created.Add(EmailCodeTTL)) }

// Valid reports whether the code can be entered at t.
func (c EmailCode) Valid(t time.Time) bool { return c.TriesLeft() > 0 && t.Before(c.EndsAt().Time) }
