package flash_test

import (
	"crypto/rand"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/face/flash"
)

func draw(t *testing.T) []flash.Step {
	t.Helper()
	steps, err := flash.Draw(rand.Reader)
	require.NoError(t, err)
	return steps
}

// usual is a room at the usual noise of a camera.
func usual(reflect float64) room { return room{reflect: reflect, drift: 0.02, noise: 0.003} }

func TestSequencesSparePhotosensitivePeople(t *testing.T) {
	t.Parallel()
	for range 500 {
		steps := draw(t)
		require.Len(t, steps, flash.Steps)
		for i, step := range steps {
			require.GreaterOrEqual(t, step.Milliseconds, 334, "at most three changes in a second")
			color, err := strconv.ParseUint(strings.TrimPrefix(step.Color, "#"), 16, 24)
			require.NoError(t, err)
			red, green, blue := float64(color>>16), float64(color>>8&255), float64(color&255)
			require.Less(t, red/(red+green+blue), 0.8, "a saturated red: %s", step.Color)
			if i > 0 {
				require.NotEqual(t, steps[i-1].Color, step.Color)
			}
		}
	}
	_, err := flash.Draw(strings.NewReader("\xFF\x00\x01"))
	require.ErrorIs(t, err, io.EOF)
}

func TestFaceThatReflectsTheSequencePasses(t *testing.T) {
	t.Parallel()
	random := mrand()
	for reflect, least := range map[float64]int{0.02: 950, 0.03: 990, 0.06: 999} {
		passed := 0
		for range 1000 {
			steps := draw(t)
			reading, ok := flash.Measure(steps, usual(reflect).frames(random, steps))
			require.True(t, ok)
			if reading.Outcome() == flash.Reflected {
				passed++
			}
		}
		require.GreaterOrEqual(t, passed, least, "of 1000 at a reflection of %v", reflect)
	}
}

func TestFewReplaysReachTheScore(t *testing.T) {
	t.Parallel()
	random, passed := mrand(), 0
	const tries = 10000
	for range tries {
		steps, recorded := draw(t), draw(t)
		reading, ok := flash.Measure(steps, usual(0.06).frames(random, recorded))
		require.True(t, ok)
		if reading.Outcome() == flash.Reflected {
			passed++
		}
	}
	require.LessOrEqual(t, passed, tries/500, "of %d recordings of other sequences", tries)
}

// TestAttacksDoNotReflect is the table of docs/methods/faces.md.
func TestAttacksDoNotReflect(t *testing.T) {
	t.Parallel()
	random := mrand()
	steps := []flash.Step{
		{"#00ff00", 400}, {"#ff00ff", 400}, {"#0000ff", 400}, {"#ffff00", 400},
		{"#00ffff", 400}, {"#ff00ff", 400}, {"#00ff00", 400}, {"#0000ff", 400},
	}
	other := slices.Clone(steps)
	slices.Reverse(other)
	for name, attack := range map[string]struct {
		frames []flash.Frame
		want   flash.Outcome
	}{
		"a person":                            {usual(0.05).frames(random, steps), flash.Reflected},
		"a recording of another sequence":     {usual(0.05).frames(random, other), flash.Other},
		"no reflection":                       {usual(0).frames(random, steps), flash.Faint},
		"a bright room":                       {usual(0.002).frames(random, steps), flash.Faint},
		"a screen whose brightness is varied": {room{drift: 0.2, noise: 0.003}.frames(random, steps), flash.Faint},
		"colours laid over the whole picture": {
			room{reflect: 0.06, behind: 1, drift: 0.02, noise: 0.003}.frames(random, steps), flash.Faint,
		},
		"a loop of two colours": {
			usual(0.05).frames(random, []flash.Step{
				steps[0], steps[1], steps[0], steps[1], steps[0], steps[1], steps[0], steps[1],
			}), flash.Other,
		},
	} {
		reading, ok := flash.Measure(steps, attack.frames)
		require.True(t, ok, name)
		require.Equal(t, attack.want, reading.Outcome(), "%s: %+v", name, reading)
	}
}

func TestClippedSkinIsTooBright(t *testing.T) {
	t.Parallel()
	steps := draw(t)
	frames := usual(0.06).frames(mrand(), steps)
	for i := range frames {
		frames[i].Clipped = 0.3
	}
	reading, ok := flash.Measure(steps, frames)
	require.True(t, ok)
	require.Equal(t, flash.Faint, reading.Outcome())
}

func TestFramesThatMissAColourAreNotMeasured(t *testing.T) {
	t.Parallel()
	steps := draw(t)
	whole := usual(0.06).frames(mrand(), steps)
	swapped := slices.Clone(whole)
	swapped[3], swapped[8] = swapped[8], swapped[3]
	for name, frames := range map[string][]flash.Frame{
		"none": nil, "the first colour": whole[2:], "the last colour": whole[:14],
		"one between": append(slices.Clone(whole[:6]), whole[8:]...), "out of order": swapped,
	} {
		_, ok := flash.Measure(steps, frames)
		require.False(t, ok, name)
	}
	_, ok := flash.Measure([]flash.Step{{"#ff0000", 400}, {"#00ff00", 400}}, whole[:4])
	require.False(t, ok, "a colour that is not of the palette")
	dark := slices.Clone(whole)
	for i := range dark {
		dark[i].Skin, dark[i].Background = [3]float64{}, [3]float64{}
	}
	reading, ok := flash.Measure(steps, dark)
	require.True(t, ok)
	require.Equal(t, flash.Faint, reading.Outcome())
}
