package motion_test

import (
	"crypto/rand"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/face/facetest"
	"github.com/stile-id/stile/methods/face/motion"
)

var asked = []motion.Turn{motion.Left, motion.Up, motion.Right, motion.Left}

func TestDrawnTurnsDifferFromTheirNeighboursAndVary(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for range 2000 {
		turns, err := motion.Draw(rand.Reader)
		require.NoError(t, err)
		require.Len(t, turns, motion.Turns)
		for i := 1; i < len(turns); i++ {
			require.NotEqual(t, turns[i-1], turns[i])
		}
		seen[string(turns[0])+string(turns[1])+string(turns[2])+string(turns[3])]++
	}
	require.Len(t, seen, 24)
	for sequence, times := range seen {
		require.Greater(t, times, 30, sequence)
	}
	_, err := motion.Draw(io.MultiReader(strings.NewReader("\xFF\x00\x00"), failing{}))
	require.ErrorIs(t, err, errNoEntropy)
}

var errNoEntropy = errors.New("no entropy")

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errNoEntropy }

func TestPersonWhoFollowsPassesEachCheck(t *testing.T) {
	t.Parallel()
	for seed := range uint64(50) {
		for _, angle := range []float64{22, 30, 38} {
			for _, check := range motion.Judge(asked, facetest.New(false, 0.01, seed).Follow(asked, angle), motion.Gap) {
				require.True(t, check.Passed, "%s at %v degrees, seed %d", check.Name, angle, seed)
			}
		}
	}
}

// shifted returns frames with another order of arrival or other poses.
func shifted(frames []motion.Frame, change func(i int, f *motion.Frame)) []motion.Frame {
	frames = slices.Clone(frames)
	for i := range frames {
		change(i, &frames[i])
	}
	return frames
}

// TestAttacksFailTheirCheck is the table of docs/methods/faces.md.
func TestAttacksFailTheirCheck(t *testing.T) {
	t.Parallel()
	other := []motion.Turn{motion.Right, motion.Left, motion.Up, motion.Right}
	honest := func(turns []motion.Turn) []motion.Frame { return facetest.New(false, 0.01, 1).Follow(turns, 30) }
	for name, attack := range map[string]struct {
		frames []motion.Frame
		fails  []string
	}{
		"a print that is turned":      {facetest.New(true, 0.01, 1).Follow(asked, 30), []string{motion.CheckDepth}},
		"a screen with a still image": {facetest.New(true, 0.003, 2).Follow(asked, 22), []string{motion.CheckDepth}},
		"a noisy, blurred print":      {facetest.New(true, 0.02, 3).Follow(asked, 30), []string{motion.CheckDepth}},
		"a recording of another challenge": {
			honest(other), []string{motion.CheckFollowed},
		},
		"the same recording with the steps of this challenge": {
			shifted(honest(other), func(i int, f *motion.Frame) { f.Step = min(i/7, 3) }),
			[]string{motion.CheckFollowed},
		},
		"no movement": {
			shifted(honest(asked), func(i int, f *motion.Frame) { f.Yaw, f.Pitch = 0, 2 }),
			[]string{motion.CheckFollowed, motion.CheckDepth},
		},
		"too small a movement": {
			facetest.New(false, 0.01, 1).Follow(asked, 12), []string{motion.CheckFollowed, motion.CheckDepth},
		},
		"all turns at once": {
			append(honest(asked)[:2], honest([]motion.Turn{motion.Left, motion.Right, motion.Up, motion.Right})[2:]...),
			[]string{motion.CheckFollowed},
		},
		"frames named in another order": {
			func() []motion.Frame {
				frames := honest(asked)
				slices.Reverse(frames)
				return frames
			}(),
			[]string{motion.CheckFollowed, motion.CheckSmooth},
		},
		"one frame out of order": {
			func() []motion.Frame {
				frames := honest(asked)
				frames[1], frames[12] = frames[12], frames[1]
				frames[1].Step, frames[12].Step = 0, 1
				return frames
			}(),
			[]string{motion.CheckFollowed, motion.CheckSmooth},
		},
		"stills of a head at each end": {
			func() []motion.Frame {
				s := facetest.New(false, 0.01, 1)
				return []motion.Frame{
					s.At(0, 0, 0, 0), s.At(0, facetest.Every, 0, 0),
					s.At(0, 2*facetest.Every, 30, 0), s.At(1, 3*facetest.Every, 0, 30),
					s.At(2, 4*facetest.Every, -30, 0), s.At(3, 5*facetest.Every, 30, 0),
				}
			}(),
			[]string{motion.CheckSmooth},
		},
		"a long pause": {
			shifted(honest(asked), func(i int, f *motion.Frame) {
				if i > 10 {
					f.At = f.At.Add(10 * time.Second)
				}
			}),
			[]string{motion.CheckSmooth},
		},
		"no frame that looks ahead": {
			honest(asked)[3:], []string{motion.CheckFollowed, motion.CheckDepth},
		},
	} {
		var failed []string
		for _, check := range motion.Judge(asked, attack.frames, motion.Gap) {
			if !check.Passed {
				failed = append(failed, check.Name)
			}
		}
		require.Equal(t, attack.fails, failed, name)
	}
}

