package flash_test

import (
	mathrand "math/rand/v2"

	"github.com/stile-id/stile/methods/face/flash"
)

// room is a face before a screen.
type room struct {
	// reflect is the light of the screen that comes from the skin, as a part of that of the room.
	reflect float64
	// behind is the part of it that comes from the background.
	behind float64
	// drift is the change of the camera's exposure from step to step, as a part of it.
	drift float64
	// noise is that of the means of a patch, as a part of the light.
	noise float64
}

var lights = map[string][3]float64{
	"#00ff00": {0, 1, 0}, "#0000ff": {0, 0, 1}, "#00ffff": {0, 1, 1}, "#ff00ff": {1, 0, 1}, "#ffff00": {1, 1, 0},
}

func mrand() *mathrand.Rand { return mathrand.New(mathrand.NewPCG(5, 5)) }

// frames returns two frames of each step: the camera's exposure and balance drift, for skin and background alike.
func (r room) frames(random *mathrand.Rand, steps []flash.Step) (frames []flash.Frame) {
	albedo, wall := [3]float64{0.45, 0.3, 0.22}, [3]float64{0.3, 0.3, 0.28}
	gain, balance, pose := 1.0, [3]float64{1, 1, 1}, [3]float64{}
	for i, step := range steps {
		gain = 1 + 0.7*(gain-1) + random.NormFloat64()*r.drift
		for c := range 3 {
			balance[c] = 1 + 0.7*(balance[c]-1) + random.NormFloat64()*r.drift*0.35
			pose[c] = 0.7*pose[c] + random.NormFloat64()*r.noise // shadows that move with the head
		}
		for range 2 {
			f := flash.Frame{Step: i}
			light := lights[step.Color]
			for c := range 3 {
				seen := gain * balance[c]
				f.Skin[c] = albedo[c] * seen * (1 + r.reflect*light[c] + pose[c] + random.NormFloat64()*r.noise)
				f.Background[c] = wall[c] * seen * (1 + r.behind*r.reflect*light[c] + random.NormFloat64()*r.noise)
			}
			frames = append(frames, f)
		}
	}
	return frames
}
