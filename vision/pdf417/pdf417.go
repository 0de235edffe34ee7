// Package pdf417 finds and reads a PDF417 symbol (ISO/IEC 15438) in a picture. It does no input or output, and another
// project can use it.
package pdf417

import (
	"context"
	"errors"
	"image"
	"math"
)

// Version names the reader. It changes whenever the same picture may be read otherwise.
const Version = "pdf417 1"

// The errors of Decode.
var (
	ErrNotFound    = errors.New("pdf417: no symbol found")
	ErrDamaged     = errors.New("pdf417: a symbol has too many errors")
	ErrUnsupported = errors.New("pdf417: a symbol is of a Macro PDF417, for the reader, or has several character sets")
)

// Point is a place in a picture, in pixels.
type Point [2]float64

// Symbol is a symbol that was read.
type Symbol struct {
	Data []byte
	// ECI is the number of the character set that the symbol names, or -1.
	ECI                  int
	Rows, Columns, Level int
	// Corrected counts the codewords that error correction changed.
	Corrected int
	Mirrored  bool
	// Corners are those of the symbol, as it is read: top left, top right, bottom right, bottom left.
	Corners [4]Point
}

// Decode finds and reads a symbol in a picture. If there are several it reads one of them. Its work is bounded whatever
// the picture shows, and grows with the number of pixels; it ends with an error of ctx when that is done.
func Decode(ctx context.Context, src *image.Gray) (*Symbol, error) {
	d := decoder{ctx: ctx, failure: ErrNotFound, grids: maxGrids}
	fine, coarse := regions(src, 1600), regions(src, 600)
	for _, r := range append(fine, coarse[:min(len(coarse), 2)]...) {
		if d.read(look(src, r)) {
			return d.symbol, d.failure
		}
	}
	for _, r := range append(fine[:min(len(fine), 1)], coarse[:min(len(coarse), 1)]...) {
		if d.read(look(src, r).denoised()) {
			return d.symbol, d.failure
		}
	}
	return nil, d.failure
}

// maxGrids is how often a picture is read as a symbol of some form, and maxShapes how many forms an edge is tried with.
const (
	maxGrids  = 16
	maxShapes = 4
)

// decoder reads a symbol from the views of a picture.
type decoder struct {
	ctx     context.Context //nolint:containedctx // lives as long as one call of Decode
	grids   int             // how many may still be read
	symbol  *Symbol
	failure error // the one that tells most
}

// read reads a view, which may be upside down. It reports whether d is done.
func (d *decoder) read(v *view) bool { return d.upright(v) || d.upright(v.turned()) }

// upright reads a view with the start pattern on the left. It reports whether d is done.
func (d *decoder) upright(v *view) bool {
	if err := d.ctx.Err(); err != nil {
		d.failure = err
		return true
	}
	if v.width < 60 || v.height < 6 {
		return false
	}
	profiles := v.profiles()
	lefts := edges(search(profiles, &startPattern, v.width), len(profiles))
	if len(lefts) == 0 {
		return false
	}
	left, right, both := pair(lefts, edges(search(profiles, &stopPattern, v.width), len(profiles)))
	if both && d.between(&grid{view: v, left: left, right: right}) {
		return true
	}
	return d.between(&grid{view: v, left: lefts[0], leftOnly: true})
}

// between reads the symbol at the edges of a grid. It reports whether d is done.
func (d *decoder) between(g *grid) bool {
	g.book = books[g.blur()]()
	shapes := g.measure()
	for _, s := range shapes[:min(len(shapes), maxShapes, d.grids)] {
		d.grids--
		symbol, err := g.decode(s)
		if err == nil || errors.Is(err, ErrUnsupported) {
			d.symbol, d.failure = symbol, err
			return true
		}
		if errors.Is(err, ErrDamaged) {
			d.failure = err
		}
	}
	return false
}

// startSymbol has the modules of the start pattern, like those of a codeword.
const startSymbol = 0b11111111010101000

// blur returns the blur whose expectation of the start pattern fits best.
func (g *grid) blur() int {
	s := strip{view: g.view, edge: &g.left}
	best, bestScore := 0, float32(-1)
	for i, blur := range blurs {
		expected := expect(startSymbol, kernelOf(blur))
		score := float32(0)
		for step := range 16 {
			samples := s.read(g.left.top+(g.left.bottom-g.left.top)*float64(step)/15, 0)
			samples.normalize()
			score += product(&samples, &expected)
		}
		if score > bestScore {
			best, bestScore = i, score
		}
	}
	return best
}

// leastVotes is how many row indicators must agree.
const leastVotes = 3

