package specimen

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"

	"golang.org/x/image/draw"
)

// face is a drawn portrait: an oval with eyes, brows, nose, mouth and hair, shaded as if lit from the front, so that a
// finder of faces finds it. No photograph went into it.
type face struct {
	skin, hair, shirt, iris  rgb
	width, eyes, brow, mouth float64 // proportions about 1
	long                     bool    // hair to the shoulders
}

type rgb struct{ r, g, b float64 }

func (c rgb) mix(d rgb, share float64) rgb {
	return rgb{c.r + (d.r-c.r)*share, c.g + (d.g-c.g)*share, c.b + (d.b-c.b)*share}
}

func (c rgb) times(factor float64) rgb { return rgb{c.r * factor, c.g * factor, c.b * factor} }

func (c rgb) nrgba() color.NRGBA {
	clip := func(v float64) uint8 { return uint8(min(255, max(0, v))) }
	return color.NRGBA{clip(c.r), clip(c.g), clip(c.b), 255}
}

func newFace(sex string, random *rand.Rand) face {
	near := func() float64 { return 0.93 + 0.14*random.Float64() }
	return face{
		skin:  pick(random, []rgb{{236, 200, 178}, {222, 182, 152}, {198, 152, 122}, {166, 120, 92}, {140, 98, 74}}),
		hair:  pick(random, []rgb{{58, 40, 30}, {30, 26, 26}, {96, 66, 40}, {120, 90, 60}, {70, 66, 66}}),
		shirt: pick(random, []rgb{{60, 70, 100}, {90, 50, 60}, {50, 80, 70}, {70, 70, 76}}),
		iris:  pick(random, []rgb{{70, 48, 30}, {70, 96, 120}, {80, 100, 70}}),
		width: near(), eyes: near(), brow: near(), mouth: near(),
		long: sex == "F",
	}
}

// draw fills a rectangle of a page with the portrait: head and shoulders before a pale wall.
func (f face) draw(page *image.NRGBA, in image.Rectangle) {
	scale := float64(in.Dx()) / 1.55 // a head is 1 wide, with a margin on both sides
	cx, cy := float64(in.Min.X)+float64(in.Dx())/2, float64(in.Min.Y)+float64(in.Dy())*0.47
	for y := in.Min.Y; y < in.Max.Y; y++ {
		for x := in.Min.X; x < in.Max.X; x++ {
			u, v := (float64(x)+0.5-cx)/scale, (float64(y)+0.5-cy)/scale
			page.SetNRGBA(x, y, f.at(u, v).nrgba())
		}
	}
}

// drawPortrait fills a rectangle of a page with the portrait. Of Portrait it prints the middle.
func (f Fields) drawPortrait(page *image.NRGBA, in image.Rectangle) {
	if f.Portrait == nil {
		f.portrait.draw(page, in)
		return
	}
	from := f.Portrait.Bounds()
	scale := min(float64(from.Dx())/float64(in.Dx()), float64(from.Dy())/float64(in.Dy()))
	size := image.Pt(int(scale*float64(in.Dx())), int(scale*float64(in.Dy())))
	at := from.Min.Add(from.Size().Sub(size).Div(2))
	draw.CatmullRom.Scale(page, in, f.Portrait, image.Rectangle{at, at.Add(size)}, draw.Src, nil)
}

// at returns the colour of a point. The middle of the head is the origin, its width is f.width, and v grows downward.
func (f face) at(u, v float64) rgb {
	wall := rgb{206, 214, 222}.times(1 - 0.06*v)
	c := wall.mix(f.hair.times(0.9), inside(f.hairOval(u, v)))
	c = c.mix(f.shirt, inside(oval(u, v-1.28, 0.86, 0.52)))
	c = c.mix(f.skin.times(0.62), inside(oval(u, v-0.62, 0.24, 0.34)))
	head := oval(u, v, 0.44*f.width, 0.6)
	c = c.mix(f.head(u, v), inside(head))
	fringe := oval(u, v-0.16, 0.47*f.width, 0.58)
	if v < 0 && head < 1.2 {
		c = c.mix(f.hair.times(1.1), inside(oval(u, v+0.12, 0.5*f.width, 0.56))*(1-inside(fringe)))
	}
	return c
}

// hairOval returns the outline of the hair behind the head. Short hair ends above the ears.
func (f face) hairOval(u, v float64) float64 {
	crown := oval(u, v+0.14, 0.52*f.width, 0.62)
	if f.long {
		return min(crown, oval(u, v-0.2, 0.6*f.width, 0.78))
	}
	return crown + 0.2*step(v, 0.05, 0.3)
}

// head returns the skin with all that is on it.
func (f face) head(u, v float64) rgb {
	light := 1.06 - 0.55*math.Pow(math.Abs(u)/(0.44*f.width), 2.6) - 0.1*max(0, v)
	light += 0.10*bump(u, v+0.36, 0.26, 0.13) + 0.08*bump(u, v-0.5, 0.11, 0.07) // forehead, chin
	light += 0.16 * bump(u, v-0.06, 0.045, 0.16)                                // ridge of the nose
	light -= 0.30 * bump(u, v-0.215, 0.085, 0.022)                              // under the nose
	light -= 0.10 * bump(u, v-0.44, 0.12, 0.03)                                 // under the lip
	for _, side := range []float64{-1, 1} {
		x := u - side*0.185*f.eyes
		light -= 0.34 * bump(x, v+0.06, 0.105, 0.07)           // socket
		light += 0.12 * bump(u-side*0.23, v-0.15, 0.09, 0.08)  // cheek
		light -= 0.22 * bump(u-side*0.05, v-0.195, 0.02, 0.02) // nostril
		light -= 0.12 * bump(u-side*0.075, v-0.05, 0.025, 0.1) // side of the nose
	}
	c := f.skin.times(light)
	c = c.mix(rgb{150, 70, 66}.times(f.skin.r/230), 0.85*bump(u, v-0.345, 0.135*f.mouth, 0.035))
	c = c.mix(rgb{60, 24, 24}, 0.8*bump(u, v-0.343, 0.12*f.mouth, 0.009))
	for _, side := range []float64{-1, 1} {
		c = f.eye(c, u-side*0.185*f.eyes, v+0.055)
		slope := v + 0.165*f.brow + 0.12*math.Abs(u-side*0.17)*math.Abs(u-side*0.17)*4
		c = c.mix(f.hair.times(0.7), 0.9*bump(u-side*0.19, slope, 0.095, 0.02))
	}
	return c
}

func (f face) eye(skin rgb, u, v float64) rgb {
	white := inside(oval(u, v, 0.078, 0.034))
	c := skin.mix(rgb{214, 210, 206}, white*0.8)
	c = c.mix(f.iris, white*inside(oval(u, v, 0.036, 0.036)))
	c = c.mix(rgb{14, 12, 12}, white*inside(oval(u, v, 0.017, 0.017)))
	return c.mix(rgb{40, 28, 24}, 0.85*bump(u, v+0.034, 0.075, 0.011)) // lashes
}

// oval returns 1 on an ellipse around the origin, and less within.
func oval(u, v, a, b float64) float64 { return math.Hypot(u/a, v/b) }

// inside returns 1 within an oval, 0 outside, with a soft edge.
func inside(oval float64) float64 { return 1 - step(oval, 1, 0.04) }

// step rises from 0 to 1 around a value.
func step(v, at, width float64) float64 { return min(1, max(0, (v-at)/width+0.5)) }

// bump is a bell with a height of 1.
func bump(u, v, a, b float64) float64 { return math.Exp(-(u*u/(a*a) + v*v/(b*b))) }
