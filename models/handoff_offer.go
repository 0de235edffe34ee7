package models

import "slices"

// HandoffReason says what went wrong on the device that the user began with, so that a phone may do better.
type HandoffReason string

// The reasons, as the user's page reports them.
const (
	HandoffSetupFailed  HandoffReason = "setup_failed"  // what a method needs could not be set up
	HandoffCameraFailed HandoffReason = "camera_failed" // there is no camera, or it gives no picture
	HandoffScanFailed   HandoffReason = "scan_failed"   // a scan came to nothing
)

// HandoffReasons are all of them.
var HandoffReasons = []HandoffReason{HandoffSetupFailed, HandoffCameraFailed, HandoffScanFailed}

// ScansBeforeHandoff is how many scans fail before a phone is offered. Either other reason counts at once.
const ScansBeforeHandoff = 2

// ParseHandoffReason reads a reason of the public API.
func ParseHandoffReason(s string) (HandoffReason, bool) {
	reason := HandoffReason(s)
	return reason, slices.Contains(HandoffReasons, reason)
}

// HandoffOffer is why the session's page is to offer a phone, as far as the row tells; nil where it is not. Who asks
// from a phone has nothing to go on with, and a session that a phone holds is there already.
func (s Session) HandoffOffer(onPhone bool) *HandoffReason {
	if onPhone || s.AttemptID != nil || s.Status.Terminal() {
		return nil
	}
	return s.HandoffReason
}
