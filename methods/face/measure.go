package face

import (
	"context"
	"crypto/sha256"
	"errors"
	"math"
	"sync"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/vision"
)

// shot is a measured frame.
type shot struct {
	frame
	*vision.Faces
	digest [sha256.Size]byte // of the file
}

// face returns the largest face. It must have one.
func (s shot) face() vision.Face { return s.Faces.Faces[0] }

// atOnce is how many frames of a submission are measured at once.
const atOnce = 4

// measure has the frames measured. The first error ends it.
func (b base) measure(
	ctx context.Context, uploads methods.Uploads, frames []frame, read []vision.FaceRead,
) ([]shot, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		shots  = make([]shot, len(frames))
		places = make(chan struct{}, atOnce)
		group  sync.WaitGroup
		once   sync.Once
		failed error
	)
	for i, f := range frames {
		group.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			if ctx.Err() != nil {
				return
			}
			var err error
			if shots[i], err = b.measureOne(ctx, uploads, f, read); err != nil {
				once.Do(func() { failed = err })
				cancel()
			}
		})
	}
	group.Wait()
	return shots, failed
}

func (b base) measureOne(
	ctx context.Context, uploads methods.Uploads, f frame, read []vision.FaceRead,
) (shot, error) {
	content, err := uploads.Content(ctx, f.Upload)
	if err != nil {
		return shot{}, err
	}
	faces, err := b.options.Vision.Faces(ctx, content, read...)
	return shot{frame: f, Faces: faces, digest: sha256.Sum256(content)}, err
}

// look has the frames measured in the time of the call. It returns the verdict, or the error, if they were not.
func (b base) look(
	ctx context.Context, s methods.Submission, do func(within context.Context) error,
) (unseen *methods.Verdict, err error) {
	within, brief, cancel := vision.ReadingTime(ctx)
	defer cancel()
	err = do(within)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err == nil {
		return nil, nil
	}
	v, err := b.unmeasured(s, err, brief)
	return &v, err
}

// unmeasured returns the verdict where a picture was not measured. A picture that the process refuses costs no attempt;
// a process that is away, or too slow for vision.ReadingTime, is asked again while there is patience. It keeps the
// answers that it has given for a minute, so that the next call goes on.
func (b base) unmeasured(s methods.Submission, err error, brief bool) (methods.Verdict, error) {
	var (
		refused *vision.ImageError
		away    *vision.AwayError
	)
	slow := !errors.As(err, &away) && errors.Is(err, context.DeadlineExceeded)
	patient := b.options.Now().Before(s.Received.Add(b.options.Patience))
	check := rules.Check{Name: checkReadable, NotPerformed: true}
	switch {
	case errors.As(err, &refused) && refused.Code != vision.CodeParameterInvalid:
		return methods.Unfinished(graph.OutcomeRequiresInput, rules.ReasonUnreadable, rules.Check{Name: checkReadable}), nil
	case errors.As(err, &refused):
		b.options.Log.Error("face: a question to the vision process is wrong, so a submission has no verdict",
			"error", err)
		return methods.Unfinished(graph.OutcomeError, rules.ReasonMethodError, check), nil
	case slow && (brief || patient): // the measuring goes on, and its answers will be there
		return methods.Verdict{}, &methods.WaitingError{Reason: "the vision process is measuring the pictures"}
	case away == nil && !slow:
		return methods.Verdict{}, err // an upload could not be opened
	case away != nil && patient:
		return methods.Verdict{}, &methods.AwayError{Reason: away.Error()}
	default:
		return methods.Unfinished(graph.OutcomeError, rules.ReasonProviderUnavailable, check), nil
	}
}

// repeated reports whether two frames are the same file.
func repeated(shots []shot) bool {
	seen := map[[sha256.Size]byte]bool{}
	for _, s := range shots {
		if seen[s.digest] {
			return true
		}
		seen[s.digest] = true
	}
	return false
}

const (
	// copyBits is by how many bits of their prints copies of a picture differ at most.
	copyBits = 3
	// loopFrames is how many frames in a row show a loop, if they come again with heads in the same poses.
	loopFrames = 4
	// samePose is how far apart the same poses are, in degrees, and loopMoves how far the head turns within a loop.
	samePose, loopMoves = 1.0, 10.0
)

// looped reports whether a run of frames in which the head turns comes again. No person is caught
// in the same poses twice, and a head that does not turn proves nothing.
func looped(shots []shot) bool {
	for first := range shots {
		for again := first + loopFrames; again+loopFrames <= len(shots); again++ {
			if sameRun(shots[first:first+loopFrames], shots[again:again+loopFrames]) {
				return true
			}
		}
	}
	return false
}

func sameRun(a, b []shot) bool {
	moved := 0.0
	for i := range a {
		p, q := a[i].face().Pose, b[i].face().Pose
		if vision.PrintDistance(a[i].Print, b[i].Print) > copyBits || apart(p.Yaw, q.Yaw) || apart(p.Pitch, q.Pitch) {
			return false
		}
		first := a[0].face().Pose
		moved = max(moved, math.Hypot(p.Yaw-first.Yaw, p.Pitch-first.Pitch))
	}
	return moved >= loopMoves
}

func apart(a, b float64) bool { return a-b > samePose || b-a > samePose }

// orNone returns the verdict, or an empty one beside an error.
func orNone(v *methods.Verdict) methods.Verdict {
	if v == nil {
		return methods.Verdict{}
	}
	return *v
}
