package device

// Exposed for tests of handoff links and their QR codes.
var (
	HandoffLink = handoffLink
	QRSVG       = qrSVG
)
