package face_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/face/facetest"
	"github.com/stile-id/stile/methods/face/motion"
	"github.com/stile-id/stile/methods/methodtest"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/vision"
)

// turnsOf returns the turns of a challenge's data.
func turnsOf(data map[string]any) (turns []motion.Turn) {
	for _, step := range data["steps"].([]any) {
		turns = append(turns, motion.Turn(step.(map[string]any)["turn"].(string)))
	}
	return turns
}

// film adds the frames of a scene, measured, and returns how a submission names them.
func (s *stand) film(frames []motion.Frame, change ...func(i int, f *vision.Faces)) (named []map[string]any) {
	for i, frame := range frames {
		faces := picture(func(f *vision.Face) {
			f.Pose = &vision.Pose{Yaw: frame.Yaw, Pitch: frame.Pitch}
			f.Landmarks = make([]vision.Point, vision.Landmarks)
			for k, p := range frame.Points {
				f.Landmarks[17+k] = p
			}
		})
		faces.Print = fmt.Sprintf("%016x", 0x9e3779b97f4a7c15*uint64(i+1))
		for _, c := range change {
			c(i, faces)
		}
		named = append(named, s.add(faces, frame.Step, frame.At))
	}
	return named
}

func action(t *testing.T) (*stand, []motion.Turn) {
	t.Helper()
	s := newStand(t, rules.MethodSelfieLiveness)
	data := s.begin(t, methodtest.Input{})
	require.Equal(t, "3d_action", data["strategy"])
	require.Equal(t, map[string]any{"least": 12.0, "most": 48.0}, data["frames"])
	turns := turnsOf(data)
	require.Len(t, turns, motion.Turns)
	return s, turns
}

func head(turns []motion.Turn) []motion.Frame { return facetest.New(false, 0.01, 1).Follow(turns, 30) }

func TestPersonWhoTurnsAsAskedIsAlive(t *testing.T) {
	t.Parallel()
	s, turns := action(t)
	v := s.submit(t, s.film(head(turns))...)
	require.Equal(t, graph.OutcomePassed, v.Outcome, "%v", v.Checks)
	require.Empty(t, failedChecks(v))
	require.Equal(t, &rules.Biometric{Models: version, Frames: 30, Strategy: "3d_action"}, v.Biometric)
	require.NotNil(t, v.Template)
}

// otherTurns is a sequence that differs from the challenge in each place.
func otherTurns(turns []motion.Turn) (other []motion.Turn) {
	next := map[motion.Turn]motion.Turn{motion.Left: motion.Right, motion.Right: motion.Up, motion.Up: motion.Left}
	for _, turn := range turns {
		other = append(other, next[turn])
	}
	return other
}

// TestAttacksOnLiveness is the table of docs/methods/faces.md.
func TestAttacksOnLiveness(t *testing.T) {
	t.Parallel()
	for name, attack := range map[string]struct {
		film   func(s *stand, turns []motion.Turn) []map[string]any
		reason rules.ReasonCode
		check  string
	}{
		"print": {func(s *stand, turns []motion.Turn) []map[string]any {
			return s.film(facetest.New(true, 0.01, 1).Follow(turns, 30))
		}, rules.ReasonLivenessFailed, motion.CheckDepth},
		"screen with moire": {func(s *stand, turns []motion.Turn) []map[string]any {
			return s.film(head(turns), func(_ int, f *vision.Faces) { f.Faces[0].Texture.Screen = 0.7 })
		}, rules.ReasonLivenessFailed, "no_screen_seen"},
		"replay of another session's frames": {func(s *stand, turns []motion.Turn) []map[string]any {
			return s.film(head(otherTurns(turns)))
		}, rules.ReasonChallengeNotFollowed, motion.CheckFollowed},
		"out of order": {func(s *stand, turns []motion.Turn) []map[string]any {
			named := s.film(head(turns))
			for i := range named {
				named[i]["step"] = named[len(named)-1-i]["step"]
			}
			slices.Reverse(named)
			return named
		}, rules.ReasonChallengeNotFollowed, motion.CheckFollowed},
		"two faces": {func(s *stand, turns []motion.Turn) []map[string]any {
			return s.film(head(turns), func(i int, f *vision.Faces) {
				if i == 9 {
					f.Faces = append(f.Faces, f.Faces[0])
				}
			})
		}, rules.ReasonMultipleFaces, "one_face"},
		"face swap between frames": {func(s *stand, turns []motion.Turn) []map[string]any {
			return s.film(head(turns), func(i int, f *vision.Faces) {
				if i > 15 {
					f.Faces[0].Embedding = person(9)
				}
			})
		}, rules.ReasonFaceChanged, "same_face"},
		"video loop": {func(s *stand, turns []motion.Turn) []map[string]any {
			frames := head(turns)
			loop := slices.Concat(frames[:9], frames[:9], frames[:9])
			for i := range loop {
				loop[i].At = facetest.Begun.Add(time.Duration(i) * facetest.Every)
			}
			return s.film(loop, func(i int, f *vision.Faces) { f.Print = fmt.Sprintf("%016x", 0xff<<(i%9*6)) })
		}, rules.ReasonFramesRepeated, "frames_distinct"},
		"the same files twice": {func(s *stand, turns []motion.Turn) []map[string]any {
			named := s.film(head(turns))
			s.content[named[20]["upload"].(string)] = s.content[named[3]["upload"].(string)]
			return named
		}, rules.ReasonFramesRepeated, "frames_distinct"},
		"stills in place of a movement": {func(s *stand, turns []motion.Turn) []map[string]any {
			var frames []motion.Frame
			for i, f := range facetest.New(false, 0.01, 1).Follow(turns, 45) {
				if i < 3 || turnedFar(f) {
					frames = append(frames, f)
				}
			}
			return s.film(frames)
		}, rules.ReasonMovementTooFast, motion.CheckSmooth},
		"frames from before the challenge": {func(s *stand, turns []motion.Turn) []map[string]any {
			frames := head(turns)
			for i := range frames {
				frames[i].At = frames[i].At.Add(-2 * time.Second)
			}
			return s.film(frames)
		}, rules.ReasonTimeout, "frames_in_time"},
		"frames from after its end": {func(s *stand, turns []motion.Turn) []map[string]any {
			frames := head(turns)
			frames[len(frames)-1].At = begun.Add(time.Minute)
			return s.film(frames)
		}, rules.ReasonTimeout, "frames_in_time"},
	} {
		s, turns := action(t)
		v := s.submit(t, attack.film(s, turns)...)
		require.NotEqual(t, graph.OutcomePassed, v.Outcome, name)
		require.Equal(t, []rules.ReasonCode{attack.reason}, v.ReasonCodes, name)
		require.Contains(t, failedChecks(v), attack.check, name)
		require.Nil(t, v.Template, name)
	}
}

