// Package face serves facial_age, selfie_match and selfie_liveness. The vision process measures one picture at a time,
// this package decides on the numbers of several. docs/methods/faces.md says how much a verdict proves.
package face

import (
	"context"
	"io"
	"log/slog"
	"time"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/face/flash"
	"github.com/stile-id/stile/methods/face/motion"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/vision"
)

// Vision measures faces: *vision.Client.
type Vision interface {
	// Faces returns the measures of the process. Errors: *vision.ImageError, *vision.AwayError.
	Faces(ctx context.Context, picture []byte, read ...vision.FaceRead) (*vision.Faces, error)
	// FacesUnavailable returns why a reading cannot be made now, in words for users and operators; "" while all can.
	FacesUnavailable(read ...vision.FaceRead) string
}

// Options configure the methods.
type Options struct {
	// Vision measures the pictures; nil where no process is configured.
	Vision Vision
	// Patience is how long a vision process that is away is asked again before the verdict is provider_unavailable.
	Patience time.Duration
	// Gap is the longest time between two frames of turns: 0 in production, which means motion.Gap.
	Gap time.Duration
	// Random draws challenges: crypto/rand.Reader.
	Random io.Reader
	Now    func() time.Time
	Log    *slog.Logger
}

// The limits of uploads. A page that was loaded again sends its frames again.
const (
	maxFrameBytes  = 512 << 10
	mostSelfies    = 8
	selfieUploads  = 3 * mostSelfies
	leastSelfies   = 3
	mostFrames     = 48
	leastFrames    = 12
	mostChallenges = 12
)

// Methods returns the methods.
func Methods(o Options) []methods.Method {
	if o.Vision == nil {
		o.Vision = (*vision.Client)(nil)
	}
	a, m, l := &age{base{o}}, &match{base{o}}, &liveness{base{o}}
	frames := methods.Field{Name: "frames", Type: methods.FieldFrames, MediaTypes: []string{methods.TypeJPEG}}
	return []methods.Method{
		{
			Name: rules.MethodFacialAge, Accept: a, Judge: a, Uploads: true, MostUploads: selfieUploads,
			MaxUploadBytes: maxFrameBytes, Fields: []methods.Field{frames}, Unavailable: o.without(a.reads()...),
			Patient: true, Closed: a.closed,
		},
		{
			Name: rules.MethodSelfieMatch, Accept: m, Judge: m, Uploads: true, MostUploads: selfieUploads,
			MaxUploadBytes: maxFrameBytes, Fields: []methods.Field{frames}, Unavailable: o.without(m.reads()...),
			Patient: true, Closed: m.closed,
		},
		{
			Name: rules.MethodSelfieLiveness, Begin: l, Accept: l, Judge: l, Uploads: true, MostUploads: mostFrames,
			MaxUploadBytes: maxFrameBytes, Unavailable: o.without(l.reads("")...), Patient: true,
			Fields: []methods.Field{{Name: "challenge", Type: methods.FieldChallenge}, frames},
			BeginFields: []methods.Field{
				{
					Name: "strategy", Type: methods.FieldText, Optional: true, Choices: []methods.Choice{
						{Value: graph.LivenessAction, Label: "Turn the head"},
						{Value: graph.LivenessFlashing, Label: "Colours of the screen"},
					},
				},
				{Name: "extended", Type: methods.FieldBoolean, Optional: true},
			},
		},
	}
}

// without returns the function that tells why readings cannot be made.
func (o Options) without(read ...vision.FaceRead) func() string {
	return func() string { return o.Vision.FacesUnavailable(read...) }
}

// base has the parts that the methods share.
type base struct{ options Options }

// The names of checks, beside those of packages motion and flash. Those of quality are in quality.go.
const (
	checkReadable = "frames_readable"
	checkDistinct = "frames_distinct"
	checkOneFace  = "one_face"
	checkQuality  = "face_quality"
	checkSame     = "same_face"
	checkEarlier  = "same_face_as_before"
	checkScreen   = "no_screen_seen"
	checkInTime   = "frames_in_time"
	checkAge      = "age_over_approve_at"
	checkPortrait = "portrait_usable"
	checkMatch    = "face_matches_document"
	checkColours  = "colours_reflected"
	checkFollowed = motion.CheckFollowed
)

// challenge is the state of a challenge, and the part for the device with it.
type challenge struct {
	Strategy string        `json:"strategy"`
	Turns    []motion.Turn `json:"turns,omitempty"`
	Colours  []flash.Step  `json:"colours,omitempty"`
	Begun    time.Time     `json:"begun"`
	Seconds  int           `json:"seconds"`
}
