package zone

import (
	"cmp"
	"math"
	"slices"
)

// line is a row of blobs with their middles on y = offset + slope·x.
type line struct {
	blobs         []blob
	offset, slope float64
	// left and right are the edges of the first and the last blob, height is that of a capital letter.
	left, right, height float64
}

func (l *line) y(x float64) float64 { return l.offset + l.slope*x }

// Limits of blobs that can be characters, or a few that have run into each other.
const (
	leastHeight  = 5
	mostHeight   = 90
	leastPixels  = 8
	widest       = 9.0 // heights
	mostBlobs    = 9000
	leastInLine  = 5
	leastLength  = 14.0 // heights
	longestGap   = 2.4  // heights
	linkTurn     = 0.45 // heights that the next blob may be off the line
	longestHole  = 9.0  // heights between the pieces of a line
	mostHoleTurn = 0.4
)

// candidates returns the blobs that can be characters, from left to right; none if there are too many for a document.
func candidates(all []blob) []blob {
	var kept []blob
	for _, b := range all {
		if b.pixels >= leastPixels && b.height() >= leastHeight && b.height() <= mostHeight &&
			b.width() <= widest*b.height() {
			kept = append(kept, b)
		}
	}
	if len(kept) > mostBlobs {
		return nil
	}
	slices.SortFunc(kept, func(a, b blob) int { return cmp.Or(cmp.Compare(a.x0, b.x0), cmp.Compare(a.y0, b.y0)) })
	return kept
}

// lines returns the rows in blobs, which are sorted from left to right. Rows are expected to have about the slope.
func lines(blobs []blob, slope float64) []*line {
	used := make([]bool, len(blobs))
	var found []*line
	for i := range blobs {
		if used[i] {
			continue
		}
		chain := follow(blobs, used, i, slope)
		if len(chain) < leastInLine {
			continue
		}
		l := &line{}
		for _, j := range chain {
			used[j] = true
			l.blobs = append(l.blobs, blobs[j])
		}
		if l.fit() {
			found = append(found, l)
		}
	}
	found = joined(found)
	return slices.DeleteFunc(found, func(l *line) bool { return l.right-l.left < leastLength*l.height })
}

// follow returns the blobs that follow the one at i to the right, with it.
func follow(blobs []blob, used []bool, i int, slope float64) []int {
	chain := []int{i}
	for {
		last := blobs[chain[len(chain)-1]]
		next, nearest := -1, math.Inf(1)
		for j := chain[len(chain)-1] + 1; j < len(blobs); j++ {
			b := blobs[j]
			height := max(last.height(), b.height())
			if float64(b.x0-last.x1) > longestGap*max(last.height(), mostHeight/3) {
				break
			}
			gap := float64(b.x0 - last.x1)
			if used[j] || gap > longestGap*height || gap < -0.4*height {
				continue
			}
			if ratio := b.height() / last.height(); ratio < 0.5 || ratio > 2 {
				continue
			}
			off := math.Abs(b.centerY() - last.centerY() - slope*(b.centerX()-last.centerX()))
			if off > linkTurn*height {
				continue
			}
			if distance := max(gap, 0) + 2*off; distance < nearest {
				next, nearest = j, distance
			}
		}
		if next < 0 {
			return chain
		}
		chain = append(chain, next)
		if first := blobs[chain[max(0, len(chain)-16)]]; len(chain) >= 5 {
			end := blobs[next]
			slope = (end.centerY() - first.centerY()) / (end.centerX() - first.centerX())
		}
	}
}

// fit lays the line through its blobs, and drops those beside it. It returns false if too few remain.
func (l *line) fit() bool {
	l.height = quantile(l.blobs, 0.8, blob.height)
	for range 3 {
		var n, sx, sy, sxx, sxy float64
		for _, b := range l.blobs {
			weight := b.width()
			x, y := b.centerX(), b.centerY()
			n, sx, sy, sxx, sxy = n+weight, sx+weight*x, sy+weight*y, sxx+weight*x*x, sxy+weight*x*y
		}
		l.slope = (n*sxy - sx*sy) / (n*sxx - sx*sx)
		l.offset = (sy - l.slope*sx) / n
		kept := slices.DeleteFunc(slices.Clone(l.blobs), func(b blob) bool {
			return math.Abs(b.centerY()-l.y(b.centerX())) > 0.28*l.height || b.height() > 1.6*l.height
		})
		if len(kept) < leastInLine || math.IsNaN(l.slope) {
			return false
		}
		l.blobs = kept
	}
	l.trim()
	l.left, l.right = float64(l.blobs[0].x0), 0
	for _, b := range l.blobs {
		l.right = max(l.right, float64(b.x1+1))
	}
	return true
}

