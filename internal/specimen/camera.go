package specimen

import (
	"image"
	"math"
	"math/rand/v2"
)

// degraded adds glare, blur and noise to a picture.
func degraded(picture *image.NRGBA, shot Shot, random *rand.Rand) *image.NRGBA {
	glare(picture, shot, random)
	if shot.Blur > 0 {
		picture = blurred(picture, shot.Blur)
	}
	if shot.Noise > 0 {
		for i := range picture.Pix {
			if i%4 != 3 {
				picture.Pix[i] = clipped(float64(picture.Pix[i]) + random.NormFloat64()*shot.Noise)
			}
		}
	}
	return picture
}

// glare adds a bright spot whose radius is a sixth of the width, somewhere in the middle half.
func glare(picture *image.NRGBA, shot Shot, random *rand.Rand) {
	x0, y0 := float64(shot.Width)*(0.25+random.Float64()/2), float64(shot.Height)*(0.25+random.Float64()/2)
	if shot.Glare <= 0 {
		return
	}
	radius := float64(shot.Width) / 6
	for y := range shot.Height {
		for x := range shot.Width {
			far := math.Hypot(float64(x)-x0, (float64(y)-y0)*1.4) / radius
			if far > 2 {
				continue
			}
			light := 400 * shot.Glare * math.Exp(-2*far*far)
			at := picture.Pix[picture.PixOffset(x, y):]
			for i := range 3 {
				at[i] = clipped(float64(at[i]) + light)
			}
		}
	}
}

// blurred returns a picture out of focus: a Gaussian filter across, then down.
func blurred(picture *image.NRGBA, sigma float64) *image.NRGBA {
	reach := int(math.Ceil(3 * sigma))
	weights, sum := make([]float64, 2*reach+1), 0.0
	for i := range weights {
		weights[i] = math.Exp(-float64((i-reach)*(i-reach)) / (2 * sigma * sigma))
		sum += weights[i]
	}
	for i := range weights {
		weights[i] /= sum
	}
	across := convolved(picture, weights, 1, 0)
	return convolved(across, weights, 0, 1)
}

func convolved(picture *image.NRGBA, weights []float64, dx, dy int) *image.NRGBA {
	out := image.NewNRGBA(picture.Rect)
	w, h, reach := picture.Rect.Dx(), picture.Rect.Dy(), len(weights)/2
	for y := range h {
		for x := range w {
			var sum [3]float64
			for i, weight := range weights {
				px, py := min(max(x+dx*(i-reach), 0), w-1), min(max(y+dy*(i-reach), 0), h-1)
				at := picture.Pix[py*picture.Stride+4*px:]
				sum[0] += weight * float64(at[0])
				sum[1] += weight * float64(at[1])
				sum[2] += weight * float64(at[2])
			}
			at := out.Pix[y*out.Stride+4*x:]
			at[0], at[1], at[2], at[3] = clipped(sum[0]), clipped(sum[1]), clipped(sum[2]), 255
		}
	}
	return out
}

func clipped(v float64) uint8 { return uint8(min(255, max(0, v+0.5))) }
