package specimen

import (
	"image"
	"image/color"
	"math/rand/v2"
)

// pageSizes are the sizes of documents, by the number and length of the lines of their zone: ID-1, ID-2 and ID-3.
var pageSizes = map[[2]int][2]float64{{3, 30}: {85.6, 54}, {2, 36}: {105, 74}, {2, 44}: {125, 88}}

// ZonePage returns a page with the lines of a zone, on paper with security print, fields and a portrait. Lines are
// three of 30, two of 36 or two of 44 characters. The same lines and seed make the same page.
func ZonePage(lines []string, seed uint64) *image.NRGBA {
	random := rand.New(rand.NewPCG(seed, 0x7a6f6e65)) //nolint:gosec // a drawing must be the same each time
	size := pageSizes[[2]int{len(lines), len(lines[0])}]
	shade := func(from int) uint8 { return uint8(from + random.IntN(30)) } //nolint:gosec // below 256
	paper := color.NRGBA{shade(215), shade(215), shade(205), 255}
	p := newPage(size[0], size[1], 12, paper, color.NRGBA{shade(150), shade(160), shade(150), 255})
	p.text(4, 6, 3.6, style{bold, color.NRGBA{30, 50, 90, 255}}, "UTOPIA")
	person(IDCard, random).portrait.draw(p.NRGBA, p.box(4, 9, 20, 20))
	for i, name := range []string{"SURNAME", "GIVEN NAMES", "DATE OF BIRTH", "AUTHORITY"} {
		text := []string{"SPECIMEN", "SYNTHETIC", "12 AUG / AOUT 1974", "CITY OF AMAUROT"}[i]
		p.field(30, 7+float64(i)*5.6, name, text)
	}
	const leading = 6.35
	height := float64(len(lines))*leading + 3.2
	top := p.height() - height
	if random.IntN(2) == 0 {
		p.fill(0, top, p.width(), height, color.NRGBA{246, 246, 244, 255})
	}
	left := (p.width() - 2.54*float64(len(lines[0]))) / 2
	for i, line := range lines {
		p.zoneLine(left, top+5+float64(i)*leading, 2.54, line)
	}
	return p.NRGBA
}
