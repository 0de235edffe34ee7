package main

import (
	"math"
	"math/rand/v2"
	"sync"

	"github.com/stile-id/stile/internal/specimen/ocrb"
	"github.com/stile-id/stile/vision/zone/glyph"
)

// pitch is the size at which the shapes are kept.
const pitch = 48.0

// shape is the ink of a character: the distance of each point to the edge of the strokes, in pitches, positive inside.
type shape struct {
	width, height int
	distance      []float32
}

// reach is the largest distance that a shape holds.
const reach = 0.2

// shapeOf measures the distances in the drawing of a character.
func shapeOf(c byte, face ocrb.Face) *shape {
	mask := ocrb.Coverage(c, face, pitch)
	s := &shape{width: mask.Rect.Dx(), height: mask.Rect.Dy()}
	s.distance = make([]float32, s.width*s.height)
	ink := func(x, y int) bool {
		return x >= 0 && y >= 0 && x < s.width && y < s.height && mask.AlphaAt(x, y).A > 127
	}
	const far = 9 // pixels
	for y := range s.height {
		for x := range s.width {
			inside, nearest := ink(x, y), reach*pitch
			for dy := -far; dy <= far; dy++ {
				for dx := -far; dx <= far; dx++ {
					if ink(x+dx, y+dy) != inside {
						nearest = min(nearest, math.Hypot(float64(dx), float64(dy)))
					}
				}
			}
			d := float32((nearest - 0.5) / pitch)
			if !inside {
				d = -d
			}
			s.distance[y*s.width+x] = d
		}
	}
	return s
}

// at returns the distance at a place in pitches from the middle of the cell, half the height of a capital above the
// base line.
func (s *shape) at(x, y float64) float32 {
	column := int((x + 0.5) * pitch)
	row := int((y + ocrb.Ascent - ocrb.CapHeight/2) * pitch)
	if s == nil || column < 0 || row < 0 || column >= s.width || row >= s.height {
		return -reach
	}
	return s.distance[row*s.width+column]
}

// drawer draws cells as a camera sees them.
type drawer struct {
	*rand.Rand
	shapes [2][]*shape
	out    [glyph.Cell]float32
}

func newDrawer(random *rand.Rand) *drawer { return &drawer{Rand: random, shapes: allShapes()} }

// allShapes returns the shapes of the characters in both faces.
var allShapes = sync.OnceValue(func() (all [2][]*shape) {
	for i := range glyph.Characters {
		all[0] = append(all[0], shapeOf(glyph.Characters[i], ocrb.Round))
		all[1] = append(all[1], shapeOf(glyph.Characters[i], ocrb.Sharp))
	}
	return all
})

// view is how a cell is seen. Lengths are pitches.
type view struct {
	left, middle, right    *shape
	dx, dy, sx, sy         float64
	turn, shear            float64
	thicker, soft, scatter float64
	contrast, noise        float64
	slopeX, slopeY         float64
	wave, phase, waveX     float64
	waveY, lamp            float64
}

// cell draws a cell into d.out, and returns its class.
func (d *drawer) cell() int {
	class := d.IntN(glyph.Classes)
	if d.IntN(12) == 0 {
		class = glyph.None
	}
	face := d.shapes[d.IntN(2)]
	v := d.view(face)
	if class == glyph.None {
		d.empty(&v, face)
	} else {
		v.middle = face[class]
	}
	d.render(&v)
	return class
}

// view returns a view with neighbours, and nothing in the middle.
func (d *drawer) view(face []*shape) view {
	normal := func(sigma float64) float64 { return min(max(d.NormFloat64(), -2.5), 2.5) * sigma }
	v := view{
		left: d.neighbour(face), right: d.neighbour(face),
		dx: normal(0.05), dy: normal(0.055), sx: 1 + normal(0.045), sy: 1 + normal(0.05),
		turn: normal(0.03), shear: normal(0.07),
		thicker: normal(0.012), soft: 0.02 + 0.13*d.Float64()*d.Float64(), scatter: 0.11 * d.Float64() * d.Float64(),
		contrast: 40 + 170*d.Float64(), noise: 0.16 * d.Float64() * d.Float64(),
		slopeX: normal(0.1), slopeY: normal(0.1),
	}
	if d.IntN(4) == 0 { // a line of security print
		v.wave, v.phase = 0.25*d.Float64(), d.Float64()*2*math.Pi
		v.waveX, v.waveY = normal(3), normal(8)
	}
	if d.IntN(8) == 0 { // the edge of a reflection
		v.lamp = normal(0.5)
	}
	return v
}

func (d *drawer) neighbour(face []*shape) *shape {
	switch d.IntN(10) {
	case 0:
		return nil
	case 1, 2, 3:
		return face[len(face)-1]
	default:
		return face[d.IntN(len(face))]
	}
}

// empty makes the view one of no character: between two, above or below one, or beside the zone.
func (d *drawer) empty(v *view, face []*shape) {
	side := float64(2*d.IntN(2) - 1)
	switch d.IntN(6) {
	case 0:
		v.left, v.right = nil, nil
	case 1:
		v.left = nil
	case 2:
		v.right = nil
	case 3:
		v.middle, v.dy = face[d.IntN(len(face))], side*(0.4+0.5*d.Float64())
	default:
		v.middle, v.dx = face[d.IntN(len(face))], side*(0.34+0.16*d.Float64())
	}
}

// render draws the view into d.out, normalized.
func (d *drawer) render(v *view) {
	var offsets [4][2]float64
	for i := range offsets {
		offsets[i] = [2]float64{d.NormFloat64() * v.scatter, d.NormFloat64() * v.scatter}
	}
	sin, cos := math.Sincos(v.turn)
	for row := range glyph.Height {
		for column := range glyph.Width {
			across := ((float64(column)+0.5)/glyph.Width - 0.5) * glyph.Span
			down := ((float64(row)+0.5)/glyph.Height - 0.5) * glyph.Tall * ocrb.CapHeight
			x, y := across*v.sx, down*v.sy
			x, y = x*cos-y*sin+v.shear*y+v.dx, x*sin+y*cos+v.dy
			ink := 0.0
			for _, o := range offsets {
				ink += v.ink(x+o[0], y+o[1]) / float64(len(offsets))
			}
			light := -ink + v.slopeX*across + v.slopeY*down + d.NormFloat64()*v.noise
			light -= v.wave * max(0, math.Cos(v.waveX*across+v.waveY*down+v.phase)-0.6)
			if v.lamp != 0 && across+down > v.lamp {
				light = light*0.6 + 0.3
			}
			d.out[row*glyph.Width+column] = float32(v.contrast * light)
		}
	}
	glyph.Normalize(&d.out, float32(glyph.Floor*v.contrast))
}

// ink returns the ink at a place, from 0 to 1.
func (v *view) ink(x, y float64) float64 {
	s := v.middle
	switch {
	case x < -0.5:
		s, x = v.left, x+1
	case x >= 0.5:
		s, x = v.right, x-1
	}
	distance := float64(s.at(x, y)) + v.thicker
	return min(1, max(0, 0.5+distance/(2*v.soft)))
}