func turnedFar(f motion.Frame) bool { return f.Yaw > 20 || f.Yaw < -20 || f.Pitch > 20 }

func TestFewFramesWithoutAFaceAreLeftOut(t *testing.T) {
	t.Parallel()
	s, turns := action(t)
	lost := func(every int) func(i int, f *vision.Faces) {
		return func(i int, f *vision.Faces) {
			if i%every == every-1 {
				f.Faces = nil
			}
		}
	}
	require.Equal(t, graph.OutcomePassed, s.submit(t, s.film(head(turns), lost(10))...).Outcome)
	v := s.submit(t, s.film(head(turns), lost(2))...)
	require.Equal(t, graph.OutcomeRequiresInput, v.Outcome)
	require.Equal(t, []rules.ReasonCode{rules.ReasonFaceNotDetected}, v.ReasonCodes)
}

// colours adds two frames of each colour, reflected by the skin.
func (s *stand) colours(data map[string]any, reflect float64, change ...func(i int, f *vision.Faces)) []map[string]any {
	lights := map[string][3]float64{
		"#00ff00": {0, 1, 0}, "#0000ff": {0, 0, 1}, "#00ffff": {0, 1, 1}, "#ff00ff": {1, 0, 1}, "#ffff00": {1, 1, 0},
	}
	var named []map[string]any
	for i, step := range data["steps"].([]any) {
		light := lights[step.(map[string]any)["color"].(string)]
		for k := range 2 {
			faces := picture(func(f *vision.Face) {
				var skin [3]float64
				for c := range skin {
					skin[c] = 0.3 * (1 + reflect*light[c])
				}
				f.Skin = &vision.Skin{
					Forehead: skin, LeftCheek: skin, RightCheek: skin, Background: [3]float64{0.2, 0.2, 0.2},
				}
			})
			for _, c := range change {
				c(i, faces)
			}
			named = append(named, s.add(faces, i, begun.Add(time.Duration(2*i+k)*200*time.Millisecond)))
		}
	}
	return named
}

func flashing(t *testing.T) *stand {
	t.Helper()
	s := newStand(t, rules.MethodSelfieLiveness)
	s.options.LivenessStrategy = graph.LivenessFlashing
	return s
}

func TestFaceThatReflectsTheColoursIsAlive(t *testing.T) {
	t.Parallel()
	s := flashing(t)
	v := s.submit(t, s.colours(s.begin(t, methodtest.Input{}), 0.05)...)
	require.Equal(t, graph.OutcomePassed, v.Outcome, "%v", v.Checks)
	require.Equal(t, "flashing", v.Biometric.Strategy)
	require.Contains(t, s.asked["frame upl_0"], vision.ReadFaceSkin)
}

