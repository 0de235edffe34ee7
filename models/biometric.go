package models

import "github.com/stile-id/stile/rules"

// BiometricKind is a kind of biometric data of a session.
type BiometricKind string

// The kinds.
const (
	// BiometricPortrait is the picture of the holder of a verified document, for a match that is to follow.
	BiometricPortrait BiometricKind = "portrait"
	// BiometricTemplate are the numbers that describe a face which a method has passed, in the method's form.
	BiometricTemplate BiometricKind = "template"
)

// Biometric is biometric data of a session. The row of a portrait is deleted with the match, that of a template at the
// end of the session or of the retention of its rule.
type Biometric struct {
	ID        string `gorm:"primaryKey"` // the session's, a slash, the kind, a slash, and the method
	OrgID     string
	SessionID string
	Kind      BiometricKind
	// Method is the one that has passed.
	Method  rules.Method
	Created Timestamp
	// ExpiresAt is the session's deadline until the session has ended.
	ExpiresAt Timestamp
	Content   string // sealed
}

// TableName names the table for gorm.
func (Biometric) TableName() string { return "session_biometrics" }