// distances returns the distances between the middles of neighbouring blobs that can be neighbouring characters.
func (l *line) distances() []float64 {
	var all []float64
	for i, b := range l.blobs[1:] {
		if d := b.centerX() - l.blobs[i].centerX(); d > 0.6*l.height && d < 1.7*l.height {
			all = append(all, d)
		}
	}
	return all
}

// trim drops blobs at the ends that stand apart: they are edges of the page.
func (l *line) trim() {
	distances := l.distances()
	if len(distances) < leastInLine {
		return
	}
	slices.Sort(distances)
	apart := 1.45 * distances[len(distances)/2]
	for range 3 {
		if n := len(l.blobs); n > leastInLine && l.blobs[n-1].centerX()-l.blobs[n-2].centerX() > apart {
			l.blobs = l.blobs[:n-1]
		}
		if len(l.blobs) > leastInLine && l.blobs[1].centerX()-l.blobs[0].centerX() > apart {
			l.blobs = l.blobs[1:]
		}
	}
}

// quantile returns the value below which the share of the blobs lies.
func quantile(blobs []blob, share float64, value func(blob) float64) float64 {
	values := make([]float64, len(blobs))
	for i, b := range blobs {
		values[i] = value(b)
	}
	slices.Sort(values)
	return values[int(share*float64(len(values)-1))]
}

// joined joins lines that continue each other behind a hole, as a reflection leaves it.
func joined(all []*line) []*line {
	slices.SortFunc(all, func(a, b *line) int { return cmp.Compare(a.left, b.left) })
	var out []*line
	for _, l := range all {
		if !slices.ContainsFunc(out, func(before *line) bool { return before.join(l) }) {
			out = append(out, l)
		}
	}
	return out
}

// join appends a line that continues l, and reports whether it does.
func (l *line) join(next *line) bool {
	gap := next.left - l.right
	if gap < -0.5*l.height || gap > longestHole*l.height {
		return false
	}
	ratio := next.height / l.height
	middle := (next.left + l.right) / 2
	end := (next.left + next.right) / 2
	if ratio < 0.6 || ratio > 1.6 || math.Abs(next.y(middle)-l.y(middle)) > mostHoleTurn*l.height ||
		math.Abs(next.y(end)-l.y(end)) > 2*mostHoleTurn*l.height {
		return false
	}
	both := line{blobs: append(slices.Clone(l.blobs), next.blobs...)}
	if !both.fit() || len(both.blobs) < len(l.blobs) {
		return false
	}
	*l = both
	return true
}

// block is two or three lines, one below the other.
type block []*line

// blocks returns the groups of lines that can be a zone, the most regular first.
func blocks(all []*line) []block {
	var found []block
	for _, first := range all {
		for _, second := range all {
			if !first.above(second) {
				continue
			}
			found = append(found, block{first, second})
			for _, third := range all {
				if second.above(third) && first.evenly(second, third) {
					found = append(found, block{first, second, third})
				}
			}
		}
	}
	slices.SortStableFunc(found, func(a, b block) int { return cmp.Compare(b.regular(), a.regular()) })
	return found
}

// above reports whether other can be the next line of the same zone.
func (l *line) above(other *line) bool {
	height := max(l.height, other.height)
	middle := (l.left + l.right) / 2
	distance := other.y(middle) - l.y(middle)
	if distance < 1.2*height || distance > 5*height || math.Abs(l.slope-other.slope) > 0.07 {
		return false
	}
	if ratio := l.height / other.height; ratio < 0.55 || ratio > 1.8 {
		return false
	}
	return min(l.right, other.right)-max(l.left, other.left) > 0.5*max(l.right-l.left, other.right-other.left)
}

// evenly reports whether the distances between three lines are nearly the same.
func (l *line) evenly(second, third *line) bool {
	middle := (l.left + l.right) / 2
	a, b := second.y(middle)-l.y(middle), third.y(middle)-second.y(middle)
	return math.Abs(a-b) < 0.3*max(a, b)
}

// regular is higher for blocks of long lines that begin and end together.
func (b block) regular() float64 {
	left, right, covered := math.Inf(1), 0.0, 0.0
	for _, l := range b {
		left, right = min(left, l.left), max(right, l.right)
		for _, one := range l.blobs {
			covered += one.width()
		}
	}
	return covered / b.height() / (1 + math.Abs((right-left)-(b[0].right-b[0].left))/b.height())
}

// height returns the height of a capital letter: lines of fillers have lower blobs.
func (b block) height() float64 {
	height := 0.0
	for _, l := range b {
		height = max(height, l.height)
	}
	return height
}
