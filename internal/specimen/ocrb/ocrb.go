// Package ocrb draws the characters of machine-readable zones in OCR-B, for specimens and for the training of the
// reader. Its fonts are in the public domain, see LICENSE.
package ocrb

import (
	_ "embed" // the fonts
	"image"
	"image/color"
	"math"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

//go:embed regular.otf
var regular []byte

//go:embed sharp.otf
var sharp []byte

// Face is a way to draw the ends of strokes.
type Face int

// The faces. golang.org/x/image cannot read 8 and < of the round one; they are drawn as in the sharp one.
const (
	Round Face = iota
	Sharp
)

// Metrics of the fonts, as multiples of the pitch: the height of capital letters above the base line, and the space
// above the base line that a cell has.
const (
	CapHeight = 0.968
	Ascent    = 1.25
	Height    = 1.6
)

// em is the size at which outlines are read; advance is the font's pitch at this size.
const (
	em      = 1000
	advance = 723.0
)

// outline is a path with coordinates in pitches, from the left of the cell and the base line.
type outline []sfnt.Segment

var outlines = [2]map[byte]outline{load(sharp, regular), load(sharp)}

// load returns the outlines of the last font that has each character.
func load(fonts ...[]byte) map[byte]outline {
	all := map[byte]outline{}
	for _, data := range fonts {
		font, err := sfnt.Parse(data)
		if err != nil {
			panic(err) // the fonts are compiled in
		}
		var buffer sfnt.Buffer
		for _, c := range []byte("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<") {
			index, err := font.GlyphIndex(&buffer, rune(c))
			if err != nil {
				panic(err)
			}
			if segments, err := font.LoadGlyph(&buffer, index, fixed.I(em), nil); err == nil {
				all[c] = append(outline(nil), segments...)
			}
		}
	}
	return all
}

// Coverage returns the ink of a character in a cell one pitch wide and Height pitches high. The base line is Ascent
// pitches below its top. The pitch is in pixels.
func Coverage(c byte, face Face, pitch float64) *image.Alpha {
	mask := image.NewAlpha(image.Rect(0, 0, int(math.Ceil(pitch)), int(math.Ceil(pitch*Height))))
	rasterize(mask, c, face, pitch, 0, Ascent*pitch)
	return mask
}

// Draw draws a line. Its first cell begins at x, its base line is at y. Both, and the pitch, are in pixels.
func Draw(dst *image.NRGBA, face Face, x, y, pitch float64, ink color.NRGBA, line string) {
	mask := image.NewAlpha(image.Rect(0, 0, int(pitch)+3, int(pitch*Height)+3))
	for i := range len(line) {
		left, top := x+float64(i)*pitch, y-Ascent*pitch
		column, row := int(math.Floor(left)), int(math.Floor(top))
		clear(mask.Pix)
		rasterize(mask, line[i], face, pitch, left-float64(column), y-float64(row))
		blend(dst, mask, image.Pt(column, row), ink)
	}
}

// rasterize adds the ink of a character with the left edge of its cell at x and its base line at y.
func rasterize(mask *image.Alpha, c byte, face Face, pitch, x, y float64) {
	at := func(p fixed.Point26_6) (float32, float32) {
		scale := pitch / advance / 64
		return float32(x + float64(p.X)*scale), float32(y + float64(p.Y)*scale)
	}
	r := vector.NewRasterizer(mask.Rect.Dx(), mask.Rect.Dy())
	for i, s := range outlines[face][c] {
		x0, y0 := at(s.Args[0])
		x1, y1 := at(s.Args[1])
		x2, y2 := at(s.Args[2])
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			if i > 0 {
				r.ClosePath()
			}
			r.MoveTo(x0, y0)
		case sfnt.SegmentOpLineTo:
			r.LineTo(x0, y0)
		case sfnt.SegmentOpQuadTo:
			r.QuadTo(x0, y0, x1, y1)
		case sfnt.SegmentOpCubeTo:
			r.CubeTo(x0, y0, x1, y1, x2, y2)
		}
	}
	r.ClosePath()
	r.Draw(mask, mask.Rect, image.Opaque, image.Point{})
}

func blend(dst *image.NRGBA, mask *image.Alpha, at image.Point, ink color.NRGBA) {
	for y := range mask.Rect.Dy() {
		for x := range mask.Rect.Dx() {
			cover := float64(mask.AlphaAt(x, y).A) / 255 * float64(ink.A) / 255
			if p := image.Pt(at.X+x, at.Y+y); cover > 0 && p.In(dst.Rect) {
				pixel := dst.Pix[dst.PixOffset(p.X, p.Y):]
				for i, c := range [3]uint8{ink.R, ink.G, ink.B} {
					pixel[i] = uint8(float64(pixel[i])*(1-cover) + float64(c)*cover + 0.5)
				}
			}
		}
	}
}
