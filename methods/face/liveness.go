package face

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/face/flash"
	"github.com/stile-id/stile/methods/face/motion"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/vision"
)

const (
	// seconds is how long a challenge may be answered, and extended so on the user's wish.
	seconds, extended = 40, 120
	// grace is how much later the last frame may arrive.
	grace = 15 * time.Second
	// lifetime keeps a challenge in the view after its frames are late, so that a submission tells the user why.
	lifetime = 10 * time.Minute
)

// liveness serves selfie_liveness.
type liveness struct{ base }

// reads returns the readings of a strategy; those that every strategy needs for "".
func (*liveness) reads(strategy string) []vision.FaceRead {
	read := []vision.FaceRead{
		vision.ReadFaceLandmarks, vision.ReadFaceQuality, vision.ReadFaceTexture, vision.ReadFaceEmbedding,
	}
	if strategy == graph.LivenessFlashing {
		read = append(read, vision.ReadFaceSkin)
	}
	return read
}

// given is the part of a challenge for the device.
type given struct {
	Strategy string `json:"strategy"`
	Steps    []any  `json:"steps"`
	Seconds  int    `json:"seconds"`
	Frames   struct {
		Least int `json:"least"`
		Most  int `json:"most"`
	} `json:"frames"`
}

type turnStep struct {
	Turn motion.Turn `json:"turn"`
}

// Begin implements methods.Beginner.
func (m *liveness) Begin(_ context.Context, b methods.Beginning) (methods.Begun, error) {
	var in struct {
		Strategy *string `json:"strategy"`
		Extended *bool   `json:"extended"`
	}
	if err := b.Input.Read(&in); err != nil {
		return methods.Begun{}, err
	}
	if b.Standing.Challenges >= mostChallenges { // each is another chance to meet a recording
		return methods.Begun{}, methods.NewInputError("method", "selfie_liveness was begun too often in this session")
	}
	c := challenge{
		Strategy: cmp.Or(b.Options.LivenessStrategy, graph.LivenessAction), Begun: b.Now.UTC(), Seconds: seconds,
	}
	if in.Extended != nil && *in.Extended {
		c.Seconds = extended
	}
	if in.Strategy != nil {
		if !interchangeable(c.Strategy) || !interchangeable(*in.Strategy) {
			return methods.Begun{}, methods.NewInputError("strategy", "strategy cannot be chosen here")
		}
		c.Strategy = *in.Strategy
	}
	if c.Strategy == graph.LivenessFlashing && slices.Contains(b.Standing.Reasons, rules.ReasonRoomTooBright) {
		c.Strategy = graph.LivenessAction
	}
	told := given{Strategy: c.Strategy, Steps: []any{}, Seconds: c.Seconds}
	told.Frames.Least, told.Frames.Most = leastFrames, mostFrames
	var err error
	switch c.Strategy {
	case graph.LivenessAction:
		c.Turns, err = motion.Draw(m.options.Random)
		for _, turn := range c.Turns {
			told.Steps = append(told.Steps, turnStep{turn})
		}
	case graph.LivenessFlashing:
		c.Colours, err = flash.Draw(m.options.Random)
		for _, step := range c.Colours {
			told.Steps = append(told.Steps, step)
		}
	default:
		told.Frames.Least, told.Frames.Most = leastSelfies, mostSelfies
	}
	return methods.Begun{State: c, Data: told, TTL: lifetime, Fresh: true}, err
}

// interchangeable reports whether a user may choose another strategy in place of this one, or this one: a
// picture can answer neither.
func interchangeable(strategy string) bool {
	return strategy == graph.LivenessAction || strategy == graph.LivenessFlashing
}

// Accept implements methods.Accepter. A challenge that was begun is answered even if another could not be begun any
// more.
func (m *liveness) Accept(ctx context.Context, g methods.Given) (methods.Accepted, error) {
	var in struct {
		Challenge *string      `json:"challenge"`
		Frames    []frameInput `json:"frames"`
	}
	if err := g.Input.Read(&in); err != nil {
		return methods.Accepted{}, err
	}
	if in.Challenge == nil {
		return methods.Accepted{}, methods.Missing("challenge")
	}
	state, err := g.Held.Challenge(ctx, "challenge", *in.Challenge)
	if err != nil {
		return methods.Accepted{}, err
	}
	var c challenge
	if json.Unmarshal(state, &c) != nil {
		return methods.Accepted{}, errors.New("face: the state of a challenge is not readable")
	}
	least, most := leastFrames, mostFrames
	if c.Strategy == graph.LivenessPassive {
		least, most = leastSelfies, mostSelfies
	}
	frames, err := framesOf(ctx, g.Held, in.Frames, least, most)
	return methods.Accepted{Payload: payload{Challenge: &c, Frames: frames}}, err
}

// Judge implements methods.Judge.
func (m *liveness) Judge(ctx context.Context, s methods.Submission) (methods.Verdict, error) {
	p, err := readPayload(s)
	if err != nil {
		return methods.Verdict{}, err
	}
	if p.Challenge == nil {
		return methods.Verdict{}, errors.New("face: a submission has no challenge")
	}
	if !inTime(*p.Challenge, p.Frames) { // nothing need be measured
		return methods.Unfinished(graph.OutcomeRequiresInput, rules.ReasonTimeout, rules.Check{Name: checkInTime}), nil
	}
	var shots []shot
	unseen, err := m.look(ctx, s, func(within context.Context) error {
		shots, err = m.measure(within, s.Uploads, p.Frames, m.reads(p.Challenge.Strategy))
		return err
	})
	if unseen != nil || err != nil {
		return orNone(unseen), err
	}
	t := &trial{
		challenge: *p.Challenge, gap: cmp.Or(m.options.Gap, motion.Gap),
		checks: []rules.Check{{Name: checkInTime, Passed: true}},
	}
	if v := t.see(shots); v != nil {
		return m.told(*v, t), nil
	}
	if v := t.judge(); v != nil {
		return m.told(*v, t), nil
	}
	now := templateOf(ahead(t.good))
	before, err := asBefore(ctx, s, now)
	if err != nil {
		return methods.Verdict{}, err
	}
	t.checks = append(t.checks, before)
	if before.Failed() {
		return m.told(methods.Failed(rules.ReasonFaceChanged, t.checks...), t), nil
	}
	v := methods.Passed(s.Tier, t.checks...)
	v.Template = now.encoded()
	return m.told(v, t), nil
}

func (m *liveness) told(v methods.Verdict, t *trial) methods.Verdict {
	v.Biometric = &rules.Biometric{Models: t.version, Frames: len(t.good), Strategy: t.challenge.Strategy}
	return v
}

// inTime reports whether the frames arrived after the challenge had been begun and before its end.
func inTime(c challenge, frames []frame) bool {
	end := c.Begun.Add(time.Duration(c.Seconds)*time.Second + grace)
	return !slices.ContainsFunc(frames, func(f frame) bool { return f.At.Before(c.Begun) || f.At.After(end) })
}

// ahead returns the frames with a face that looks ahead; all if there is none.
func ahead(good []shot) []shot {
	front := slices.DeleteFunc(slices.Clone(good), func(s shot) bool { return turned(s) > mostTurned })
	if len(front) == 0 {
		return good
	}
	return front
}

func turned(s shot) float64 {
	p := s.face().Pose
	return max(math.Abs(p.Yaw), math.Abs(p.Pitch))
}
