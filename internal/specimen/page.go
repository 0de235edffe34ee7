package specimen

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// page is a page in print. Its lengths are millimetres.
type page struct {
	*image.NRGBA
	scale float64 // pixels a millimetre
}

// style is a font with its colour.
type style struct {
	font func() *opentype.Font
	ink  color.NRGBA
}

var (
	regular = sync.OnceValue(func() *opentype.Font { return parsed(goregular.TTF) })
	bold    = sync.OnceValue(func() *opentype.Font { return parsed(gobold.TTF) })

	label = style{regular, color.NRGBA{70, 84, 110, 255}}
	value = style{bold, color.NRGBA{26, 26, 34, 255}}
	small = style{regular, color.NRGBA{60, 60, 70, 255}}
	stamp = style{bold, color.NRGBA{170, 30, 40, 56}}
)

func parsed(data []byte) *opentype.Font {
	font, err := opentype.Parse(data)
	if err != nil {
		panic(err) // the fonts are compiled in
	}
	return font
}

func newPage(width, height, scale float64, paper, lines color.NRGBA) *page {
	p := &page{image.NewNRGBA(image.Rect(0, 0, int(width*scale), int(height*scale))), scale}
	draw.Draw(p, p.Bounds(), image.NewUniform(paper), image.Point{}, draw.Src)
	p.guilloche(lines)
	return p
}

func (p *page) width() float64  { return float64(p.Bounds().Dx()) / p.scale }
func (p *page) height() float64 { return float64(p.Bounds().Dy()) / p.scale }

// guilloche draws the fine waves of security paper.
func (p *page) guilloche(ink color.NRGBA) {
	for line := range 30 {
		phase, swing := float64(line)*0.7, 2.2+1.8*math.Sin(float64(line)*1.3)
		middle := (float64(line) + 0.5) * p.height() / 30
		for x := range p.Bounds().Dx() {
			mm := float64(x) / p.scale
			y := (middle + swing*math.Sin(mm*0.21+phase) + 0.6*math.Sin(mm*0.83-phase)) * p.scale
			p.dot(x, y, 0.12*p.scale, ink)
		}
	}
}

// dot inks a part of a column, with its ends in part.
func (p *page) dot(x int, y, height float64, ink color.NRGBA) {
	for row := int(y); float64(row) < y+height; row++ {
		cover := min(float64(row+1), y+height) - max(float64(row), y)
		p.blend(x, row, ink, cover)
	}
}

func (p *page) blend(x, y int, ink color.NRGBA, cover float64) {
	if !(image.Point{x, y}).In(p.Bounds()) || cover <= 0 {
		return
	}
	at := p.Pix[p.PixOffset(x, y):]
	cover *= float64(ink.A) / 255
	for i, c := range [3]uint8{ink.R, ink.G, ink.B} {
		at[i] = uint8(float64(at[i]) + (float64(c)-float64(at[i]))*cover)
	}
}

// text writes a line that begins at x, with its base line at y and letters of size (of the em).
func (p *page) text(x, y, size float64, s style, line string) {
	p.spacedText(x, y, size, 0, s, line)
}

// spacedText writes a line whose characters begin pitch apart; 0 is the font's own pitch.
func (p *page) spacedText(x, y, size, pitch float64, s style, line string) {
	face, err := opentype.NewFace(s.font(), &opentype.FaceOptions{Size: size * p.scale, DPI: 72})
	if err != nil {
		panic(err) // only invalid options fail
	}
	pen := font.Drawer{Dst: p, Src: image.NewUniform(s.ink), Face: face, Dot: p.point(x, y)}
	if pitch == 0 {
		pen.DrawString(line)
		return
	}
	for i, c := range []rune(line) {
		pen.Dot = p.point(x+float64(i)*pitch, y)
		pen.DrawString(string(c))
	}
}

func (p *page) point(x, y float64) fixed.Point26_6 {
	return fixed.Point26_6{X: fixed.Int26_6(x * p.scale * 64), Y: fixed.Int26_6(y * p.scale * 64)}
}

// box returns the pixels of a rectangle of the page.
func (p *page) box(x, y, width, height float64) image.Rectangle {
	at := func(mm float64) int { return int(mm * p.scale) }
	return image.Rect(at(x), at(y), at(x+width), at(y+height))
}

func (p *page) fill(x, y, width, height float64, c color.NRGBA) {
	draw.Draw(p, p.box(x, y, width, height), image.NewUniform(c), image.Point{}, draw.Over)
}

// field writes a label with the value below.
func (p *page) field(x, y float64, name, text string) {
	p.text(x, y, 1.7, label, name)
	p.text(x, y+3.1, 3, value, text)
}
