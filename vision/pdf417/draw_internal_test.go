package pdf417

import (
	"image"
	"image/color"
	"slices"
)

// drawing is a symbol that the tests draw with the tables of the reader, for forms that no encoder at hand writes.
type drawing struct {
	columns, level    int
	scale, rowHeight  int // pixels of a module, and of a row
	truncated, mirror bool
}

// draw draws a symbol of data codewords, without length descriptor, on white.
func (d drawing) draw(data ...int) *image.Gray {
	checks := 2 << d.level
	words := append([]int{0}, data...)
	for (len(words)+checks)%d.columns != 0 || len(words)+checks < 3*d.columns {
		words = append(words, latchText)
	}
	words[0] = len(words)
	words = append(words, checkWords(words, checks)...)
	const quiet = 30
	rows := len(words) / d.columns
	width := len(d.row(words, 0, rows)) * d.scale
	picture := image.NewGray(image.Rect(0, 0, width+2*quiet, rows*d.rowHeight+2*quiet))
	for i := range picture.Pix {
		picture.Pix[i] = 225
	}
	for row := range rows {
		bits := d.row(words, row, rows)
		for y := row * d.rowHeight; y < (row+1)*d.rowHeight; y++ {
			for x := range width {
				at := quiet + x
				if d.mirror {
					at = quiet + width - 1 - x
				}
				picture.SetGray(at, quiet+y, color.Gray{Y: 225 - 200*bits[x/d.scale]})
			}
		}
	}
	return picture
}

// row returns the modules of a row, 1 for dark.
func (d drawing) row(words []int, row, rows int) (bits []uint8) {
	add := func(symbol uint32, count int) {
		for i := count - 1; i >= 0; i-- {
			bits = append(bits, uint8(symbol>>i&1))
		}
	}
	told := [3]int{(rows - 1) / 3, 3*d.level + (rows-1)%3, d.columns - 1}
	add(startSymbol, modules)
	add(symbols[row%3][row/3*30+told[row%3]], modules)
	for _, word := range words[row*d.columns : (row+1)*d.columns] {
		add(symbols[row%3][word], modules)
	}
	if d.truncated {
		return append(bits, 1)
	}
	add(symbols[row%3][row/3*30+told[(row+2)%3]], modules)
	add(0b111111101000101001, modules+1)
	return bits
}

// turnedBy returns a picture turned by an angle of any size, on a larger one.
func turnedBy(src *image.Gray, angle float64) *image.Gray {
	r := region{angle: -angle, width: 1, height: 1}
	side := float64(max(src.Rect.Dx(), src.Rect.Dy())) * 1.5
	cx, cy := float64(src.Rect.Dx())/2, float64(src.Rect.Dy())/2
	v := look(image.NewGray(image.Rect(0, 0, 1, 1)), r)
	v.x, v.y = 0, 0
	ox, oy := v.place(side/2, side/2)
	out := image.NewGray(image.Rect(0, 0, int(side), int(side)))
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			sx, sy := v.place(float64(x), float64(y))
			out.Pix[y*out.Stride+x] = uint8(light(src.Pix, src.Rect.Dx(), src.Rect.Dy(), src.Stride, sx-ox+cx, sy-oy+cy))
		}
	}
	return out
}

// capitals returns the codewords of an even number of capital letters and spaces.
func capitals(text string) (words []int) {
	for pair := range slices.Chunk([]byte(text), 2) {
		value := 0
		for _, c := range pair {
			digit := int(c - 'A')
			if c == ' ' {
				digit = 26
			}
			value = value*30 + digit
		}
		words = append(words, value)
	}
	return words
}

// checkWords returns the check codewords of data.
func checkWords(data []int, checks int) []int {
	divisor := polynomial{1}
	for i := 1; i <= checks; i++ {
		divisor = divisor.times(polynomial{prime - power(i), 1}, checks+1)
	}
	rest := make([]int, checks) // the coefficient of the greatest exponent first
	for _, word := range data {
		lead := (word + rest[0]) % prime
		copy(rest, rest[1:])
		rest[checks-1] = 0
		for i := range rest {
			rest[i] = (rest[i] + (prime-lead)*divisor[checks-1-i]) % prime
		}
	}
	for i := range rest {
		rest[i] = (prime - rest[i]) % prime
	}
	return rest
}
