package faces

import (
	"fmt"
	"strconv"
	"strings"
)

// Frame is a picture of an answer to a challenge of selfie_liveness, and the step that it belongs to.
type Frame struct {
	Step int
	Shot
}

// CameraNoise is the noise of the camera of a phone in a lit room, of 255.
const CameraNoise = 1.5

// AnswerFrames is the number of frames of Follow, and the least that a submission takes.
const AnswerFrames = 12

// turnDegrees are the degrees of the turns of a challenge, by its steps. They differ, as those of a person do: the same
// poses in the same order would be a loop. A raised head is measured at less.
var turnDegrees = map[string][4]float64{
	"left": {24, 27, 25.5, 28.5}, "right": {24, 27, 25.5, 28.5}, "up": {26, 30, 28, 32},
}

// Still returns frames of a head that looks ahead. Their noise differs.
func Still(count int) (frames []Frame) {
	for i := range count {
		frames = append(frames, Frame{0, Shot{Noise: CameraNoise, Seed: uint64(i)}})
	}
	return frames
}

// Follow returns the frames of a head that makes four turns, each from ahead and back.
func Follow(turns []string) ([]Frame, error) {
	frames := Still(AnswerFrames - 2*len(turns) + 1)
	for step, turn := range turns {
		degrees := turnDegrees[turn]
		pose, err := Turned(turn, degrees[step%len(degrees)])
		if err != nil {
			return nil, err
		}
		seed := uint64(2*step + AnswerFrames)
		frames = append(frames, Frame{step, Shot{Pose: pose, Noise: CameraNoise, Seed: seed}})
		if step+1 < len(turns) {
			frames = append(frames, Frame{step + 1, Shot{Noise: CameraNoise, Seed: seed + 1}})
		}
	}
	return frames, nil
}

// Reflect returns the frames of a head before a screen that shows colours, written as #rrggbb: two of each of the first
// four, and one of each other. Strength is the light of the screen as a part of that of the room. Frames of the same
// colour differ in their noise.
func Reflect(colors []string, strength float64) ([]Frame, error) {
	var frames []Frame
	shown := map[string]uint64{}
	for step, color := range colors {
		light, err := Light(color, strength)
		if err != nil {
			return nil, err
		}
		count := 1
		if step < AnswerFrames-len(colors) {
			count = 2
		}
		for range count {
			frames = append(frames, Frame{step, Shot{Flash: light, Noise: CameraNoise, Seed: shown[color]}})
			shown[color]++
		}
	}
	return frames, nil
}

// Light returns the light of a colour of a screen, written as rrggbb or #rrggbb, for Shot.Flash.
func Light(color string, strength float64) (light [3]float64, err error) {
	digits := strings.TrimPrefix(color, "#")
	value, err := strconv.ParseUint(digits, 16, 24)
	if err != nil || len(digits) != 6 {
		return light, fmt.Errorf("a colour is rrggbb, not %q", color)
	}
	for c, channel := range [3]uint64{value >> 16, value >> 8 & 255, value & 255} {
		light[c] = strength * float64(channel) / 255
	}
	return light, nil
}
