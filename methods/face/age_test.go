package face_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/methodtest"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/vision"
)

func TestEstimateFarAboveTheTierPasses(t *testing.T) {
	t.Parallel()
	s := newStand(t, rules.MethodFacialAge)
	v := s.submit(t,
		s.add(picture(aged(30)), 0, begun), s.add(picture(aged(31)), 0, begun), s.add(picture(aged(58)), 0, begun))
	require.Equal(t, graph.OutcomePassed, v.Outcome)
	require.Equal(t, rules.MinAge(18), *v.AgeTier)
	require.Empty(t, failedChecks(v))
	require.Equal(t, version, v.Biometric.Models)
	require.Equal(t, 3, v.Biometric.Frames)
	require.Equal(t, 30, v.Biometric.ApproveAt)
	require.InDelta(t, 12.9, v.Biometric.Uncertainty, 0.2)
	require.Contains(t, string(v.Template), vision.EmbeddingFaceAPI)
}

func TestLowerEstimateStepsUpAndIsNeverADecline(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options graph.Options
		years   float64
		outcome graph.Outcome
	}{
		"by default, twelve years above":      {graph.Options{}, 29.9, graph.OutcomeRequiresInput},
		"far below the tier":                  {graph.Options{}, 9, graph.OutcomeRequiresInput},
		"the workflow's own age":              {graph.Options{ApproveAt: 25}, 25, graph.OutcomePassed},
		"below the workflow's own age":        {graph.Options{ApproveAt: 35}, 34, graph.OutcomeRequiresInput},
		"an age below the tier is not enough": {graph.Options{ApproveAt: 13}, 17, graph.OutcomeRequiresInput},
		"the workflow declines":               {graph.Options{BelowApproveAt: graph.BelowFails}, 29, graph.OutcomeFailed},
		"the workflow steps up": {
			graph.Options{BelowApproveAt: graph.BelowStepsUp}, 29, graph.OutcomeRequiresInput,
		},
	} {
		s := newStand(t, rules.MethodFacialAge)
		s.options = c.options
		v := s.submit(t, s.selfie(aged(c.years))...)
		require.Equal(t, c.outcome, v.Outcome, name)
		if c.outcome != graph.OutcomePassed {
			require.Equal(t, []rules.ReasonCode{rules.ReasonAgeUncertain}, v.ReasonCodes, name)
			require.Equal(t, []string{"age_over_approve_at"}, failedChecks(v), name)
			require.Nil(t, v.Template, name)
		}
	}
}

func TestAfterALowEstimateTheMethodIsClosed(t *testing.T) {
	t.Parallel()
	s := newStand(t, rules.MethodFacialAge)
	require.Empty(t, s.method.Closed(methods.Standing{Reasons: []rules.ReasonCode{rules.ReasonImageDark}}))
	s.standing.Reasons = []rules.ReasonCode{rules.ReasonImageDark, rules.ReasonAgeUncertain}
	require.NotEmpty(t, s.method.Closed(s.standing))
	_, err := s.accept(t, methodtest.Input{"frames": s.selfie()})
	requireParam(t, "method", err)
}

func requireParam(t *testing.T, param string, err error) {
	t.Helper()
	var wrong *methods.InputError
	require.ErrorAs(t, err, &wrong)
	require.Equal(t, param, wrong.Param)
}

