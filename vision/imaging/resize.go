package imaging

import (
	"image"
	"math"
)

// Resize scales an opaque picture to width × height pixels, at least one. Each pixel of a smaller picture is the mean
// of those that it covers, weighted by a triangle, so that fine print does not turn into noise; a larger one is
// interpolated.
func Resize(src *image.NRGBA, width, height int) *image.NRGBA {
	out := image.NewNRGBA(image.Rect(0, 0, width, height))
	resize(out.Pix, src.Pix, src.Rect.Dx(), src.Rect.Dy(), width, height, 4)
	return out
}

// ResizeGray is Resize for one channel.
func ResizeGray(src *Gray, width, height int) *Gray {
	out := image.NewGray(image.Rect(0, 0, width, height))
	resize(out.Pix, src.Pix, src.Rect.Dx(), src.Rect.Dy(), width, height, 1)
	return out
}

// weights are those of the pixels from first on that one pixel of the result is made of. Their sum is 1<<weightBits.
type weights struct {
	first int
	of    []int32
}

const weightBits = 14

// weigh returns the weights of each of the pixels of a line that is scaled from one length to another.
func weigh(from, to int) []weights {
	scale := float64(from) / float64(to)
	radius := max(scale, 1)
	all := make([]weights, to)
	for i := range all {
		center := (float64(i)+0.5)*scale - 0.5
		first := max(0, int(math.Ceil(center-radius)))
		last := min(from-1, int(math.Floor(center+radius)))
		all[i] = weights{first, make([]int32, last-first+1)}
		sum := 0.0
		for j := first; j <= last; j++ {
			sum += 1 - math.Abs(float64(j)-center)/radius
		}
		left, heaviest := int32(1<<weightBits), 0
		for j := range all[i].of {
			share := (1 - math.Abs(float64(first+j)-center)/radius) / sum
			all[i].of[j] = int32(math.Round(share * (1 << weightBits)))
			left -= all[i].of[j]
			if all[i].of[j] > all[i].of[heaviest] {
				heaviest = j
			}
		}
		all[i].of[heaviest] += left // the error of rounding
	}
	return all
}

// resize scales src, which has width × height pixels of n bytes, into dst: the rows first, then the columns.
func resize(dst, src []byte, width, height, toWidth, toHeight, n int) {
	narrow := make([]byte, toWidth*height*n)
	across := weigh(width, toWidth)
	for y := range height {
		row := src[y*width*n : (y+1)*width*n]
		out := narrow[y*toWidth*n : (y+1)*toWidth*n]
		if n == 1 {
			narrowGray(out, row, across)
		} else {
			narrowColor(out, row, across)
		}
	}
	line := toWidth * n
	sums := make([]int32, line)
	for y, w := range weigh(height, toHeight) {
		for i := range sums {
			sums[i] = 1 << (weightBits - 1)
		}
		for j, weight := range w.of {
			for i, value := range narrow[(w.first+j)*line : (w.first+j+1)*line] {
				sums[i] += weight * int32(value)
			}
		}
		for i, sum := range sums {
			dst[y*line+i] = clamp(sum >> weightBits)
		}
	}
}

// narrowGray scales one row of one channel.
func narrowGray(out, row []byte, across []weights) {
	for x, w := range across {
		sum := int32(1 << (weightBits - 1))
		for j, value := range row[w.first : w.first+len(w.of)] {
			sum += w.of[j] * int32(value)
		}
		out[x] = clamp(sum >> weightBits)
	}
}

// narrowColor scales one row of an opaque picture of four channels.
func narrowColor(out, row []byte, across []weights) {
	for x, w := range across {
		r, g, b := int32(1<<(weightBits-1)), int32(1<<(weightBits-1)), int32(1<<(weightBits-1))
		from := row[4*w.first : 4*(w.first+len(w.of))]
		for j, weight := range w.of {
			p := from[4*j : 4*j+4 : 4*j+4]
			r += weight * int32(p[0])
			g += weight * int32(p[1])
			b += weight * int32(p[2])
		}
		to := out[4*x : 4*x+4 : 4*x+4]
		to[0], to[1], to[2], to[3] = clamp(r>>weightBits), clamp(g>>weightBits), clamp(b>>weightBits), 0xFF
	}
}

func clamp(v int32) byte { return byte(min(max(v, 0), 255)) }
