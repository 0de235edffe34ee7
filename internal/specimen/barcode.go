package specimen

import (
	"image/color"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/pdf417"
)

// barcode prints a PDF417, stretched to a width, on white with a quiet zone. Nothing is printed for no data.
func (p *page) barcode(data string, x, y, width, height float64) {
	if data == "" {
		return
	}
	code := encoded(data)
	p.fill(x-2, y-2, width+4, height+4, color.NRGBA{252, 252, 252, 255})
	box, ink := p.box(x, y, width, height), color.NRGBA{16, 16, 20, 255}
	columns, rows := code.Bounds().Dx(), code.Bounds().Dy()
	for py := box.Min.Y; py < box.Max.Y; py++ {
		row := (py - box.Min.Y) * rows / box.Dy()
		for px := box.Min.X; px < box.Max.X; px++ {
			from := float64(px-box.Min.X) * float64(columns) / float64(box.Dx())
			p.blend(px, py, ink, darkness(code, from, from+float64(columns)/float64(box.Dx()), row))
		}
	}
}

// encoded returns the symbol of data. The encoder writes a wrong number of rows into the left row indicators unless
// that number is a multiple of three, so encoded tries levels of error correction until it is; when none fits, it
// appends carriage returns to the data.
func encoded(data string) barcode.Barcode {
	for ; ; data += "\r" {
		for _, level := range []byte{5, 4, 6, 3} {
			code, err := pdf417.EncodeWithColor(data, level, barcode.ColorScheme8)
			if err != nil {
				panic("specimen: barcode: " + err.Error()) // the caller's payload is too long
			}
			if code.Bounds().Dy()/rowHeight%3 == 0 {
				return code
			}
		}
	}
}

// rowHeight is the number of pixels that the encoder draws for a row.
const rowHeight = 2

// darkness returns the share of a piece of a row that is dark.
func darkness(code barcode.Barcode, from, to float64, row int) float64 {
	dark := 0.0
	for column := int(from); float64(column) < to && column < code.Bounds().Dx(); column++ {
		if r, _, _, _ := code.At(column, row).RGBA(); r < 0x8000 {
			dark += min(float64(column+1), to) - max(float64(column), from)
		}
	}
	return dark / (to - from)
}