func TestColoursOfAnotherChallengeAreNotReflected(t *testing.T) {
	t.Parallel()
	s := flashing(t)
	recorded := s.begin(t, methodtest.Input{})
	s.begin(t, methodtest.Input{})
	v := s.submit(t, s.colours(recorded, 0.05)...)
	require.Equal(t, graph.OutcomeFailed, v.Outcome)
	require.Equal(t, []rules.ReasonCode{rules.ReasonLivenessFailed}, v.ReasonCodes)
	require.Equal(t, []string{"colours_reflected"}, failedChecks(v))

	missing := s.colours(s.begin(t, methodtest.Input{}), 0.05)
	v = s.submit(t, slices.Delete(missing, 4, 6)...)
	require.Equal(t, []rules.ReasonCode{rules.ReasonChallengeNotFollowed}, v.ReasonCodes)
}

func TestBrightRoomLeadsToTurnsOfTheHead(t *testing.T) {
	t.Parallel()
	s := flashing(t)
	v := s.submit(t, s.colours(s.begin(t, methodtest.Input{}), 0.001)...)
	require.Equal(t, graph.OutcomeRequiresInput, v.Outcome)
	require.Equal(t, []rules.ReasonCode{rules.ReasonRoomTooBright}, v.ReasonCodes)
	require.Nil(t, v.Template)
	s.standing.Reasons = v.ReasonCodes
	require.Equal(t, "3d_action", s.begin(t, methodtest.Input{})["strategy"])
}

func TestPassiveStrategyLooksForThePatternOfAScreen(t *testing.T) {
	t.Parallel()
	s := newStand(t, rules.MethodSelfieLiveness)
	s.options.LivenessStrategy = graph.LivenessPassive
	data := s.begin(t, methodtest.Input{})
	require.Empty(t, data["steps"])
	require.Equal(t, map[string]any{"least": 3.0, "most": 8.0}, data["frames"])
	require.Equal(t, graph.OutcomePassed, s.submit(t, s.selfie()...).Outcome)
	v := s.submit(t, s.selfie(func(f *vision.Face) { f.Texture = nil })...)
	require.Equal(t, graph.OutcomeRequiresInput, v.Outcome)
	require.Equal(t, []rules.ReasonCode{rules.ReasonUnreadable}, v.ReasonCodes)
	v = s.submit(t, s.selfie(func(f *vision.Face) { f.Texture.Screen = 0.9 })...)
	require.Equal(t, graph.OutcomeFailed, v.Outcome)
	require.Equal(t, []string{"no_screen_seen"}, failedChecks(v))
}

func TestUserMayChooseTheOtherActiveStrategy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ workflow, user, got string }{
		{"", "flashing", "flashing"}, {"3d_action", "flashing", "flashing"}, {"flashing", "3d_action", "3d_action"},
		{"flashing", "flashing", "flashing"},
	} {
		s := newStand(t, rules.MethodSelfieLiveness)
		s.options.LivenessStrategy = c.workflow
		data := s.begin(t, methodtest.Input{"strategy": c.user, "extended": true})
		require.Equal(t, c.got, data["strategy"])
		require.InDelta(t, 120, data["seconds"], 0)
	}
	for _, c := range []struct{ workflow, user string }{
		{"passive", "3d_action"}, {"3d_action", "passive"}, {"", "stare"},
	} {
		s := newStand(t, rules.MethodSelfieLiveness)
		s.options.LivenessStrategy = c.workflow
		_, err := s.method.Begin.Begin(t.Context(), methods.Beginning{
			Attempt: s.attempt(1), Input: methodtest.Input{"strategy": c.user}, Now: begun,
		})
		requireParam(t, "strategy", err)
	}
}

func TestChallengesOfASessionAreBounded(t *testing.T) {
	t.Parallel()
	s := newStand(t, rules.MethodSelfieLiveness)
	_, err := s.method.Begin.Begin(t.Context(), methods.Beginning{
		Attempt: s.attempt(1), Input: methodtest.Input{}, Now: begun, Standing: methods.Standing{Challenges: 12},
	})
	requireParam(t, "method", err)
	_, err = s.accept(t, methodtest.Input{"frames": s.selfie()})
	requireParam(t, "challenge", err)
}

func TestLivenessComparesWithEarlierFaces(t *testing.T) {
	t.Parallel()
	s, turns := action(t)
	first := s.submit(t, s.film(head(turns))...)
	s.earlier[rules.MethodFacialAge] = first.Template
	require.Equal(t, graph.OutcomePassed, s.submit(t, s.film(head(turns))...).Outcome)
	v := s.submit(t, s.film(head(turns), func(_ int, f *vision.Faces) { f.Faces[0].Embedding = person(4) })...)
	require.Equal(t, []rules.ReasonCode{rules.ReasonFaceChanged}, v.ReasonCodes)
	require.Equal(t, []string{"same_face_as_before"}, failedChecks(v))
}

func TestLivenessIsUnavailableWithoutAModelThatCompares(t *testing.T) {
	t.Parallel()
	s := newStand(t, rules.MethodSelfieLiveness)
	require.Empty(t, s.method.Unavailable())
	s.missing = "embedding"
	require.Equal(t, "no model for embedding", s.method.Unavailable())
}
