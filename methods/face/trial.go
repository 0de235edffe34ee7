package face

import (
	"time"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/face/flash"
	"github.com/stile-id/stile/methods/face/motion"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// trial is the answer to a challenge while it is judged.
type trial struct {
	challenge challenge
	gap       time.Duration // between two frames of turns, at most
	version   string
	good      []shot // the frames with one face that can be measured
	checks    []rules.Check
}

const (
	// seenLeast is the share of frames that must be usable: a face that is turned far is not always found.
	seenLeast = 0.75
	// identityTurned is how far a face may be turned to be compared, in degrees: embeddings are made for faces ahead.
	identityTurned = 25.0
	// rigidFrom and rigidTo are the landmarks of brows, nose and eyes, which move with the head alone.
	rigidFrom, rigidTo = 17, 48
)

func (t *trial) fail(reason rules.ReasonCode, check string) *methods.Verdict {
	v := methods.Failed(reason, append(t.checks, rules.Check{Name: check})...)
	return &v
}

func (t *trial) again(reason rules.ReasonCode, checks ...rules.Check) *methods.Verdict {
	v := methods.Unfinished(graph.OutcomeRequiresInput, reason, append(t.checks, checks...)...)
	return &v
}

func (t *trial) pass(check string) {
	t.checks = append(t.checks, rules.Check{Name: check, Passed: true})
}

// see checks the frames before their answer to the challenge: each is another picture of one face, of the same person.
func (t *trial) see(shots []shot) *methods.Verdict {
	t.version = shots[0].Version
	if repeated(shots) {
		return t.fail(rules.ReasonFramesRepeated, checkDistinct)
	}
	good, worst := usable(shots, false)
	t.good = good
	if float64(len(good)) < seenLeast*float64(len(shots)) {
		return t.again(worst, faultChecks(worst)...)
	}
	if looped(good) {
		return t.fail(rules.ReasonFramesRepeated, checkDistinct)
	}
	t.checks = append(t.checks, passedQuality()...)
	if !t.onePerson() {
		return t.fail(rules.ReasonFaceChanged, checkSame)
	}
	t.pass(checkSame)
	screen := screenCheck(good)
	if screen.Failed() {
		return t.fail(rules.ReasonLivenessFailed, checkScreen)
	}
	t.checks = append(t.checks, screen)
	return nil
}

// onePerson reports whether every face that looks ahead is that of the first one. At least two must be comparable.
func (t *trial) onePerson() bool {
	var first []float32
	compared := 0
	for _, s := range t.good {
		e := s.face().Embedding
		if turned(s) > identityTurned || len(e) == 0 {
			continue
		}
		if first == nil {
			first = e
		} else if compared++; similarity(first, e) < bandsOf(s.EmbeddingModel).same {
			return false
		}
	}
	return compared > 0
}

// judge checks the answer to the challenge.
func (t *trial) judge() *methods.Verdict {
	switch t.challenge.Strategy {
	case graph.LivenessAction:
		return t.judgeMotion()
	case graph.LivenessFlashing:
		return t.judgeFlash()
	default:
		return t.judgePassive()
	}
}

// reasonsOfMotion are the reasons of checks, by their weight.
var reasonsOfMotion = []struct {
	check  string
	reason rules.ReasonCode
}{
	{motion.CheckFollowed, rules.ReasonChallengeNotFollowed}, {motion.CheckSmooth, rules.ReasonMovementTooFast},
	{motion.CheckDepth, rules.ReasonLivenessFailed},
}

func (t *trial) judgeMotion() *methods.Verdict {
	var frames []motion.Frame
	for _, s := range t.good {
		f := s.face()
		if len(f.Landmarks) < rigidTo {
			continue
		}
		points := make([][2]float64, 0, rigidTo-rigidFrom)
		for _, p := range f.Landmarks[rigidFrom:rigidTo] {
			points = append(points, p)
		}
		frames = append(frames, motion.Frame{
			Step: s.Step, At: s.At, Yaw: f.Pose.Yaw, Pitch: f.Pose.Pitch, Eyes: f.Quality.Eyes, Points: points,
		})
	}
	found := motion.Judge(t.challenge.Turns, frames, t.gap)
	t.checks = append(t.checks, found...)
	for _, weighed := range reasonsOfMotion {
		for _, check := range found {
			if check.Name == weighed.check && !check.Passed {
				v := methods.Failed(weighed.reason, t.checks...)
				return &v
			}
		}
	}
	return nil
}

func (t *trial) judgeFlash() *methods.Verdict {
	var frames []flash.Frame
	for _, s := range t.good {
		skin := s.face().Skin
		if skin == nil {
			continue
		}
		f := flash.Frame{Step: s.Step, Background: skin.Background, Clipped: skin.Clipped}
		for c := range f.Skin {
			f.Skin[c] = (skin.Forehead[c] + skin.LeftCheek[c] + skin.RightCheek[c]) / 3
		}
		frames = append(frames, f)
	}
	reading, ok := flash.Measure(t.challenge.Colours, frames)
	if !ok {
		return t.fail(rules.ReasonChallengeNotFollowed, checkFollowed)
	}
	t.pass(checkFollowed)
	switch reading.Outcome() {
	case flash.Reflected:
		t.pass(checkColours)
		return nil
	case flash.Faint:
		return t.again(rules.ReasonRoomTooBright, rules.Check{Name: checkColours, NotPerformed: true})
	default:
		return t.fail(rules.ReasonLivenessFailed, checkColours)
	}
}

// judgePassive has nothing but the check of see for the pattern of a screen, which must have been made.
func (t *trial) judgePassive() *methods.Verdict {
	if screenCheck(t.good).NotPerformed {
		return t.again(rules.ReasonUnreadable)
	}
	return nil
}
