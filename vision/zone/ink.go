package zone

import (
	"image"

	"github.com/stile-id/stile/vision/imaging"
)

// shrink returns a picture of the means of squares of factor × factor pixels.
func shrink(src *imaging.Gray, factor int) *imaging.Gray {
	if factor <= 1 {
		return src
	}
	width, height := src.Rect.Dx()/factor, src.Rect.Dy()/factor
	out := image.NewGray(image.Rect(0, 0, width, height))
	sums := make([]int, width)
	area := factor * factor
	for y := range height {
		clear(sums)
		for row := range factor {
			line := src.Pix[(y*factor+row)*src.Stride:]
			for x := range sums {
				sum := 0
				for _, v := range line[x*factor : (x+1)*factor] {
					sum += int(v)
				}
				sums[x] += sum
			}
		}
		for x, sum := range sums {
			out.Pix[y*out.Stride+x] = uint8(sum / area)
		}
	}
	return out
}

// shift is the number of bits of the reciprocals that means multiplies with instead of dividing.
const shift = 24

// means returns the mean of the square around each value that reaches radius values to each side. Squares are cut at
// the edges.
func means(src []uint8, width, height, radius int) []uint8 {
	parts := make([]int, 2*radius+2)
	for n := 1; n < len(parts); n++ {
		parts[n] = (1<<shift + n - 1) / n
	}
	across := make([]uint8, len(src))
	for y := range height {
		row, out := src[y*width:(y+1)*width], across[y*width:(y+1)*width]
		sum := 0
		for x := -radius; x < width; x++ {
			if x+radius < width {
				sum += int(row[x+radius])
			}
			if x-radius > 0 {
				sum -= int(row[x-radius-1])
			}
			if x >= 0 {
				n := min(x+radius, width-1) - max(x-radius, 0) + 1
				out[x] = uint8(sum * parts[n] >> shift)
			}
		}
	}
	return down(across, width, height, radius, parts)
}

// down returns the means of columns. It adds and takes away whole rows, which lie one after the other in memory.
func down(src []uint8, width, height, radius int, parts []int) []uint8 {
	out, sums := make([]uint8, len(src)), make([]int, width)
	for y := -radius; y < height; y++ {
		if y+radius < height {
			for x, v := range src[(y+radius)*width : (y+radius+1)*width] {
				sums[x] += int(v)
			}
		}
		if y-radius > 0 {
			for x, v := range src[(y-radius-1)*width : (y-radius)*width] {
				sums[x] -= int(v)
			}
		}
		if y >= 0 {
			part := parts[min(y+radius, height-1)-max(y-radius, 0)+1]
			row := out[y*width : (y+1)*width]
			for x, sum := range sums {
				row[x] = uint8(sum * part >> shift)
			}
		}
	}
	return out
}

// leastContrast is how much darker than its surroundings ink is at least, in levels of 0 to 255.
const leastContrast = 8

// inked reports for each pixel whether it is darker than its surroundings within radius, by more than share tenths of
// their mean deviation.
func inked(src *imaging.Gray, radius, share int) []bool {
	width, height := src.Rect.Dx(), src.Rect.Dy()
	mean := means(src.Pix, width, height, radius)
	deviations := make([]uint8, len(src.Pix))
	for i, v := range src.Pix {
		deviations[i] = max(v, mean[i]) - min(v, mean[i])
	}
	deviations = means(deviations, width, height, radius)
	ink := make([]bool, len(src.Pix))
	for i, v := range src.Pix {
		ink[i] = int(mean[i])-int(v) > max(leastContrast, int(deviations[i])*share/10)
	}
	return ink
}

// blob is a connected area of ink: its edges, and the number of its pixels.
type blob struct {
	x0, y0, x1, y1 int // x1 and y1 are the last column and row
	pixels         int
}

func (b blob) width() float64   { return float64(b.x1 - b.x0 + 1) }
func (b blob) height() float64  { return float64(b.y1 - b.y0 + 1) }
func (b blob) centerX() float64 { return float64(b.x0+b.x1+1) / 2 }
func (b blob) centerY() float64 { return float64(b.y0+b.y1+1) / 2 }

// turned returns the blob in the picture with rows and columns exchanged.
func (b blob) turned() blob { return blob{b.y0, b.x0, b.y1, b.x1, b.pixels} }

// run is a horizontal piece of ink, with the number of its area.
type run struct{ from, to, area int }

// blobs returns the areas of ink. Pixels that touch at a corner are connected.
func blobs(ink []bool, width int) []blob {
	var areas areas
	var above, current []run
	for y := range len(ink) / width {
		current = current[:0]
		row, next := ink[y*width:(y+1)*width], 0
		for x := 0; x < width; x++ {
			if !row[x] {
				continue
			}
			r := run{from: x, area: -1}
			for x < width && row[x] {
				x++
			}
			r.to = x - 1
			for next < len(above) && above[next].to < r.from-1 {
				next++
			}
			for i := next; i < len(above) && above[i].from <= r.to+1; i++ {
				r.area = areas.join(r.area, above[i].area)
			}
			r.area = areas.add(r, y)
			current = append(current, r)
		}
		above, current = current, above
	}
	return areas.roots()
}

// areas joins areas of ink that turn out to be one: parent is the area that each belongs to.
type areas struct {
	parent []int
	blobs  []blob
}

func (a *areas) root(i int) int {
	for a.parent[i] != i {
		a.parent[i] = a.parent[a.parent[i]]
		i = a.parent[i]
	}
	return i
}

// join makes two areas one, and returns its number. A negative first is none.
func (a *areas) join(first, second int) int {
	second = a.root(second)
	if first < 0 || first == second {
		return second
	}
	b, c := a.blobs[first], a.blobs[second]
	a.blobs[second] = blob{min(b.x0, c.x0), min(b.y0, c.y0), max(b.x1, c.x1), max(b.y1, c.y1), b.pixels + c.pixels}
	a.parent[first] = second
	return second
}

// add adds a run to its area, or to a new one, and returns the area's number.
func (a *areas) add(r run, y int) int {
	if r.area < 0 {
		r.area = len(a.parent)
		a.parent = append(a.parent, r.area)
		a.blobs = append(a.blobs, blob{r.from, y, r.to, y, 0})
	}
	b := &a.blobs[r.area]
	b.x0, b.x1, b.y1 = min(b.x0, r.from), max(b.x1, r.to), y
	b.pixels += r.to - r.from + 1
	return r.area
}

func (a *areas) roots() []blob {
	var all []blob
	for i, parent := range a.parent {
		if parent == i {
			all = append(all, a.blobs[i])
		}
	}
	return all
}