func TestPicturesThatDoNotDoAreAskedForAgain(t *testing.T) {
	t.Parallel()
	small := func(f *vision.Face) { f.Quality.Eyes = 30 }
	for reason, spoil := range map[rules.ReasonCode]func(f *vision.Face){
		rules.ReasonFaceTooSmall: small,
		rules.ReasonFaceTurned:   func(f *vision.Face) { f.Pose.Yaw = -25 },
		rules.ReasonImageDark:    func(f *vision.Face) { f.Quality.Light = 0.05 },
		rules.ReasonImageBright:  func(f *vision.Face) { f.Quality.Light = 0.95 },
		rules.ReasonImageBlurred: func(f *vision.Face) { f.Quality.Blur = 0.9 },
		rules.ReasonFaceCovered:  func(f *vision.Face) { f.Quality.Covered = 0.6 },
		rules.ReasonImageCropped: func(f *vision.Face) { f.Quality.Cropped = 0.3 },
	} {
		s := newStand(t, rules.MethodFacialAge)
		v := s.submit(t, s.add(picture(), 0, begun), s.add(picture(spoil), 0, begun), s.add(picture(spoil), 0, begun))
		require.Equal(t, graph.OutcomeRequiresInput, v.Outcome, reason)
		require.Equal(t, []rules.ReasonCode{reason}, v.ReasonCodes)
		require.Equal(t, []string{"face_quality"}, failedChecks(v))
		require.Equal(t, graph.OutcomePassed, s.submit(t,
			s.add(picture(), 0, begun), s.add(picture(spoil), 0, begun), s.add(picture(), 0, begun)).Outcome,
			"two of three do: %s", reason)
	}
	s := newStand(t, rules.MethodFacialAge)
	nobody := &vision.Faces{Version: version}
	v := s.submit(t, s.add(nobody, 0, begun), s.add(nobody, 0, begun), s.add(picture(), 0, begun))
	require.Equal(t, []rules.ReasonCode{rules.ReasonFaceNotDetected}, v.ReasonCodes)
	two := picture()
	two.Faces = append(two.Faces, vision.Face{Box: vision.Box{0, 0, 300, 300}})
	v = s.submit(t, s.add(picture(), 0, begun), s.add(picture(), 0, begun), s.add(two, 0, begun))
	require.Equal(t, []rules.ReasonCode{rules.ReasonMultipleFaces}, v.ReasonCodes)
	two.Faces[1].Box = vision.Box{0, 0, 60, 80} // somebody in the background
	require.Equal(t, graph.OutcomePassed,
		s.submit(t, s.add(picture(), 0, begun), s.add(picture(), 0, begun), s.add(two, 0, begun)).Outcome)
}

func TestTheSameFileTwiceIsRefused(t *testing.T) {
	t.Parallel()
	s := newStand(t, rules.MethodFacialAge)
	frames := s.selfie()
	s.content["upl_2"] = s.content["upl_0"]
	v := s.submit(t, frames...)
	require.Equal(t, graph.OutcomeRequiresInput, v.Outcome)
	require.Equal(t, []rules.ReasonCode{rules.ReasonFramesRepeated}, v.ReasonCodes)
}

func TestPicturesOfAScreenFail(t *testing.T) {
	t.Parallel()
	s := newStand(t, rules.MethodFacialAge)
	v := s.submit(t, s.selfie(func(f *vision.Face) { f.Texture.Screen = 0.8 })...)
	require.Equal(t, graph.OutcomeFailed, v.Outcome)
	require.Equal(t, []rules.ReasonCode{rules.ReasonLivenessFailed}, v.ReasonCodes)
}

func TestFaceOfAnotherPersonThanBeforeFails(t *testing.T) {
	t.Parallel()
	for _, name := range []rules.Method{rules.MethodFacialAge, rules.MethodSelfieMatch} {
		s := newStand(t, name)
		s.standing.Portrait, s.portrait = true, []byte("portrait")
		s.answers["portrait"] = picture()
		first := s.submit(t, s.selfie()...)
		require.Equal(t, graph.OutcomePassed, first.Outcome)
		s.earlier[rules.MethodSelfieLiveness] = first.Template
		require.Equal(t, graph.OutcomePassed, s.submit(t, s.selfie()...).Outcome)
		s.answers["portrait"] = picture(of(person(7)))
		v := s.submit(t, s.selfie(of(person(7)))...)
		require.Equal(t, graph.OutcomeFailed, v.Outcome, name)
		require.Equal(t, []rules.ReasonCode{rules.ReasonFaceChanged}, v.ReasonCodes)
	}
}

func TestAgeIsEstimatedWithoutAModelThatCompares(t *testing.T) {
	t.Parallel()
	s := newStand(t, rules.MethodFacialAge)
	s.missing = "embedding"
	require.Empty(t, s.method.Unavailable())
	v := s.submit(t, s.selfie(of(nil))...)
	require.Equal(t, graph.OutcomePassed, v.Outcome)
	require.Nil(t, v.Template)
	require.Contains(t, v.Checks, rules.Check{Name: "same_face_as_before", NotPerformed: true})
	require.NotContains(t, s.asked["frame upl_0"], vision.ReadFaceEmbedding)
	s.missing = "age"
	require.Equal(t, "no model for age", s.method.Unavailable())
}

