package face

import (
	"cmp"
	"errors"
	"image"
	"math"
	"slices"

	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/imaging"
	"github.com/stile-id/stile/vision/nn"
)

const (
	// detectSide is the input of the detector, in pixels: the picture fills it along its longer side.
	detectSide = 256
	// detectLeast is the confidence below which a place is no face, and detectOverlap the overlap (intersection over
	// union) above which two places are one face.
	detectLeast   = 0.5
	detectOverlap = 0.3
	// detectMost bounds the places that are compared with each other.
	detectMost = 256
)

// detection is a face as the detector sees it, in pixels of the picture.
type detection struct {
	left, top, right, bottom float64
	confidence               float64
	eyes                     [2]vision.Point // the one at the left edge of an upright picture first
}

func (d detection) area() float64 { return (d.right - d.left) * (d.bottom - d.top) }

// overlap returns the intersection of two faces as a part of their union.
func (d detection) overlap(e detection) float64 {
	w := min(d.right, e.right) - max(d.left, e.left)
	h := min(d.bottom, e.bottom) - max(d.top, e.top)
	if w <= 0 || h <= 0 {
		return 0
	}
	return w * h / (d.area() + e.area() - w*h)
}

// layer is one of the two grids of places that the detector (BlazeFace, Bazarevsky and others 2019) looks at: step
// pixels from place to place, with a number of answers at each.
type layer struct{ step, answers int }

var layers = [2]layer{{16, 2}, {32, 6}}

// raw is the number of values of an answer: centre, size, and six points.
const raw = 16

// detect returns the faces of a picture, largest first.
func detect(m *nn.Model, p *imaging.Picture) ([]detection, error) {
	scale := float64(max(p.Width, p.Height)) / detectSide
	all := square{float64(p.Width) / 2, float64(p.Height) / 2, scale * detectSide, 0}
	picture := all.cut(p.Color(), detectSide)
	blank(picture, all, p)
	outputs, err := m.Run(tensor(picture, 1/127.5, 1))
	if err != nil {
		return nil, err
	}
	var found []detection
	for _, l := range layers {
		list, err := l.read(outputs)
		if err != nil {
			return nil, err
		}
		found = append(found, list...)
	}
	found = suppress(found)
	origin := all.place(0, 0)
	for i := range found {
		found[i] = found[i].scaled(scale, origin)
	}
	slices.SortStableFunc(found, func(a, b detection) int { return cmp.Compare(b.area(), a.area()) })
	return found, nil
}

// blank makes the pixels of the detector's input that lie beside the picture gray, because cut repeats its edge.
func blank(picture *image.NRGBA, all square, p *imaging.Picture) {
	for y := range detectSide {
		for x := range detectSide {
			at := all.place((float64(x)+0.5)/detectSide, (float64(y)+0.5)/detectSide)
			if at[0] < 0 || at[1] < 0 || at[0] >= float64(p.Width) || at[1] >= float64(p.Height) {
				i := picture.PixOffset(x, y)
				picture.Pix[i], picture.Pix[i+1], picture.Pix[i+2] = 127, 127, 127
			}
		}
	}
}

// errShape says that a model has other outputs than its name promises.
var errShape = errors.New("the outputs of the model have another shape")

// read returns the places of a layer that may be faces, in pixels of the detector's input. The outputs of the model are
// told apart by their size.
func (l layer) read(outputs []nn.Tensor) (found []detection, err error) {
	across := detectSide / l.step
	n := across * across * l.answers
	var scores, places []float32
	for _, t := range outputs {
		switch len(t.Data) {
		case n:
			scores = t.Data
		case n * raw:
			places = t.Data
		}
	}
	if scores == nil || places == nil {
		return nil, errShape
	}
	for i, score := range scores {
		confidence := 1 / (1 + math.Exp(-float64(score)))
		if !(confidence >= detectLeast) {
			continue
		}
		cell := i / l.answers
		x := (float64(cell%across) + 0.5) * float64(l.step)
		y := (float64(cell/across) + 0.5) * float64(l.step)
		if d, ok := decode(places[i*raw:(i+1)*raw], x, y); ok {
			d.confidence = confidence
			found = append(found, d)
		}
	}
	return found, nil
}

// decode reads an answer about the place at x and y.
func decode(v []float32, x, y float64) (d detection, ok bool) {
	for _, value := range v {
		if math.IsNaN(float64(value)) || math.Abs(float64(value)) > 4*detectSide {
			return d, false
		}
	}
	x0, y0 := x+float64(v[0]), y+float64(v[1])
	w, h := float64(v[2]), float64(v[3])
	d = detection{left: x0 - w/2, top: y0 - h/2, right: x0 + w/2, bottom: y0 + h/2}
	for i := range d.eyes {
		d.eyes[i] = vision.Point{x + float64(v[4+2*i]), y + float64(v[5+2*i])}
	}
	return d, w >= 4 && h >= 4
}

// suppress keeps the most confident of each group of overlapping places, at the mean of the group weighted by
// confidence.
func suppress(found []detection) (kept []detection) {
	slices.SortStableFunc(found, func(a, b detection) int { return cmp.Compare(b.confidence, a.confidence) })
	found = found[:min(len(found), detectMost)]
	for len(found) > 0 {
		best := found[0]
		var rest []detection
		sum, total := detection{}, 0.0
		for _, d := range found {
			if d.overlap(best) <= detectOverlap {
				rest = append(rest, d)
				continue
			}
			sum = sum.plus(d, d.confidence)
			total += d.confidence
		}
		mean := sum.scaled(1/total, vision.Point{})
		mean.confidence = best.confidence
		kept = append(kept, mean)
		found = rest
	}
	return kept
}

// plus adds a face, weighted.
func (d detection) plus(e detection, weight float64) detection {
	d.left, d.top = d.left+weight*e.left, d.top+weight*e.top
	d.right, d.bottom = d.right+weight*e.right, d.bottom+weight*e.bottom
	for i := range d.eyes {
		d.eyes[i][0] += weight * e.eyes[i][0]
		d.eyes[i][1] += weight * e.eyes[i][1]
	}
	return d
}

// scaled returns a face with all places multiplied and moved.
func (d detection) scaled(scale float64, origin vision.Point) detection {
	d.left, d.right = d.left*scale+origin[0], d.right*scale+origin[0]
	d.top, d.bottom = d.top*scale+origin[1], d.bottom*scale+origin[1]
	for i := range d.eyes {
		d.eyes[i] = vision.Point{d.eyes[i][0]*scale + origin[0], d.eyes[i][1]*scale + origin[1]}
	}
	return d
}
