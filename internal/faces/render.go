package faces

import (
	"image"
	"math"
	"math/rand/v2"

	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/imaging"
)

// Shot is how the camera sees a head.
type Shot struct {
	// Pose is that of the head. A surface other than Solid is turned as the head would be.
	Pose vision.Pose
	// Flash is the light that the user's screen throws on the surface: linear red, green and blue, as parts of the light
	// of the room. A phone in a dim room gives about 0.1.
	Flash [3]float64
	// Exposure multiplies the light of all of the picture; 0 is 1.
	Exposure float64
	// Noise is the standard deviation of the camera's noise, of 255.
	Noise float64
	// Blur is the radius of a blur, in pixels.
	Blur int
	// Seed is that of the noise.
	Seed uint64
}

// pixel is the place of the surface that the camera sees through a pixel.
type pixel struct {
	depth float64
	x, y  float64 // in the texture
	lit   float64
}

// Render returns a picture of the head.
func (h *Head) Render(s Shot) *image.NRGBA {
	w, d := h.picture.Rect.Dx(), h.picture.Rect.Dy()
	pixels := make([]pixel, w*d)
	for i := range pixels {
		pixels[i].depth = math.Inf(1)
	}
	turn := h.turnTo(s.Pose)
	room := make([][3]float64, len(h.vertices))
	for i, v := range h.vertices {
		room[i] = h.placed(v, turn)
	}
	for _, t := range h.triangles {
		h.draw(pixels, w, d, t, room)
	}
	out := image.NewNRGBA(image.Rect(0, 0, w, d))
	noise := rand.New(rand.NewPCG(s.Seed, 19)) //nolint:gosec // the same shot has the same noise
	for i, p := range pixels {
		h.shade(out.Pix[4*i:4*i+4], p, s, noise)
	}
	if s.Blur > 0 {
		out = blurred(out, s.Blur)
	}
	return out
}

// draw draws a triangle. Places in the texture are interpolated in the room, as perspective needs.
func (h *Head) draw(pixels []pixel, w, d int, t triangle, room [][3]float64) {
	var x, y, inverse [3]float64
	for k, i := range t {
		if room[i][2] < 1 {
			return
		}
		inverse[k] = 1 / room[i][2]
		x[k] = float64(w)/2 + h.focal*room[i][0]*inverse[k]
		y[k] = float64(d)/2 + h.focal*room[i][1]*inverse[k]
	}
	area := (x[1]-x[0])*(y[2]-y[0]) - (x[2]-x[0])*(y[1]-y[0])
	if math.Abs(area) < 1e-9 {
		return
	}
	first, last := max(0, int(min(y[0], y[1], y[2]))), min(d-1, int(max(y[0], y[1], y[2])))
	from, to := max(0, int(min(x[0], x[1], x[2]))), min(w-1, int(max(x[0], x[1], x[2])))
	for py := first; py <= last; py++ {
		for px := from; px <= to; px++ {
			cx, cy := float64(px)+0.5, float64(py)+0.5
			a := ((x[1]-cx)*(y[2]-cy) - (x[2]-cx)*(y[1]-cy)) / area
			b := ((x[2]-cx)*(y[0]-cy) - (x[0]-cx)*(y[2]-cy)) / area
			c := 1 - a - b
			if a < -1e-9 || b < -1e-9 || c < -1e-9 {
				continue
			}
			a, b, c = a*inverse[0], b*inverse[1], c*inverse[2]
			depth := 1 / (a + b + c)
			if p := &pixels[py*w+px]; depth < p.depth {
				v0, v1, v2 := &h.vertices[t[0]], &h.vertices[t[1]], &h.vertices[t[2]]
				mix := func(f, g, e float64) float64 { return depth * (a*f + b*g + c*e) }
				*p = pixel{
					depth, mix(v0.texture[0], v1.texture[0], v2.texture[0]), mix(v0.texture[1], v1.texture[1], v2.texture[1]),
					mix(v0.lit, v1.lit, v2.lit),
				}
			}
		}
	}
}

