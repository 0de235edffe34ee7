// Package facetest projects heads that turn, and flat pictures of them, for tests.
package facetest

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/stile-id/stile/methods/face/motion"
)

// rigid are landmarks of a face in millimetres: x to the right edge of the picture, y down, z to the camera. They are
// those of the brows, the nose and the eyes, as the vision process names them.
var rigid = func() [][3]float64 {
	left := [][3]float64{
		{-50, -28, -5}, {-42, -36, 4}, {-32, -38, 9}, {-22, -36, 12}, {-12, -32, 14}, // brow
		{-44, -12, -4}, {-36, -17, 3}, {-26, -17, 4}, {-19, -11, 1}, {-26, -8, 3}, {-36, -8, 2}, // eye
		{-13, 30, 18}, {-7, 32, 22}, // nostril
	}
	all := [][3]float64{{0, -15, 14}, {0, -2, 20}, {0, 10, 27}, {0, 22, 34}, {0, 33, 24}} // nose
	for _, p := range left {
		all = append(all, p, [3]float64{-p[0], p[1], p[2]})
	}
	return all
}()

const (
	eyes     = 63.0  // between the eyes, in millimetres
	far      = 450.0 // from the camera, in millimetres
	focal    = 900.0 // in pixels
	eyesSeen = eyes * focal / far
)

// Scene is a head, or a picture of one, before a camera.
type Scene struct {
	Flat  bool
	Noise float64 // of the landmarks, as a part of the distance of the eyes
	Rand  *rand.Rand
}

// At returns the frame of a pose, some time after Begun.
func (s Scene) At(step int, after time.Duration, yaw, pitch float64) motion.Frame {
	sin, cos := math.Sincos(yaw * math.Pi / 180)
	up, level := math.Sincos(pitch * math.Pi / 180)
	f := motion.Frame{Step: step, At: Begun.Add(after), Yaw: yaw, Pitch: pitch, Eyes: eyesSeen}
	for _, p := range rigid {
		if s.Flat {
			p[2] = 0
		}
		x, z := p[0]*cos+p[2]*sin, p[2]*cos-p[0]*sin
		y, z := p[1]*level-z*up, z*level+p[1]*up
		scale := focal / (far - z)
		f.Points = append(f.Points, [2]float64{
			640 + x*scale + s.Rand.NormFloat64()*s.Noise*eyesSeen,
			360 + y*scale + s.Rand.NormFloat64()*s.Noise*eyesSeen,
		})
	}
	return f
}

// Begun is when the challenge was made.
var Begun = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

// Every is the time between two frames.
const Every = 220 * time.Millisecond

// Follow returns the frames of a person who makes the turns, each to an angle and back.
func (s Scene) Follow(turns []motion.Turn, angle float64) (frames []motion.Frame) {
	after := time.Second
	add := func(step int, yaw, pitch float64) {
		frames = append(frames, s.At(step, after, yaw, pitch))
		after += Every
	}
	add(0, 1, 2)
	add(0, -1, 3)
	for step, turn := range turns {
		for _, part := range []float64{0.4, 0.8, 1, 1, 0.7, 0.3} {
			yaw, pitch := 0.0, 2.0
			switch turn {
			case motion.Left:
				yaw = angle * part
			case motion.Right:
				yaw = -angle * part
			case motion.Up:
				pitch += angle * part
			}
			if back := part < 1 && part != 0.4 && part != 0.8 && step+1 < len(turns); back {
				add(step+1, yaw, pitch) // the prompt of the next turn is shown already
			} else {
				add(step, yaw, pitch)
			}
		}
		add(min(step+1, len(turns)-1), 0, 2)
	}
	return frames
}

// New returns a scene with its own random noise.
func New(flat bool, noise float64, seed uint64) Scene {
	return Scene{Flat: flat, Noise: noise, Rand: rand.New(rand.NewPCG(seed, 1))} //nolint:gosec // noise of a test
}
