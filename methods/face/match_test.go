package face_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/methodtest"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/vision"
)

func matching(t *testing.T) *stand {
	t.Helper()
	s := newStand(t, rules.MethodSelfieMatch)
	s.standing.Portrait, s.portrait = true, []byte("portrait")
	s.answers["portrait"] = picture()
	return s
}

func TestSimilarityDecidesByBands(t *testing.T) {
	t.Parallel()
	own := &graph.MatchBands{Match: 0.8, Review: 0.7}
	for name, c := range map[string]struct {
		similarity float64
		bands      *graph.MatchBands
		outcome    graph.Outcome
		band       string
		reasons    []rules.ReasonCode
		risk       bool
	}{
		"match": {0.97, nil, graph.OutcomePassed, "match", nil, false},
		"between": {
			0.92, nil, graph.OutcomeFailed, "review", []rules.ReasonCode{rules.ReasonFaceMatchUncertain}, false,
		},
		"no match": {
			0.6, nil, graph.OutcomeFailed, "no_match", []rules.ReasonCode{rules.ReasonFaceMismatch}, false,
		},
		"the workflow's match":  {0.81, own, graph.OutcomePassed, "match", nil, false},
		"the workflow's review": {0.75, own, graph.OutcomePassed, "review", nil, true},
		"below the workflow's review": {
			0.69, own, graph.OutcomeFailed, "no_match", []rules.ReasonCode{rules.ReasonFaceMismatch}, false,
		},
		"no review where the workflow names none": {
			0.79, &graph.MatchBands{Match: 0.8}, graph.OutcomeFailed, "no_match",
			[]rules.ReasonCode{rules.ReasonFaceMismatch}, false,
		},
	} {
		s := matching(t)
		s.options.MatchBands = c.bands
		v := s.submit(t, s.selfie(of(between(c.similarity)))...)
		require.Equal(t, c.outcome, v.Outcome, name)
		require.Equal(t, c.band, v.Biometric.Band, name)
		require.Equal(t, c.reasons, v.ReasonCodes, name)
		require.Equal(t, c.risk, v.Risk != nil, name)
		if c.risk {
			require.Equal(t, []string{graph.SignalFaceUnsure}, v.Risk.Signals)
		}
		text, err := json.Marshal(v.Biometric)
		require.NoError(t, err)
		require.NotContains(t, string(text), "similarity", "the result has no score")
		require.Equal(t, c.outcome == graph.OutcomePassed, v.Template != nil, name)
	}
}

func TestMatchNeedsAPortraitOfTheSession(t *testing.T) {
	t.Parallel()
	s := matching(t)
	s.standing.Portrait = false
	require.NotEmpty(t, s.method.Closed(s.standing))
	_, err := s.accept(t, methodtest.Input{"frames": s.selfie()})
	requireParam(t, "method", err)

	s.standing.Portrait, s.portrait = true, nil // erased since the submission was accepted
	v := s.submit(t, s.selfie()...)
	require.Equal(t, graph.OutcomeRequiresInput, v.Outcome)
	require.Equal(t, []rules.ReasonCode{rules.ReasonPortraitMissing}, v.ReasonCodes)
}

func TestPortraitThatCannotBeComparedFails(t *testing.T) {
	t.Parallel()
	for name, portrait := range map[string]*vision.Faces{
		"no face":      {Version: version},
		"no embedding": picture(of(nil)),
		"too small":    picture(func(f *vision.Face) { f.Quality.Eyes = 10 }),
	} {
		s := matching(t)
		s.answers["portrait"] = portrait
		v := s.submit(t, s.selfie()...)
		require.Equal(t, graph.OutcomeFailed, v.Outcome, name)
		require.Equal(t, []rules.ReasonCode{rules.ReasonPortraitUnreadable}, v.ReasonCodes, name)
	}
}

func TestFramesOfTwoPersonsDoNotMatch(t *testing.T) {
	t.Parallel()
	s := matching(t)
	v := s.submit(t, s.add(picture(), 0, begun), s.add(picture(), 0, begun), s.add(picture(of(person(3))), 0, begun))
	require.Equal(t, graph.OutcomeFailed, v.Outcome)
	require.Equal(t, []rules.ReasonCode{rules.ReasonFaceChanged}, v.ReasonCodes)
	require.Equal(t, []string{"same_face", "face_matches_document"}, failedChecks(v))
}

func TestEmbeddingsOfTwoModelsAreNotCompared(t *testing.T) {
	t.Parallel()
	s := matching(t)
	s.answers["portrait"].EmbeddingModel = vision.EmbeddingFaceres
	v := s.submit(t, s.selfie()...)
	require.Equal(t, graph.OutcomeRequiresInput, v.Outcome)

	unknown := matching(t)
	frames := unknown.selfie()
	for _, answer := range unknown.answers {
		answer.EmbeddingModel = "unheard-of"
	}
	require.Equal(t, graph.OutcomeFailed, unknown.submit(t, frames...).Outcome, "nothing matches by an unknown model")
}
