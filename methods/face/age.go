package face

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/vision"
)

// margin is how many years above the required age an estimate has to be, unless the workflow says otherwise.
const margin = 12

// age serves facial_age.
type age struct{ base }

func (*age) reads() []vision.FaceRead {
	return []vision.FaceRead{vision.ReadFaceQuality, vision.ReadFaceTexture, vision.ReadFaceAge}
}

// closed closes the method after an estimate that was too low: repeated tries would find the picture in which a face
// looks oldest.
func (*age) closed(s methods.Standing) string {
	if slices.Contains(s.Reasons, rules.ReasonAgeUncertain) {
		return "the age could not be told clearly enough from the face"
	}
	return ""
}

// Accept implements methods.Accepter.
func (m *age) Accept(ctx context.Context, g methods.Given) (methods.Accepted, error) {
	return acceptSelfies(ctx, g, m.closed)
}

// Judge implements methods.Judge.
func (m *age) Judge(ctx context.Context, s methods.Submission) (methods.Verdict, error) {
	p, err := readPayload(s)
	if err != nil {
		return methods.Verdict{}, err
	}
	years := s.Tier.Years()
	if years == 0 && s.Type != methods.TypeIdentity {
		return methods.Verdict{}, fmt.Errorf("face: no such age tier: %q", s.Tier)
	}
	read := m.reads()
	if m.options.Vision.FacesUnavailable(vision.ReadFaceEmbedding) == "" { // it ties the face to other steps
		read = append(read, vision.ReadFaceEmbedding)
	}
	var shots []shot
	unseen, err := m.look(ctx, s, func(within context.Context) error {
		shots, err = m.measure(within, s.Uploads, p.Frames, read)
		return err
	})
	if unseen != nil || err != nil {
		return orNone(unseen), err
	}
	good, again := selfies(shots)
	if again != nil {
		return *again, nil
	}
	return m.decide(ctx, s, good, max(cmp.Or(s.Options.ApproveAt, years+margin), years))
}

// decide gives the verdict on usable frames.
func (m *age) decide(ctx context.Context, s methods.Submission, good []shot, approveAt int) (methods.Verdict, error) {
	estimate, uncertainty, measured := estimateOf(good)
	if !measured {
		return methods.Unfinished(graph.OutcomeRequiresInput, rules.ReasonUnreadable, passedQuality()...), nil
	}
	told := &rules.Biometric{
		Models: good[0].Version, Frames: len(good), ApproveAt: approveAt, Uncertainty: math.Round(uncertainty*10) / 10,
	}
	t := templateOf(good)
	checks := passedQuality()
	before, err := asBefore(ctx, s, t)
	if err != nil {
		return methods.Verdict{}, err
	}
	checks = append(checks, screenCheck(good), before)
	passes := estimate >= float64(approveAt)
	checks = append(checks, rules.Check{Name: checkAge, Passed: passes})
	var v methods.Verdict
	switch {
	case before.Failed():
		v = methods.Failed(rules.ReasonFaceChanged, checks...)
	case screenCheck(good).Failed():
		v = methods.Failed(rules.ReasonLivenessFailed, checks...)
	case passes:
		v = methods.Passed(s.Tier, checks...)
		v.Template = t.encoded()
	case s.Options.BelowApproveAt == graph.BelowFails:
		v = methods.Failed(rules.ReasonAgeUncertain, checks...)
	default:
		v = methods.Unfinished(graph.OutcomeRequiresInput, rules.ReasonAgeUncertain, checks...)
	}
	v.Biometric = told
	return v, nil
}

// estimateOf returns the median of the estimates in years, and their standard deviation: over the frames, and that of
// the model within a frame.
func estimateOf(good []shot) (estimate, deviation float64, measured bool) {
	var years []float64
	within := 0.0
	for _, s := range good {
		if a := s.face().Age; a != nil {
			years = append(years, a.Years)
			within += a.Deviation * a.Deviation
		}
	}
	if len(years) < leastUsable {
		return 0, 0, false
	}
	n := float64(len(years))
	mean, between := 0.0, 0.0
	for _, y := range years {
		mean += y / n
	}
	for _, y := range years {
		between += (y - mean) * (y - mean) / n
	}
	slices.Sort(years)
	middle := len(years) / 2
	return (years[middle] + years[(len(years)-1)/2]) / 2, math.Sqrt(between + within/n), true
}

// screenCheck reports whether most frames show the pattern of a screen.
func screenCheck(good []shot) rules.Check {
	seen, measured := 0, 0
	for _, s := range good {
		if t := s.face().Texture; t != nil {
			measured++
			if t.Screen >= mostScreen {
				seen++
			}
		}
	}
	return rules.Check{Name: checkScreen, Passed: measured > 0 && 2*seen < measured, NotPerformed: measured == 0}
}