func TestFramesAreCheckedBeforeTheyAreStored(t *testing.T) {
	t.Parallel()
	s := newStand(t, rules.MethodFacialAge)
	good := s.selfie()
	many := append(append(s.selfie(), s.selfie()...), s.selfie()...)
	picture := s.add(picture(), 0, begun)
	s.uploads["upl_12"] = methods.Upload{ID: "upl_12", MediaType: methods.TypePNG}
	require.Equal(t, "upl_12", picture["upload"])
	for param, frames := range map[string]any{
		"frames":           many,
		"frames[0].upload": []any{picture, good[0], good[1]},
		"frames[1].upload": []any{good[0], map[string]any{"step": 1}, good[1]},
		"frames[2].upload": []any{good[0], good[1], good[0]},
		"frames[2].step":   []any{good[0], good[1], map[string]any{"upload": "upl_2", "step": -1}},
	} {
		_, err := s.accept(t, methodtest.Input{"frames": frames})
		requireParam(t, param, err)
	}
	_, err := s.accept(t, methodtest.Input{"frames": good[:2]})
	requireParam(t, "frames", err)
	_, err = s.accept(t, methodtest.Input{})
	requireParam(t, "frames", err)
	foreign := map[string]any{"upload": "upl_of_another_session"}
	_, err = s.accept(t, methodtest.Input{"frames": []any{good[0], good[1], foreign}})
	requireParam(t, "frames[2].upload", err)
}

func TestVisionThatIsAwayIsAskedAgain(t *testing.T) {
	t.Parallel()
	for _, name := range []rules.Method{rules.MethodFacialAge, rules.MethodSelfieMatch} {
		s := newStand(t, name)
		s.standing.Portrait, s.portrait = true, []byte("portrait")
		s.failure = &vision.AwayError{Reason: vision.AwayModelsMissing}
		_, err := s.judge(t, s.selfie()...)
		var away *methods.AwayError
		require.ErrorAs(t, err, &away)
		s.now = begun.Add(2 * time.Minute)
		v := s.submit(t, s.selfie()...)
		require.Equal(t, graph.OutcomeError, v.Outcome)
		require.Equal(t, []rules.ReasonCode{rules.ReasonProviderUnavailable}, v.ReasonCodes)
		s.failure = &vision.ImageError{Code: vision.CodeImageInvalid}
		v = s.submit(t, s.selfie()...)
		require.Equal(t, graph.OutcomeRequiresInput, v.Outcome)
		require.Equal(t, []rules.ReasonCode{rules.ReasonUnreadable}, v.ReasonCodes)
		s.failure = &vision.ImageError{Code: vision.CodeParameterInvalid}
		require.Equal(t, graph.OutcomeError, s.submit(t, s.selfie()...).Outcome)
		s.failure = context.Canceled
		_, err = s.judge(t, s.selfie()...)
		require.ErrorIs(t, err, context.Canceled)
	}
}

func TestPayloadThatIsNoneIsAnError(t *testing.T) {
	t.Parallel()
	for _, name := range []rules.Method{rules.MethodFacialAge, rules.MethodSelfieMatch, rules.MethodSelfieLiveness} {
		s := newStand(t, name)
		for _, text := range []string{"{", `{"frames":[]}`} {
			_, err := s.method.Judge.Judge(t.Context(), methods.Submission{Attempt: s.attempt(1), Payload: []byte(text)})
			require.Error(t, err)
		}
	}
	s := newStand(t, rules.MethodFacialAge)
	tierless := s.attempt(1)
	tierless.Tier = ""
	_, err := s.method.Judge.Judge(t.Context(), methods.Submission{
		Attempt: tierless, Payload: []byte(`{"frames":[{"upload":"u"}]}`),
	})
	require.Error(t, err)
	require.False(t, errors.Is(err, context.Canceled))
}
