package card

import (
	"math"

	"github.com/stile-id/stile/vision"
)

// quad is four lines that enclose a card: above, to the right, below, to the left.
type quad struct {
	sides            [4]line
	corners          vision.Corners
	support, cropped float64
	score            float64
}

// ends returns the corners between which a side runs.
func (q *quad) ends(side int, factor float64) (ends [2]vision.Point) {
	// Corner 0 is between the left side and the one above, corner 1 follows clockwise.
	for i, c := range [2]int{side, (side + 1) % 4} {
		ends[i] = vision.Point{q.corners[c][0] * factor, q.corners[c][1] * factor}
	}
	return ends
}

// best returns the quad with the highest score: well supported, and large.
func (e *edges) best(lines [2][]line) (best quad, found bool) {
	for i, above := range lines[0] {
		for j, below := range lines[0] {
			if i == j || !e.apart(above, below) {
				continue
			}
			for k, left := range lines[1] {
				for l, right := range lines[1] {
					if k == l || !e.apart(left, right) {
						continue
					}
					q := quad{sides: [4]line{above, right, below, left}}
					if e.judge(&q) && q.score > best.score {
						best, found = q, true
					}
				}
			}
		}
	}
	return best, found
}

// apart reports whether the first line lies left of or above the second, by a sixth of the picture at least.
func (e *edges) apart(first, second line) bool {
	x, y := float64(e.width)/2, float64(e.height)/2
	if first.lies() {
		return second.atX(x)-first.atX(x) > float64(e.height)/6
	}
	return second.atY(y)-first.atY(y) > float64(e.width)/6
}

func (l line) lies() bool            { return math.Abs(l.sin) >= math.Abs(l.cos) }
func (l line) atX(x float64) float64 { return (l.far - x*l.cos) / l.sin }
func (l line) atY(y float64) float64 { return (l.far - y*l.sin) / l.cos }

// judge fills in the corners and the score of a quad. It returns false for one that is no card.
func (e *edges) judge(q *quad) bool {
	corners, ok := cornersOf(q.sides)
	if !ok || !e.within(corners) {
		return false
	}
	q.corners = corners
	share := area(corners) / float64(e.width*e.height)
	if share < minArea {
		return false
	}
	length, onEdges, onFrame, frames := 0.0, 0.0, 0.0, 0
	for i, side := range q.sides {
		from, to := corners[i], corners[(i+1)%4]
		long := math.Hypot(to[0]-from[0], to[1]-from[1])
		length += long
		if side.frame {
			onFrame += long
			frames++
			continue
		}
		s := e.support(side, from, to)
		if s < minPart {
			return false
		}
		onEdges += s * long
	}
	if frames > 2 || !formed(corners, frames > 0) {
		return false
	}
	q.cropped = onFrame / length
	q.support = onEdges / max(1, length-onFrame)
	// A side on the frame needs better edges elsewhere.
	if q.support < minSupport+0.2*q.cropped {
		return false
	}
	q.score = q.support * (1 - q.cropped) * share
	return true
}

// formed reports whether the sides are in the proportion of a document. The rest of a cropped one may have any.
func formed(c vision.Corners, cut bool) bool {
	w, h := Size(c)
	form := max(w, h) / max(1, min(w, h))
	if cut {
		return form < 2.4
	}
	return form >= minForm && form <= maxForm
}

// within reports whether all corners lie in the picture, or next to it.
func (e *edges) within(corners vision.Corners) bool {
	for _, c := range corners {
		if c[0] < -3 || c[1] < -3 || c[0] > float64(e.width)+2 || c[1] > float64(e.height)+2 {
			return false
		}
	}
	return true
}

// cornersOf returns the crossings of neighbouring sides: left and above, above and right, and on.
func cornersOf(sides [4]line) (c vision.Corners, ok bool) {
	for i := range sides {
		a, b := sides[(i+3)%4], sides[i]
		det := a.cos*b.sin - b.cos*a.sin
		if math.Abs(det) < 0.3 {
			return c, false
		}
		c[i] = vision.Point{(a.far*b.sin - b.far*a.sin) / det, (a.cos*b.far - b.cos*a.far) / det}
	}
	return c, true
}

func area(c vision.Corners) float64 {
	sum := 0.0
	for i := range c {
		j := (i + 1) % 4
		sum += c[i][0]*c[j][1] - c[j][0]*c[i][1]
	}
	return sum / 2
}

// refined returns the line through the steepest places near a side, by least squares of the distances.
func (e *edges) refined(side line, ends [2]vision.Point) line {
	const steps = 60
	reach := max(3, e.width/160)
	var sum, sumT, sumD, sumTT, sumTD float64
	for i := range steps {
		share := 0.06 + 0.88*float64(i)/steps
		x, y := ends[0][0]+(ends[1][0]-ends[0][0])*share, ends[0][1]+(ends[1][1]-ends[0][1])*share
		away, found := e.steepest(side, x, y, reach)
		if !found {
			continue
		}
		sum, sumT, sumD, sumTT, sumTD = sum+1, sumT+share, sumD+away, sumTT+share*share, sumTD+share*away
	}
	det := sum*sumTT - sumT*sumT
	if sum < steps/3 || det <= 0 {
		return side
	}
	slope := (sum*sumTD - sumT*sumD) / det
	start := (sumD - slope*sumT) / sum
	from := vision.Point{ends[0][0] + side.cos*start, ends[0][1] + side.sin*start}
	to := vision.Point{ends[1][0] + side.cos*(start+slope), ends[1][1] + side.sin*(start+slope)}
	return through(from, to, side)
}

// steepest returns how far from a point, along the normal of a line, the picture changes most.
func (e *edges) steepest(l line, x, y float64, reach int) (away float64, found bool) {
	best := float64(e.strong)
	for i := -reach; i <= reach; i++ {
		px, py := int(x+float64(i)*l.cos+0.5), int(y+float64(i)*l.sin+0.5)
		if px < 1 || py < 1 || px >= e.width-1 || py >= e.height-1 {
			continue
		}
		at := py*e.width + px
		if along := math.Abs(float64(e.dx[at])*l.cos + float64(e.dy[at])*l.sin); along > best {
			best, found = along, true
			away = (float64(px)-x)*l.cos + (float64(py)-y)*l.sin
		}
	}
	return away, found
}

// through returns the line through two points, with its normal on the same side as that of another line.
func through(a, b vision.Point, like line) line {
	long := math.Hypot(b[0]-a[0], b[1]-a[1])
	if long == 0 {
		return like
	}
	l := line{cos: (a[1] - b[1]) / long, sin: (b[0] - a[0]) / long}
	if l.cos*like.cos+l.sin*like.sin < 0 {
		l.cos, l.sin = -l.cos, -l.sin
	}
	l.far = l.cos*a[0] + l.sin*a[1]
	return l
}
