package device

// What the link of a handoff is, and how it is drawn.
var (
	HandoffLink = handoffLink
	QRSVG       = qrSVG
)
