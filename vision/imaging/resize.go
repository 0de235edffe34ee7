package imaging

import (
	"image"
	"math"
)

// Resize scales a picture to width × height pixels, at least one. Each pixel of a smaller picture is the mean of those
// that it covers, weighted by a triangle, so that fine print does not turn into noise; a larger one is interpolated.
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
		for x, w := range across {
			for c := range n {
				sum := int32(1 << (weightBits - 1))
				for j, weight := range w.of {
					sum += weight * int32(row[(w.first+j)*n+c])
				}
				out[x*n+c] = clamp(sum >> weightBits)
			}
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

func clamp(v int32) byte { return byte(min(max(v, 0), 255)) }
