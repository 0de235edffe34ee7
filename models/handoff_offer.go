package models

import "slices"

// HandoffReason is a problem on the user's first device for which the page offers a phone.
type HandoffReason string

// The reasons, as the user's page reports them.
const (
	HandoffSetupFailed  HandoffReason = "setup_failed"  // a requirement of a method could not be set up
	HandoffCameraFailed HandoffReason = "camera_failed" // there is no camera, or it gives no picture
	HandoffScanFailed   HandoffReason = "scan_failed"   // a scan failed
)

// HandoffReasons are all reasons.
var HandoffReasons = []HandoffReason{HandoffSetupFailed, HandoffCameraFailed, HandoffScanFailed}

// ScansBeforeHandoff is the number of failed scans after which the page offers a phone. The other reasons count at
// once.
const ScansBeforeHandoff = 2

// ParseHandoffReason returns the reason of this name, or false.
func ParseHandoffReason(s string) (HandoffReason, bool) {
	reason := HandoffReason(s)
	return reason, slices.Contains(HandoffReasons, reason)
}

// HandoffOffer returns the reason for which the session's page offers a phone, and nil if it offers none: the page is
// open on a phone already, a phone holds the session, the session has ended, or no problem was reported.
func (s Session) HandoffOffer(onPhone bool) *HandoffReason {
	if onPhone || s.AttemptID != nil || s.Status.Terminal() {
		return nil
	}
	return s.HandoffReason
}
