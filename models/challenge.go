package models

import "github.com/stile-id/stile/rules"

// Challenge is a nonce, a signed request or a redirect that a method made before one attempt. Its id cannot be guessed,
// so that it can address a reply from a wallet, a bank or another person. One submission uses it up.
type Challenge struct {
	ID        string `gorm:"primaryKey"`
	OrgID     string
	SessionID string
	Node      string
	Method    rules.Method
	Attempt   int
	Created   Timestamp
	ExpiresAt Timestamp
	// UsedAt is the time at which a submission used the challenge; nil until then.
	UsedAt *Timestamp
	// Content is sealed: the method's state, and the data that the device got.
	Content string
	// CodeHash is the keyed hash of the one-time code that was mailed with the challenge; nil if none was. CodeTries
	// counts the tries to enter it, of which there are EmailCodeTries.
	CodeHash  *string
	CodeTries int
}

// TableName names the table for gorm.
func (Challenge) TableName() string { return "method_challenges" }

// MaxChallenges caps the challenges of one session in all.
const MaxChallenges = 500
