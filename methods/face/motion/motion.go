// Package motion decides whether frames of a camera show a head that turns as a challenge asks. It
// works on numbers that the vision process has measured, and has no state.
//
// A photograph or a screen that is turned is flat: the landmarks of two of its frames are related by a homography.
// Those of a head are not, because the nose stands out. A recording of a head is not flat, but its turns are not
// those of the challenge.
package motion

import (
	"io"
	"math"
	"slices"
	"time"

	"github.com/stile-id/stile/rules"
)

// Turn is a movement of the head, as the user sees it: Left is to the user's own left.
type Turn string

// The turns.
const (
	Left  Turn = "left"
	Right Turn = "right"
	Up    Turn = "up"
)

const (
	// Turns is the number of turns of a challenge: one of 24 sequences.
	Turns = 4
	// Least is how far the head has to turn, in degrees from where it was at first.
	Least = 20.0
	// leastUp is how far the pitch has to rise for Up: a head that is raised by 20 degrees is measured at 14.
	leastUp = 14.0
	// restYaw and restPitch are how far the head may be turned in the first frame.
	restYaw, restPitch = 15.0, 25.0
	// restFrames is the number of frames at most from which the first pose is taken.
	restFrames = 3
	// restMoved ends these frames.
	restMoved = 4.0
)

// Gap is the longest time between the arrivals of two frames from a user.
const Gap = 6 * time.Second

// The names of the checks.
const (
	CheckFollowed = "challenge_followed"
	CheckSmooth   = "movement_smooth"
	CheckDepth    = "face_has_depth"
)

// Draw returns a random sequence of turns, of which no two neighbours are alike.
func Draw(random io.Reader) ([]Turn, error) {
	all := []Turn{Left, Right, Up}
	turns := make([]Turn, 0, Turns)
	for len(turns) < Turns {
		var b [1]byte
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return nil, err
		}
		if b[0] == 255 { // 255 is divisible by three: each turn is as likely
			continue
		}
		if turn := all[int(b[0])%len(all)]; len(turns) == 0 || turns[len(turns)-1] != turn {
			turns = append(turns, turn)
		}
	}
	return turns, nil
}

// Frame has the measurements of a frame, with one face.
type Frame struct {
	// Step is the index of the turn that the frame belongs to.
	Step int
	// At is when the server received the frame.
	At time.Time
	// Yaw is positive if the nose points to the right edge of the picture, Pitch if it points up, in degrees.
	Yaw, Pitch float64
	// Eyes is the distance of the eyes in pixels, as if the head were not turned.
	Eyes float64
	// Points are the landmarks of the rigid part of the face, the same in each frame.
	Points [][2]float64
}

// Judge returns the checks of a sequence of frames, of which two may arrive as far apart as gap.
func Judge(turns []Turn, frames []Frame, gap time.Duration) []rules.Check {
	checks := []rules.Check{
		{Name: CheckFollowed, Passed: Followed(turns, frames)},
		{Name: CheckSmooth, Passed: Smooth(frames, gap)},
	}
	residual, measured := Depth(frames)
	return append(checks, rules.Check{
		Name: CheckDepth, Passed: measured && residual >= SolidFrom, NotPerformed: !measured,
	})
}

// Followed reports whether the frames show the turns in their order, and no other turn.
func Followed(turns []Turn, frames []Frame) bool {
	rest, ok := restOf(frames)
	if !ok {
		return false
	}
	seen, step := make([]bool, len(turns)), 0
	for _, f := range frames {
		if f.Step < step || f.Step >= len(turns) {
			return false
		}
		step = f.Step
		switch turn := f.turn(rest); {
		case turn == "":
		case turn == turns[step]:
			seen[step] = true
		case step == 0 || turn != turns[step-1]: // the way back from the turn before
			return false
		}
	}
	return !slices.Contains(seen, false)
}

// pose is where a head looks at first.
type pose struct{ yaw, pitch float64 }

// restOf returns the pose of the first frames; false if the head does not look into the camera.
func restOf(frames []Frame) (rest pose, ok bool) {
	if len(frames) == 0 || math.Abs(frames[0].Yaw) > restYaw || math.Abs(frames[0].Pitch) > restPitch {
		return rest, false
	}
	n := 0.0
	for _, f := range frames[:min(len(frames), restFrames)] {
		if distance(f, frames[0]) > restMoved {
			break
		}
		rest.yaw, rest.pitch, n = rest.yaw+f.Yaw, rest.pitch+f.Pitch, n+1
	}
	return pose{rest.yaw / n, rest.pitch / n}, true
}

// turn returns the turn that a frame shows; "" for none.
func (f Frame) turn(rest pose) Turn {
	yaw, pitch := f.Yaw-rest.yaw, f.Pitch-rest.pitch
	switch {
	case pitch >= leastUp && pitch >= math.Abs(yaw):
		return Up
	case yaw >= Least: // the user's left is at the right edge of a picture that is not mirrored
		return Left
	case yaw <= -Least:
		return Right
	default:
		return ""
	}
}

// distance is the angle between the poses of two frames, in degrees.
func distance(a, b Frame) float64 { return math.Hypot(a.Yaw-b.Yaw, a.Pitch-b.Pitch) }

const (
	// fastest is the speed of a head, in degrees a second. A frame can arrive soon after the one before although it was
	// taken later, so that times below soonest do not count.
	fastest = 250.0
	soonest = 150 * time.Millisecond
	// farthest is how far a head may turn between two frames at any speed, so that it is seen in between.
	farthest = 40.0
	// disorder is how much later than its successors a frame may arrive, because several are sent at once.
	disorder = time.Second
)

// Smooth reports whether the head moves from frame to frame as heads can, and the frames arrived in their order, each
// within gap.
func Smooth(frames []Frame, gap time.Duration) bool {
	var latest time.Time
	for i := 1; i < len(frames); i++ {
		if at := frames[i-1].At; at.After(latest) {
			latest = at
		}
		took := frames[i].At.Sub(frames[i-1].At)
		if frames[i].At.Before(latest.Add(-disorder)) || took > gap {
			return false
		}
		allowed := min(farthest, fastest*max(took, soonest).Seconds())
		if distance(frames[i], frames[i-1]) > allowed {
			return false
		}
	}
	return true
}