func TestStepsOutsideTheChallengeAreNotFollowed(t *testing.T) {
	t.Parallel()
	frames := facetest.New(false, 0.01, 1).Follow(asked, 30)
	require.True(t, motion.Followed(asked, frames))
	frames[len(frames)-1].Step = 4
	require.False(t, motion.Followed(asked, frames))
	frames[len(frames)-1].Step = 1
	require.False(t, motion.Followed(asked, frames), "a step that goes back")
	require.False(t, motion.Followed(asked, nil))
}

func TestFramesMayArriveAsFarApartAsTheGap(t *testing.T) {
	t.Parallel()
	frames := shifted(facetest.New(false, 0.01, 1).Follow(asked, 24), func(i int, f *motion.Frame) {
		if i > 10 {
			f.At = f.At.Add(10 * time.Second)
		}
	})
	require.False(t, motion.Smooth(frames, motion.Gap))
	require.True(t, motion.Smooth(frames, 11*time.Second))
}

func TestFramesThatArriveTogetherAreSmooth(t *testing.T) {
	t.Parallel()
	frames := shifted(facetest.New(false, 0.01, 1).Follow(asked, 24), func(i int, f *motion.Frame) {
		if i%2 == 1 { // two frames are sent at once, and the second arrives first
			f.At = f.At.Add(-facetest.Every - 10*time.Millisecond)
		}
	})
	require.True(t, motion.Smooth(frames, motion.Gap))
}

func TestResidualNeedsPointsInGeneralPosition(t *testing.T) {
	t.Parallel()
	line := make([][2]float64, 10)
	for i := range line {
		line[i] = [2]float64{float64(i), 2 * float64(i)}
	}
	square := facetest.New(true, 0.01, 1).At(0, 0, 0, 0).Points
	for name, points := range map[string][2][][2]float64{
		"few":          {square[:7], square[:7]},
		"not as many":  {square, square[1:]},
		"on one line":  {line, line},
		"at one place": {make([][2]float64, 10), make([][2]float64, 10)},
		"not numbers":  {{{math.NaN()}, {}, {}, {}, {}, {}, {}, {}}, square[:8]},
	} {
		_, ok := motion.Residual(points[0], points[1])
		require.False(t, ok, name)
	}
	exact := facetest.New(true, 0, 1)
	r, ok := motion.Residual(exact.At(0, 0, 0, 0).Points, exact.At(0, 0, 30, 10).Points)
	require.True(t, ok)
	require.Less(t, r, 1e-6, "a flat picture has a homography")
}
