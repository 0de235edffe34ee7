package zone

import (
	"math"

	"github.com/stile-id/stile/vision/imaging"
	"github.com/stile-id/stile/vision/zone/glyph"
)

// axis is a line of a zone in a picture, in pixels of that picture: it begins at the edge of the first character, half
// way up, and runs along a unit vector; down is the unit vector to the next line. In a mirrored zone down is to the
// left of the direction of reading.
type axis struct {
	start, along, down imaging.Point
	length             float64
}

func (a *axis) at(along, down float64) imaging.Point {
	return imaging.Point{
		a.start[0] + along*a.along[0] + down*a.down[0],
		a.start[1] + along*a.along[1] + down*a.down[1],
	}
}

// scale returns the axis in a picture that is factor times smaller.
func (a *axis) scale(factor float64) axis {
	s := *a
	s.start = imaging.Point{a.start[0] / factor, a.start[1] / factor}
	s.length /= factor
	return s
}

// The scale of a strip: pixels in a pitch, and the step of the search in pixels. margin is the number of pitches that
// a strip goes on at both ends.
const (
	pitchPixels = glyph.Width / glyph.Span
	step        = 2
	margin      = 2.5
)

// strip is the picture of a line, straightened: glyph.Height rows, and pitchPixels columns for each character.
type strip struct {
	columns int
	pixels  []float32
	floor   float32
}

// size is the size of the characters of a line, in pixels: their distance, and the height of a capital letter. Lean is
// how far the foot of a character lies ahead of its middle, as a share of its depth below.
type size struct{ pitch, height, lean float64 }

// cut returns the strip of a line. Shift moves it down, in heights.
func cut(src *imaging.Gray, a axis, s size, shift float64) *strip {
	perPixel := s.pitch / pitchPixels
	columns := int((a.length + 2*margin*s.pitch) / perPixel)
	out := &strip{columns: columns, pixels: make([]float32, columns*glyph.Height)}
	across := samples(perPixel)
	upright := samples(s.height * glyph.Tall / glyph.Height)
	for row := range glyph.Height {
		down := ((float64(row)+0.5)/glyph.Height-0.5)*glyph.Tall*s.height + shift*s.height
		for column := range columns {
			along := (float64(column)+0.5)*perPixel - margin*s.pitch
			sum := 0.0
			for _, dx := range across {
				for _, dy := range upright {
					sum += sample(src, a.at(along+dx+s.lean*down, down+dy))
				}
			}
			out.pixels[row*columns+column] = float32(sum / float64(len(across)*len(upright)))
		}
	}
	out.floor = glyph.Floor * contrast(out.pixels)
	return out
}

// whole reports whether the characters at some places, from left to right, lie in the picture with all of their pitch
// and height. Beyond its frame a strip repeats the last pixels, which look like characters that are not there.
func (l lay) whole(places []int) bool {
	for _, end := range [2]struct {
		place int
		side  float64
	}{{places[0], -0.5}, {places[len(places)-1], 0.5}} {
		along := (float64(end.place*step+glyph.Width/2)/pitchPixels - margin + end.side) * l.size.pitch
		for _, down := range [2]float64{l.down - 0.5, l.down + 0.5} {
			p := l.axis.at(along, down*l.size.height)
			if p[0] < 0 || p[1] < 0 || p[0] > float64(l.src.Rect.Dx()) || p[1] > float64(l.src.Rect.Dy()) {
				return false
			}
		}
	}
	return true
}

// samples returns where to sample a pixel of a strip that spans a length, from its middle.
func samples(length float64) []float64 {
	n := min(max(int(math.Round(length)), 1), 5)
	places := make([]float64, n)
	for i := range places {
		places[i] = ((float64(i)+0.5)/float64(n) - 0.5) * length
	}
	return places
}

// sample returns the value at a place, between the pixels.
func sample(src *imaging.Gray, p imaging.Point) float64 {
	width, height := src.Rect.Dx(), src.Rect.Dy()
	x := min(max(p[0]-0.5, 0), float64(width-1))
	y := min(max(p[1]-0.5, 0), float64(height-1))
	x0, y0 := int(x), int(y)
	x1, y1 := min(x0+1, width-1), min(y0+1, height-1)
	fx, fy := x-float64(x0), y-float64(y0)
	top, bottom := src.Pix[y0*src.Stride:], src.Pix[y1*src.Stride:]
	return (float64(top[x0])*(1-fx)+float64(top[x1])*fx)*(1-fy) +
		(float64(bottom[x0])*(1-fx)+float64(bottom[x1])*fx)*fy
}

// contrast returns the difference between light and dark pixels.
func contrast(pixels []float32) float32 {
	var counts [256]int
	for _, v := range pixels {
		counts[uint8(v)]++
	}
	return float32(level(&counts, len(pixels)*95/100) - level(&counts, len(pixels)*5/100))
}

// level returns the level below which a number of pixels lies.
func level(counts *[256]int, below int) int {
	for v, count := range counts {
		if below -= count; below < 0 {
			return v
		}
	}
	return len(counts) - 1
}

// chances are the probabilities of the classes at a place.
type chances [glyph.Classes]float32

// scan returns the chances of each place of the strip, step columns apart.
func (s *strip) scan(net *glyph.Net) []chances {
	places := make([]chances, max(0, (s.columns-glyph.Width)/step+1))
	for i := range places {
		s.classify(net, i, &places[i])
	}
	return places
}

// classify sets out to the chances of a place.
func (s *strip) classify(net *glyph.Net, place int, out *chances) {
	var cell [glyph.Cell]float32
	place = min(max(place, 0), (s.columns-glyph.Width)/step)
	for row := range glyph.Height {
		from := row*s.columns + place*step
		copy(cell[row*glyph.Width:(row+1)*glyph.Width], s.pixels[from:from+glyph.Width])
	}
	glyph.Normalize(&cell, s.floor)
	net.Classify(&cell, (*[glyph.Classes]float32)(out))
}

// look returns the chances of one character in the middle of an area.
func look(src *imaging.Gray, net *glyph.Net, a axis, s size, floor float32) (out chances) {
	var cell [glyph.Cell]float32
	for row := range glyph.Height {
		down := ((float64(row)+0.5)/glyph.Height - 0.5) * glyph.Tall * s.height
		for column := range glyph.Width {
			along := ((float64(column)+0.5)/glyph.Width - 0.5) * glyph.Span * s.pitch
			cell[row*glyph.Width+column] = float32(sample(src, a.at(along, down)))
		}
	}
	glyph.Normalize(&cell, floor)
	net.Classify(&cell, (*[glyph.Classes]float32)(&out))
	return out
}