// measure reads the row indicators, and returns the likely forms of the symbol, or nil if there is none.
func (g *grid) measure() []shape {
	tilt, apart := -g.left.slope, 0.0
	var leftVotes, rightVotes []vote
	for _, heights := range [2]float64{30, 100} { // the second time with the tilt of rows that the first found
		left := strip{view: g.view, edge: &g.left, offset: modules, tilt: tilt}
		g.leftRuler, leftVotes = rule(left.votes(g.book, heights), g.left.module(g.left.top))
		if !g.leftOnly {
			right := strip{view: g.view, edge: &g.right, offset: -modules, tilt: tilt}
			g.rightRuler, rightVotes = rule(right.votes(g.book, heights), g.right.module(g.right.top))
		}
		if len(leftVotes)+len(rightVotes) < leastVotes {
			return nil
		}
		if len(leftVotes) < leastVotes || len(rightVotes) < leastVotes {
			continue
		}
		y := (g.left.top + g.left.bottom) / 2
		apart = g.right.x(y) - g.left.x(y)
		row := float64(g.rows(leftVotes)) / 2
		tilt = (g.rightRuler.y(row) - g.leftRuler.y(row)) / apart
	}
	c := newCensus()
	c.count(leftVotes, false)
	c.count(rightVotes, true)
	width := 0.0
	if !g.leftOnly {
		y := (g.left.top + g.left.bottom) / 2
		width = (g.right.x(y) - g.left.x(y)) / math.Sqrt(g.right.module(y)*g.left.module(y))
	}
	if !g.align(len(leftVotes), len(rightVotes)) {
		return nil
	}
	return c.shapes(width, max(g.rows(leftVotes), g.rows(rightVotes)))
}

// rows returns the number of rows up to the last that was seen.
func (g *grid) rows(votes []vote) (rows int) {
	for _, v := range votes {
		rows = max(rows, v.row+1)
	}
	return rows
}

// align gives an edge without row indicators the heights of the other one: rows are at right angles to the bars.
func (g *grid) align(left, right int) bool {
	y := (g.left.top + g.left.bottom) / 2
	across := g.right.x(y) - g.left.x(y)
	switch {
	case left < leastVotes && (right < leastVotes || g.leftOnly):
		return false
	case left < leastVotes:
		g.leftRuler = g.rightRuler
		g.leftRuler[0] += across * g.right.slope
	case right < leastVotes && !g.leftOnly:
		g.rightRuler = g.leftRuler
		g.rightRuler[0] -= across * g.left.slope
	}
	return true
}

// decode reads the symbol as one of a shape.
func (g *grid) decode(s shape) (*Symbol, error) {
	g.shape, g.shift = s, nil
	if g.leftOnly {
		g.extend()
	}
	readings := g.read(3, true)
	found, ok := s.solve(readings)
	for range 2 {
		if ok || !g.straighten(readings) {
			break
		}
		readings = g.read(1, false)
		found, ok = s.solve(readings)
	}
	if !ok {
		return nil, doubt(readings)
	}
	data, eci, err := decompact(found.data)
	if err != nil {
		return nil, err
	}
	return &Symbol{
		Data: data, ECI: eci, Rows: s.rows, Columns: s.columns, Level: s.level, Corrected: found.corrected,
		Mirrored: g.leftRuler[1] < 0, Corners: g.corners(),
	}, nil
}

// doubt returns ErrDamaged if a part of readings is certain, and else ErrNotFound: it was no symbol.
func doubt(readings []reading) error {
	certain := 0
	for _, r := range readings {
		if r.certain() {
			certain++
		}
	}
	if 5*certain < len(readings) {
		return ErrNotFound
	}
	return ErrDamaged
}

// extend puts the right edge where it would be if the symbol were seen straight: for a truncated symbol, which has no
// stop pattern, and for one without a right side in the view.
func (g *grid) extend() {
	y := (g.left.top + g.left.bottom) / 2
	module := g.left.module(y)
	across := g.span() * module / math.Hypot(1, g.left.slope)
	g.right = g.left
	g.right.at += across
	g.right.moduleAt, g.right.moduleSlope = module, 0
	g.right.at += across * g.left.slope * g.left.slope
	g.rightRuler = g.leftRuler
	g.rightRuler[0] -= across * g.left.slope
}

// corners returns the corners of the symbol in the picture.
func (g *grid) corners() (corners [4]Point) {
	end := 1 + (modules+1)/g.span()
	for i, corner := range [4]struct{ row, part float64 }{
		{0, 0}, {0, end}, {float64(g.shape.rows), end}, {float64(g.shape.rows), 0},
	} {
		l := g.line(corner.row)
		x, y := g.view.place(l.at(corner.part))
		corners[i] = Point{x, y}
	}
	return corners
}
