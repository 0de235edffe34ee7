package quality

import (
	"image"
	"math"
	"math/cmplx"
	"slices"

	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/imaging"
)

const (
	side    = 128 // pixels of a patch
	patches = 25  // at most
)

// screen returns how far a picture looks like that of a screen, from 0 to 1: 0.5 and more where a pattern of a single
// frequency lies over all of the document, as the screen's pixels and the camera's make it together. Print has fine
// patterns too, but not the same everywhere. A black frame around the document adds 0.1.
func screen(p *imaging.Picture, outline *vision.Card) float64 {
	score := Pattern(p.Gray(), inner(p, outline))
	if framed(p, outline) {
		score += 0.1
	}
	return min(1, score)
}

// usual is the excess of the strongest frequency that makes a score of 0.5. Specimens on paper stay below 5; those on a
// screen reach 14.
const usual = 8

// Pattern returns how far a pattern of a single frequency lies over a part of a picture, from 0 to 1, as screen does
// without the frame. It is 0 for a part that is too small for four patches of 128 × 128 pixels.
func Pattern(g *imaging.Gray, in image.Rectangle) float64 {
	r := moire(g, in)
	return r / (r + usual)
}

// moire returns how many times as strong as others as fine the strongest frequency is, in the middle one of patches
// spread over a part. Frequencies below 10 periods a patch belong to print, and multiples of 16 on the axes to
// the blocks of JPEG. It returns 0 for a part too small for four patches.
func moire(g *imaging.Gray, in image.Rectangle) float64 {
	var spectra [][]float32
	for _, at := range places(in) {
		spectra = append(spectra, spectrum(g, at))
	}
	if len(spectra) < 4 {
		return 0
	}
	middle := make([]float64, side*side/2)
	column := make([]float32, len(spectra))
	for i := range middle {
		for j := range spectra {
			column[j] = spectra[j][i]
		}
		slices.Sort(column)
		middle[i] = float64(column[len(column)/2])
	}
	peak := 0.0
	for v := range side / 2 {
		for u := range side {
			if kept(u, v) {
				peak = max(peak, middle[v*side+u])
			}
		}
	}
	return peak
}

// places spreads patches over a rectangle.
func places(in image.Rectangle) []image.Point {
	columns, rows := min(5, in.Dx()/side), min(5, in.Dy()/side)
	var out []image.Point
	for j := range rows {
		for i := range columns {
			out = append(out, image.Pt(
				in.Min.X+(in.Dx()-side)*(2*i+1)/(2*columns), in.Min.Y+(in.Dy()-side)*(2*j+1)/(2*rows)))
		}
	}
	return out
}

// kept reports whether a frequency tells print from a screen.
func kept(u, v int) bool {
	if u > side/2 {
		u -= side
	}
	if math.Hypot(float64(u), float64(v)) < 10 {
		return false
	}
	grid := func(a, b int) bool { return (a+2)%16 <= 4 && b <= 2 }
	if u < 0 {
		u = -u
	}
	return !grid(u, v) && !grid(v, u)
}

// spectrum returns the lengths of the frequencies of a patch, as parts of the loudest in the ring around each.
func spectrum(g *imaging.Gray, at image.Point) []float32 {
	var field [side][side]complex128
	mean := 0.0
	for y := range side {
		for x := range side {
			mean += float64(g.Pix[(at.Y+y)*g.Stride+at.X+x]) / (side * side)
		}
	}
	for y := range side {
		for x := range side {
			v := float64(g.Pix[(at.Y+y)*g.Stride+at.X+x]) - mean
			field[y][x] = complex(v*hann[y]*hann[x], 0)
		}
	}
	for y := range side {
		fft(field[y][:])
	}
	column := make([]complex128, side)
	for x := range side {
		for y := range side {
			column[y] = field[y][x]
		}
		fft(column)
		for y := range side {
			field[y][x] = column[y]
		}
	}
	return relative(&field)
}

// relative returns the length of each frequency, divided by the mean of all those as far from zero.
func relative(field *[side][side]complex128) []float32 {
	var sums [side]float64
	var counts [side]int
	out := make([]float32, side*side/2)
	ring := func(u, v int) int {
		if u > side/2 {
			u -= side
		}
		return int(math.Hypot(float64(u), float64(v)) + 0.5)
	}
	for v := range side / 2 {
		for u := range side {
			length := cmplx.Abs(field[v][u])
			out[v*side+u] = float32(length)
			sums[ring(u, v)] += length
			counts[ring(u, v)]++
		}
	}
	for v := range side / 2 {
		for u := range side {
			r := ring(u, v)
			out[v*side+u] /= float32(sums[r]/float64(counts[r]) + 1)
		}
	}
	return out
}

var hann = func() (w [side]float64) {
	for i := range w {
		w[i] = 0.5 - 0.5*math.Cos(2*math.Pi*(float64(i)+0.5)/side)
	}
	return w
}()

// twiddles are the roots of unity of the transform.
var twiddles = func() (t [side / 2]complex128) {
	for i := range t {
		t[i] = cmplx.Exp(complex(0, -2*math.Pi*float64(i)/side))
	}
	return t
}()

// fft transforms side values in place (radix 2).
func fft(a []complex128) {
	for i, j := 1, 0; i < len(a); i++ {
		bit := len(a) >> 1
		for ; j&bit != 0; bit >>= 1 {
			j ^= bit
		}
		j ^= bit
		if i < j {
			a[i], a[j] = a[j], a[i]
		}
	}
	for size := 2; size <= len(a); size <<= 1 {
		step := side / size
		for start := 0; start < len(a); start += size {
			for k := range size / 2 {
				even, odd := a[start+k], a[start+k+size/2]*twiddles[k*step]
				a[start+k], a[start+k+size/2] = even+odd, even-odd
			}
		}
	}
}

// framed reports whether all around a bright document is black, as the frame of a screen is.
func framed(p *imaging.Picture, outline *vision.Card) bool {
	if outline == nil {
		return false
	}
	g, scale := p.GrayWithin(200)
	var middle vision.Point
	for _, c := range outline.Corners {
		middle[0], middle[1] = middle[0]+c[0]/4, middle[1]+c[1]/4
	}
	black, outside := 0, 0
	for i, a := range outline.Corners {
		b := outline.Corners[(i+1)%4]
		for step := range 20 {
			share := (float64(step) + 0.5) / 20
			x := middle[0] + 1.08*(a[0]+(b[0]-a[0])*share-middle[0])
			y := middle[1] + 1.08*(a[1]+(b[1]-a[1])*share-middle[1])
			at := image.Pt(int(x/scale), int(y/scale))
			if !at.In(g.Rect) {
				continue
			}
			outside++
			if g.Pix[at.Y*g.Stride+at.X] < 40 {
				black++
			}
		}
	}
	return outside >= 30 && black*20 >= outside*19 && percentile(g, 0.75) > 128
}
