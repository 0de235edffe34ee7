package device

// Exposed for tests of handoff links and their QR codes.
var (
	HandoffLink = handoffLink
	QRSVG       = qrSVG
)

// Exposed for tests of the gate of uploads.
type UploadGate = uploadGate

// The bounds of the gate.
const (
	UploadsOfASession = uploadsOfASession
	UploadsAtOnce     = uploadsAtOnce
)

// Enter takes a place.
func (g *uploadGate) Enter(session string) (leave func(), err error) { return g.enter(session) }

// Sessions returns the number of sessions that have a place.
func (g *uploadGate) Sessions() int { return len(g.of) }
