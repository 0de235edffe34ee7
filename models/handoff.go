package models

import (
	"time"

	"github.com/stile-id/stile/rules"
)

// Handoff is one attempt to take a session from the desktop to a phone. Whoever first shows its token is the device
// that holds the session, until it lets go, stays away for too long, or the session ends.
type Handoff struct {
	ID        string `gorm:"primaryKey"` // the attempt_id of the API
	OrgID     string
	SessionID string
	TokenHash string
	Created   Timestamp
	ExpiresAt Timestamp
	// Choices are the numbers from which the phone must pick Number, which the desktop shows; none where the workflow
	// does not ask for that.
	Number  int
	Choices JSON[[]int]
	// MintedIn is where the desktop was, as far as its address told; nil where nobody knew.
	MintedIn *rules.Jurisdiction
	// ClaimedAt is when the token was consumed, by the device of this keyed digest.
	ClaimedAt   *Timestamp
	Device      *string
	ConfirmedAt *Timestamp
	// EndedAt is when the device lost the session, or the choice was wrong.
	EndedAt *Timestamp
	// Socket counts the live channels that the device has opened: the last one counts. Phase is how far the device says
	// that it is; nil until it does.
	Socket int
	Phase  *string
}

// TableName names the table for gorm.
func (Handoff) TableName() string { return "handoffs" }

// MaxHandoffs caps the attempts of a session that a device has used or may still use. Each use signals the run twice, and
// is a row that is kept.
const MaxHandoffs = 50

// HandoffKept is how long an attempt that no device has used is kept after its token has expired, to say so to the device
// that shows the token.
const HandoffKept = time.Hour

// Confirmed reports whether the phone is known to be that of who sits at the desktop.
func (h Handoff) Confirmed() bool { return len(h.Choices.V) == 0 || h.ConfirmedAt != nil }

// ActiveMobile is the device that may hold a session besides the one that it began on.
const ActiveMobile = "mobile"

// ActiveDevice is the device that holds the session; nil while none does.
func (s Session) ActiveDevice() *string {
	if s.AttemptID == nil {
		return nil
	}
	device := ActiveMobile
	return &device
}
