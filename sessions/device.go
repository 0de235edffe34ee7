package sessions

import (
	"net/netip"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
)

// Sender is where a request comes from, as far as its transport tells.
type Sender struct {
	// Address is the client's address; the zero address where it is unknown.
	Address netip.Addr
	// Jurisdiction is where a trusted CDN says that the client is; "" where it does not say.
	Jurisdiction rules.Jurisdiction
}

// Device is a device of the user that acts in a session, as its credential identified it: the desktop on which the
// session began, or the phone that a handoff took it to.
type Device struct {
	// Session is the row as it was read with the credential.
	Session models.Session
	// AsCreated reports that Session is the row as it was created, and may have changed since.
	AsCreated bool
	// Handoff is the handoff by which a phone holds the session; the zero Handoff on the desktop.
	Handoff models.Handoff
	Sender  Sender
	// Hints are those of the page that opens the session; the zero Hints for any other request.
	Hints Hints
}

// Hints are claims of the page about the device. Signals of risk read them, and nothing else.
type Hints struct {
	// TimeZone is an IANA name, such as Europe/Berlin, and Languages are BCP 47 tags, the preferred ones first.
	TimeZone  string
	Languages []string
	// DeviceID is a random value that the page keeps on the device.
	DeviceID string
}

// OnPhone reports whether the device is the phone of a handoff.
func (d Device) OnPhone() bool { return d.Handoff.ID != "" }

// mayAct refuses the desktop while a phone holds the session, a phone that does not hold the session, and a phone
// on which the number of the desktop has not been chosen yet.
func (d Device) mayAct(s models.Session) error {
	switch {
	case !d.OnPhone() && s.AttemptID != nil:
		return models.Errorf(models.CodeSessionLocked, "The session is being completed on another device")
	case d.OnPhone() && (s.AttemptID == nil || *s.AttemptID != d.Handoff.ID):
		return store.HandoffEnded()
	case d.OnPhone() && !d.Handoff.Confirmed():
		return models.Errorf(models.CodeHandoffNotConfirmed, "Choose the number that the other device shows first")
	default:
		return nil
	}
}

// running refuses a session that has ended.
func running(s models.Session) error {
	if s.Status.Terminal() {
		return models.SessionTerminal(s.Status)
	}
	return nil
}
