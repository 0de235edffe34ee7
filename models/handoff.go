package models

import (
	"time"

	"github.com/stile-id/stile/rules"
)

// Handoff is one attempt to move a session from the desktop to a phone. The first device that shows the token claims
// the session. It holds the session until it releases it, is idle for too long, or the session ends.
type Handoff struct {
	ID        string `gorm:"primaryKey"` // the attempt_id of the API
	OrgID     string
	SessionID string
	TokenHash string
	Created   Timestamp
	ExpiresAt Timestamp
	// Choices are the numbers from which the user picks Number, which the desktop shows, on the phone. They are empty
	// if the workflow does not ask for confirmation.
	Number  int
	Choices JSON[[]int]
	// MintedIn is the jurisdiction of the desktop's IP address; nil if unknown.
	MintedIn *rules.Jurisdiction
	// ClaimedAt is the time at which a device consumed the token. Device is the keyed digest of that device.
	ClaimedAt   *Timestamp
	Device      *string
	ConfirmedAt *Timestamp
	// EndedAt is the time at which the device lost the session or chose a wrong number.
	EndedAt *Timestamp
	// Socket counts the live channels that the device has opened; only the last one is valid. Phase is the
	// one that the device reported last, or nil.
	Socket int
	Phase  *string
}

// TableName names the table for gorm.
func (Handoff) TableName() string { return "handoffs" }

// MaxHandoffs caps the handoffs of a session that a device has claimed or may still claim. Each claimed one signals the
// run twice, and its row is kept.
const MaxHandoffs = 50

// HandoffKept is the time for which an unclaimed handoff is kept after its token has expired, so that a device that
// shows the token gets the right error.
const HandoffKept = time.Hour

// Confirmed reports whether the phone has been confirmed to belong to the user at the desktop, or needs no
// confirmation.
func (h Handoff) Confirmed() bool { return len(h.Choices.V) == 0 || h.ConfirmedAt != nil }

// ActiveMobile is the value of active_device while a phone holds the session.
const ActiveMobile = "mobile"

// ActiveDevice returns the device that holds the session, or nil if none does.
func (s Session) ActiveDevice() *string {
	if s.AttemptID == nil {
		return nil
	}
	device := ActiveMobile
	return &device
}
