package specimen

import (
	"image/color"

	"github.com/stile-id/stile/internal/specimen/ocrb"
)

// zoneLine prints a line of a zone in OCR-B, with its characters pitch apart.
func (p *page) zoneLine(x, y, pitch float64, line string) {
	ink := color.NRGBA{20, 20, 24, 255}
	ocrb.Draw(p.NRGBA, ocrb.Round, x*p.scale, y*p.scale, pitch*p.scale, ink, line)
}