// shade sets a pixel of the picture.
func (h *Head) shade(out []byte, p pixel, s Shot, noise *rand.Rand) {
	out[3] = 255
	if math.IsInf(p.depth, 1) { // the wall behind a print
		out[0], out[1], out[2] = 96, 92, 88
		p.lit = 0.02
	} else {
		color := sample(h.picture, p.x, p.y)
		if h.surface == Screen {
			color = onScreen(color, p.x, p.y)
		} else if h.surface != Solid && !(h.surface == CutOut && p.lit < 0.99) {
			color = onPaper(color)
		}
		out[0], out[1], out[2] = color[0], color[1], color[2]
	}
	exposure := s.Exposure
	if exposure == 0 {
		exposure = 1
	}
	for c := range 3 {
		v := encode(imaging.Linear[out[c]]*exposure*(1+s.Flash[c]*p.lit)) * 255
		if s.Noise > 0 {
			v += s.Noise * noise.NormFloat64()
		}
		out[c] = clamped(v)
	}
}

func clamped(v float64) uint8 { return uint8(min(max(v+0.5, 0), 255)) }

// onPaper is the colour of a print: paper is not white, and ink not black.
func onPaper(c [3]byte) (out [3]byte) {
	for i := range out {
		out[i] = uint8(28 + float64(c[i])*0.8)
	}
	return out
}

// screenPeriod is the distance of the stripes, in pixels of the camera, that a screen shows which is finer than the
// camera.
const screenPeriod = 3.3

// onScreen is the colour of a place of a screen, with the pattern of its pixels.
func onScreen(c [3]byte, x, y float64) (out [3]byte) {
	pattern := 1 + 0.06*math.Sin(2*math.Pi*(x+0.15*y)/screenPeriod) + 0.06*math.Sin(2*math.Pi*(y-0.15*x)/screenPeriod)
	for i := range out {
		out[i] = uint8(min(255, (12+0.93*float64(c[i]))*pattern))
	}
	return out
}

// sample returns the colour of a place of a picture, interpolated.
func sample(src *image.NRGBA, x, y float64) (out [3]byte) {
	w, d := src.Rect.Dx(), src.Rect.Dy()
	x, y = min(max(x-0.5, 0), float64(w-1)), min(max(y-0.5, 0), float64(d-1))
	x0, y0 := int(x), int(y)
	x1, y1 := min(x0+1, w-1), min(y0+1, d-1)
	fx, fy := x-float64(x0), y-float64(y0)
	for c := range out {
		top := float64(src.Pix[y0*src.Stride+4*x0+c])*(1-fx) + float64(src.Pix[y0*src.Stride+4*x1+c])*fx
		bottom := float64(src.Pix[y1*src.Stride+4*x0+c])*(1-fx) + float64(src.Pix[y1*src.Stride+4*x1+c])*fx
		out[c] = uint8(top*(1-fy) + bottom*fy + 0.5)
	}
	return out
}

// encode returns the coded value, from 0 to 1, of a linear one: the inverse of imaging.Linear.
func encode(v float64) float64 {
	if v <= 0.0031308 {
		return 12.92 * v
	}
	return 1.055*math.Pow(v, 1/2.4) - 0.055
}

// blurred returns the mean over squares around each pixel.
func blurred(src *image.NRGBA, radius int) *image.NRGBA {
	out := image.NewNRGBA(src.Rect)
	w, d := src.Rect.Dx(), src.Rect.Dy()
	for y := range d {
		for x := range w {
			var sum [3]int
			n := 0
			for v := max(0, y-radius); v <= min(d-1, y+radius); v++ {
				for u := max(0, x-radius); u <= min(w-1, x+radius); u++ {
					for c := range sum {
						sum[c] += int(src.Pix[v*src.Stride+4*u+c])
					}
					n++
				}
			}
			for c := range sum {
				out.Pix[y*out.Stride+4*x+c] = clamped(float64(sum[c]) / float64(n))
			}
			out.Pix[y*out.Stride+4*x+3] = 255
		}
	}
	return out
}
