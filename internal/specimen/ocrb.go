package specimen

import (
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/opentype"
	"image/color"
)

func (p *page) zoneLine(x, y, pitch float64, line string) {
	mono := func() *opentype.Font { return parsed(gomono.TTF) }
	p.spacedText(x, y, 3.6, pitch, style{mono, color.NRGBA{20, 20, 24, 255}}, line)
}
