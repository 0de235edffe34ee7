package models

import "github.com/stile-id/stile/rules"

// Challenge is what a method made before one attempt at it: a nonce, a signed request, a redirect. Its id cannot be
// guessed, so that it can address a reply from a wallet, a bank or another person. One submission uses it up.
type Challenge struct {
	ID        string `gorm:"primaryKey"`
	OrgID     string
	SessionID string
	Node      string
	Method    rules.Method
	Attempt   int
	Created   Timestamp
	ExpiresAt Timestamp
	// UsedAt is when a submission used the challenge; nil until then.
	UsedAt *Timestamp
	// Content is sealed: the method's state, and what the device was told.
	Content string
}

// TableName names the table for gorm.
func (Challenge) TableName() string { return "method_challenges" }

// MaxChallenges caps the challenges that one session begins in all.
const MaxChallenges = 500
