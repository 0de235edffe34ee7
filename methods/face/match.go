package face

import (
	"context"
	"slices"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/vision"
)

// The bands of a result.
const (
	bandMatch   = "match"
	bandReview  = "review"
	bandNoMatch = "no_match"
)

const (
	// portraitEyes is the distance of the eyes of a portrait that can be compared, in pixels.
	portraitEyes = 24.0
	// unsureScore is the risk of a face in the band of review: medium, as that of doubts about a document.
	unsureScore = 30
)

// match serves selfie_match.
type match struct{ base }

func (*match) reads() []vision.FaceRead {
	return []vision.FaceRead{vision.ReadFaceQuality, vision.ReadFaceTexture, vision.ReadFaceEmbedding}
}

// closed closes the method while no document of the session has shown a portrait.
func (*match) closed(s methods.Standing) string {
	if !s.Portrait {
		return "no document of this session has shown a portrait to compare with"
	}
	return ""
}

// Accept implements methods.Accepter.
func (m *match) Accept(ctx context.Context, g methods.Given) (methods.Accepted, error) {
	return acceptSelfies(ctx, g, m.closed)
}

// Judge implements methods.Judge.
func (m *match) Judge(ctx context.Context, s methods.Submission) (methods.Verdict, error) {
	p, err := readPayload(s)
	if err != nil {
		return methods.Verdict{}, err
	}
	picture, err := s.Kept.Portrait(ctx)
	if err != nil {
		return methods.Verdict{}, err
	}
	if picture == nil { // erased since the submission was accepted
		return methods.Unfinished(graph.OutcomeRequiresInput, rules.ReasonPortraitMissing,
			rules.Check{Name: checkPortrait, NotPerformed: true}), nil
	}
	var (
		portrait *vision.Faces
		shots    []shot
	)
	unseen, err := m.look(ctx, s, func(within context.Context) (err error) {
		portrait, err = m.options.Vision.Faces(within, picture, vision.ReadFaceQuality, vision.ReadFaceEmbedding)
		if err != nil || !canCompare(portrait) {
			return err
		}
		shots, err = m.measure(within, s.Uploads, p.Frames, m.reads())
		return err
	})
	if unseen != nil || err != nil {
		return orNone(unseen), err
	}
	if !canCompare(portrait) {
		return methods.Failed(rules.ReasonPortraitUnreadable, rules.Check{Name: checkPortrait}), nil
	}
	good, again := selfies(shots)
	if again != nil {
		return *again, nil
	}
	return m.decide(ctx, s, portrait, good)
}

// canCompare reports whether a portrait has a face with an embedding. The largest face counts: some documents show a
// small copy of the portrait.
func canCompare(p *vision.Faces) bool {
	return len(p.Faces) > 0 && len(p.Faces[0].Embedding) > 0 && p.Faces[0].Quality != nil &&
		p.Faces[0].Quality.Eyes >= portraitEyes
}

// decide gives the verdict on usable frames.
func (m *match) decide(
	ctx context.Context, s methods.Submission, portrait *vision.Faces, good []shot,
) (methods.Verdict, error) {
	t := templateOf(good)
	if t == nil || t.Model != portrait.EmbeddingModel { // the models were changed between two questions
		return methods.Unfinished(graph.OutcomeRequiresInput, rules.ReasonUnreadable, passedQuality()...), nil
	}
	t.Similarity = similarity(t.Values, portrait.Faces[0].Embedding)
	alike := alike(good, bandsOf(t.Model).same)
	before, err := asBefore(ctx, s, t)
	if err != nil {
		return methods.Verdict{}, err
	}
	band := bandOf(t.Similarity, t.Model, s.Options.MatchBands)
	reviewed := band == bandReview && reviews(s.Options.MatchBands)
	passes := band == bandMatch || reviewed
	screen := screenCheck(good)
	checks := slices.Concat([]rules.Check{{Name: checkPortrait, Passed: true}}, passedQuality(), []rules.Check{
		alike, before, screen, {Name: checkMatch, Passed: passes},
	})
	var v methods.Verdict
	switch {
	case alike.Failed() || before.Failed():
		v = methods.Failed(rules.ReasonFaceChanged, checks...)
	case screen.Failed():
		v = methods.Failed(rules.ReasonLivenessFailed, checks...)
	case passes:
		v = methods.Passed(s.Tier, checks...)
		v.Template = t.encoded()
		if reviewed {
			v.Risk = rules.RaiseRisk(nil, rules.Risk{Score: unsureScore, Signals: []string{graph.SignalFaceUnsure}})
		}
	case band == bandReview:
		v = methods.Failed(rules.ReasonFaceMatchUncertain, checks...)
	default:
		v = methods.Failed(rules.ReasonFaceMismatch, checks...)
	}
	v.Biometric = &rules.Biometric{Models: good[0].Version, Frames: len(good), Band: band}
	return v, nil
}

// bandOf returns the band of a similarity, by the workflow's bands or else by those of the model.
func bandOf(similarity float64, model string, chosen *graph.MatchBands) string {
	b := bandsOf(model)
	if chosen != nil {
		b.match, b.review = chosen.Match, chosen.Match
		if chosen.Review > 0 {
			b.review = chosen.Review
		}
	}
	switch {
	case similarity >= b.match:
		return bandMatch
	case similarity >= b.review:
		return bandReview
	default:
		return bandNoMatch
	}
}

func reviews(b *graph.MatchBands) bool { return b != nil && b.Review > 0 && b.Review < b.Match }

// alike checks that frames which look ahead show one face.
func alike(good []shot, least float64) rules.Check {
	check := rules.Check{Name: checkSame, Passed: true}
	for _, s := range good[1:] {
		if similarity(s.face().Embedding, good[0].face().Embedding) < least {
			check.Passed = false
		}
	}
	return check
}
