// Package flash decides whether the skin of a face has reflected a random sequence of colours that the user's screen
// has shown. It works on colours that the vision process has measured, and has no state.
//
// A face before a screen takes on a little of its light, and the background takes on less. A recording, a print and
// another screen do not know the sequence. The measure is the correlation of the changes of the skin's hue with
// those of the sequence; brightness and whatever changes the background alike, such as the exposure of the camera, do
// not count.
//
// The colours spare people with photosensitive epilepsy (WCAG 2.3.1): no saturated red, and at most three changes in
// any second.
package flash

import (
	"io"
	"math"
	"slices"
)

// Step is a colour and how long the screen shows it.
type Step struct {
	Color        string `json:"color"` // such as #00ff00
	Milliseconds int    `json:"ms"`
}

const (
	// Steps is the number of colours of a sequence: one of 81,920.
	Steps = 8
	// Shown is how long a colour is shown, in milliseconds: 2.5 changes a second.
	Shown = 400
)

// palette are the colours, as red, green and blue from 0 to 1. Red is at most half of the light of each.
var palette = []struct {
	name  string
	light [3]float64
}{
	{"#00ff00", [3]float64{0, 1, 0}}, {"#0000ff", [3]float64{0, 0, 1}}, {"#00ffff", [3]float64{0, 1, 1}},
	{"#ff00ff", [3]float64{1, 0, 1}}, {"#ffff00", [3]float64{1, 1, 0}},
}

// Draw returns a random sequence, of which no two neighbours are alike.
func Draw(random io.Reader) ([]Step, error) {
	steps := make([]Step, 0, Steps)
	for len(steps) < Steps {
		var b [1]byte
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return nil, err
		}
		if b[0] == 255 { // 255 is divisible by five: each colour is as likely
			continue
		}
		name := palette[int(b[0])%len(palette)].name
		if len(steps) == 0 || steps[len(steps)-1].Color != name {
			steps = append(steps, Step{Color: name, Milliseconds: Shown})
		}
	}
	return steps, nil
}

// Frame has the colours of a frame, with one face: linear red, green and blue from 0 to 1.
type Frame struct {
	// Step is the index of the colour that the screen showed.
	Step int
	// Skin is the mean of forehead and cheeks, Background that of the picture around the head.
	Skin, Background [3]float64
	// Clipped is the share of the pixels of the skin with a channel at its limit.
	Clipped float64
}

// Reading is the measure of a sequence of frames.
type Reading struct {
	// Score is the correlation of the changes of the skin's hue with those of the colours, from -1 to 1.
	Score float64
	// Strength is the size of the changes of hue, as a part of the light that comes from the skin.
	Strength float64
	// Bright reports that so much of the skin is at the limit of the camera that it cannot show a change.
	Bright bool
}

// Outcome is the decision on a sequence of frames.
type Outcome string

// The outcomes.
const (
	Reflected Outcome = "reflected"
	// Faint: the skin shows hardly any change, as in a bright room, and before a print.
	Faint Outcome = "faint"
	// Other: the skin changes, and not as the screen has.
	Other Outcome = "other"
)

const (
	// ScoreFrom is the score from which the skin has reflected the sequence. Of faces that reflect another random
	// sequence, or none, one in a thousand reaches it (TestFewReplaysReachTheScore).
	ScoreFrom = 0.9
	// strengthFrom is the size below which changes can be the noise of a camera and the movement of a head.
	strengthFrom = 0.009
	// clippedFrom is the share of clipped pixels from which the picture is too bright.
	clippedFrom = 0.25
)

// Outcome returns the decision on a reading.
func (r Reading) Outcome() Outcome {
	switch {
	case r.Bright || r.Strength < strengthFrom:
		return Faint
	case r.Score >= ScoreFrom:
		return Reflected
	default:
		return Other
	}
}

// Measure compares frames with a sequence. It returns false unless each colour has a frame, in the order of the
// sequence.
func Measure(steps []Step, frames []Frame) (Reading, bool) {
	expected, ok := huesOf(steps)
	if !ok || !ordered(len(steps), frames) {
		return Reading{}, false
	}
	skin := byStep(len(steps), frames, func(f Frame) [3]float64 { return f.Skin })
	behind := byStep(len(steps), frames, func(f Frame) [3]float64 { return f.Background })
	seen := make([][3]float64, len(steps))
	skinMean, behindMean := mean(skin), mean(behind)
	for i := range steps {
		for c := range 3 {
			seen[i][c] = relative(skin[i][c], skinMean[c]) - relative(behind[i][c], behindMean[c])
		}
		seen[i] = hue(seen[i])
	}
	r := correlate(expected, seen)
	clipped := make([]float64, 0, len(frames))
	for _, f := range frames {
		clipped = append(clipped, f.Clipped)
	}
	slices.Sort(clipped)
	r.Bright = clipped[len(clipped)/2] >= clippedFrom
	return r, true
}

func ordered(steps int, frames []Frame) bool {
	if steps < 2 || len(frames) < steps || frames[0].Step != 0 || frames[len(frames)-1].Step != steps-1 {
		return false
	}
	for i := 1; i < len(frames); i++ {
		if step := frames[i].Step - frames[i-1].Step; step < 0 || step > 1 {
			return false
		}
	}
	return true
}

// huesOf returns the hues of a sequence; false for a colour that is not of the palette.
func huesOf(steps []Step) ([][3]float64, bool) {
	hues := make([][3]float64, 0, len(steps))
	for _, step := range steps {
		for _, color := range palette {
			if color.name == step.Color {
				hues = append(hues, hue(color.light))
			}
		}
	}
	return hues, len(hues) == len(steps)
}

// byStep returns the mean of a colour of the frames of each step.
func byStep(steps int, frames []Frame, of func(Frame) [3]float64) [][3]float64 {
	all := make([][][3]float64, steps)
	for _, f := range frames {
		all[f.Step] = append(all[f.Step], of(f))
	}
	means := make([][3]float64, steps)
	for i := range all {
		means[i] = mean(all[i])
	}
	return means
}

func mean(colors [][3]float64) (m [3]float64) {
	for _, color := range colors {
		for c := range 3 {
			m[c] += color[c] / float64(len(colors))
		}
	}
	return m
}

// dark is the least mean of a channel that tells of a change.
const dark = 0.002

// relative returns the change of a value as a part of its mean; 0 in the dark.
func relative(value, mean float64) float64 {
	if mean < dark {
		return 0
	}
	return value/mean - 1
}

// hue takes the brightness from a colour.
func hue(color [3]float64) [3]float64 {
	grey := (color[0] + color[1] + color[2]) / 3
	return [3]float64{color[0] - grey, color[1] - grey, color[2] - grey}
}

// correlate compares the changes from step to step.
func correlate(expected, seen [][3]float64) (r Reading) {
	var ee, ss, es float64
	for i := 1; i < len(expected); i++ {
		for c := range 3 {
			e, s := expected[i][c]-expected[i-1][c], seen[i][c]-seen[i-1][c]
			ee, ss, es = ee+e*e, ss+s*s, es+e*s
		}
	}
	if ee == 0 || ss == 0 {
		return r
	}
	return Reading{Score: es / math.Sqrt(ee*ss), Strength: math.Sqrt(ss / ee)}
}
