package card

import (
	"cmp"
	"image"
	"math"
	"slices"

	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/imaging"
)

// edges are the gradients of a picture.
type edges struct {
	width, height int
	dx, dy        []float32 // of the channel that changes most
	strong        float32   // length from which a gradient counts as an edge
}

// shrunk returns a picture with no side longer than side, and the factor that takes coordinates back.
func shrunk(picture *image.NRGBA, side int) (*image.NRGBA, float64) {
	width, height := picture.Rect.Dx(), picture.Rect.Dy()
	longest := max(width, height)
	if longest <= side {
		return picture, 1
	}
	small := imaging.Resize(picture, max(3, width*side/longest), max(3, height*side/longest))
	return small, float64(longest) / float64(side)
}

// newEdges returns the gradients of a picture.
func newEdges(picture *image.NRGBA) *edges {
	width, height := picture.Rect.Dx(), picture.Rect.Dy()
	e := &edges{width: width, height: height, dx: make([]float32, width*height), dy: make([]float32, width*height)}
	for y := 1; y < height-1; y++ {
		for x := 1; x < width-1; x++ {
			e.dx[y*width+x], e.dy[y*width+x] = sobel(picture.Pix[4*(y*width+x)-4*width-4:], 4*width)
		}
	}
	e.strong = e.threshold()
	return e
}

// sobel returns the gradient around a pixel in the channel with the longest one. The slice begins at the pixel's
// neighbour to the top left.
func sobel(pix []uint8, stride int) (dx, dy float32) {
	for c := range 3 {
		at := func(x, y int) float32 { return float32(pix[y*stride+4*x+c]) }
		x := at(2, 0) + 2*at(2, 1) + at(2, 2) - at(0, 0) - 2*at(0, 1) - at(0, 2)
		y := at(0, 2) + 2*at(1, 2) + at(2, 2) - at(0, 0) - 2*at(1, 0) - at(2, 0)
		if x*x+y*y > dx*dx+dy*dy {
			dx, dy = x, y
		}
	}
	return dx / 8, dy / 8
}

// threshold returns the length that the strongest twelfth of the gradients reaches, or 20 levels a pixel if that is
// less, so that a weak outline counts beside strong print; 4 at least, and that of the strongest quarter at least, so
// that a picture full of edges has not all of them.
func (e *edges) threshold() float32 {
	var counts [256]int
	for i := range e.dx {
		counts[min(255, int(math.Hypot(float64(e.dx[i]), float64(e.dy[i]))))]++
	}
	strongest := func(left int) int {
		for length := 255; length > 4; length-- {
			if left -= counts[length]; left < 0 {
				return length
			}
		}
		return 4
	}
	return float32(max(min(strongest(len(e.dx)/12), 20), strongest(len(e.dx)/4)))
}

// line is x·cos + y·sin = far. Its normal lies within 45° of the x axis if it is upright, else of the y axis.
type line struct {
	sin, cos, far float64
	votes         int
	frame         bool // an edge of the picture, not of its content
}

func (l line) scaled(factor float64) line { l.far *= factor; return l }

const (
	angles   = 180 // a degree each
	families = 10  // lines kept in each direction
)

// lines returns the strongest lines: lying ones, then upright ones, and the picture's own frame.
func (e *edges) lines() [2][]line {
	reach := int(math.Hypot(float64(e.width), float64(e.height))) + 1
	votes := make([]int, angles*2*reach)
	var sins, coses [angles]float64
	for i := range angles {
		sins[i], coses[i] = math.Sincos(float64(i) * math.Pi / angles)
	}
	for y := 1; y < e.height-1; y++ {
		for x := 1; x < e.width-1; x++ {
			dx, dy := float64(e.dx[y*e.width+x]), float64(e.dy[y*e.width+x])
			if dx*dx+dy*dy < float64(e.strong*e.strong) {
				continue
			}
			// An edge votes for lines with a normal within 4° of its gradient.
			middle := int(math.Round(math.Atan2(dy, dx)*angles/math.Pi)) + 2*angles
			for a := middle - 4; a <= middle+4; a++ {
				i := a % angles
				far := int(math.Round(float64(x)*coses[i]+float64(y)*sins[i])) + reach
				votes[i*2*reach+far]++
			}
		}
	}
	var out [2][]line
	lying := func(i int) bool { return i > angles/4 && i <= 3*angles/4 }
	for family := range out {
		out[family] = peaks(votes, reach, func(i int) bool { return lying(i) == (family == 0) }, &sins, &coses)
	}
	w, h := float64(e.width-1), float64(e.height-1)
	out[0] = append(out[0], line{sin: 1, far: 0, frame: true}, line{sin: 1, far: h, frame: true})
	out[1] = append(out[1], line{cos: 1, far: 0, frame: true}, line{cos: 1, far: w, frame: true})
	return out
}

// peaks returns the lines with the most votes, none close to another.
func peaks(votes []int, reach int, of func(angle int) bool, sins, coses *[angles]float64) []line {
	type cell struct{ angle, far, votes int }
	var cells []cell
	for i := range angles {
		if !of(i) {
			continue
		}
		for far, n := range votes[i*2*reach : (i+1)*2*reach] {
			if n >= coarse/10 {
				cells = append(cells, cell{i, far - reach, n})
			}
		}
	}
	slices.SortFunc(cells, func(a, b cell) int { return cmp.Or(b.votes-a.votes, a.angle-b.angle, a.far-b.far) })
	var kept []cell
	var out []line
	for _, c := range cells {
		near := func(k cell) bool {
			turn, sign := abs(k.angle-c.angle), 1
			if turn > angles/2 {
				turn, sign = angles-turn, -1
			}
			return turn <= 5 && abs(k.far-sign*c.far) <= 5
		}
		if slices.ContainsFunc(kept, near) {
			continue
		}
		kept = append(kept, c)
		out = append(out, line{sin: sins[c.angle], cos: coses[c.angle], far: float64(c.far), votes: c.votes})
		if len(kept) == families {
			break
		}
	}
	return out
}

func abs(n int) int { return max(n, -n) }

// on reports whether an edge along the line passes within a pixel or two of a point.
func (e *edges) on(l line, x, y float64) bool {
	for _, away := range [5]float64{0, -1, 1, -2, 2} {
		px, py := int(x+away*l.cos+0.5), int(y+away*l.sin+0.5)
		if px < 1 || py < 1 || px >= e.width-1 || py >= e.height-1 {
			continue
		}
		dx, dy := float64(e.dx[py*e.width+px]), float64(e.dy[py*e.width+px])
		along := math.Abs(dx*l.cos + dy*l.sin)
		if along >= float64(e.strong)*0.7 && along > 0.9*math.Hypot(dx, dy) {
			return true
		}
	}
	return false
}

// support returns the share of a stretch of a line that lies on edges.
func (e *edges) support(l line, from, to vision.Point) float64 {
	const steps = 40
	on := 0
	for i := range steps {
		share := (float64(i) + 0.5) / steps
		if e.on(l, from[0]+(to[0]-from[0])*share, from[1]+(to[1]-from[1])*share) {
			on++
		}
	}
	return float64(on) / steps
}
