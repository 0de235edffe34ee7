package pdf417

import (
	"cmp"
	"math"
	"slices"
)

// stripe is a bar of a pattern, in modules from its left end.
type stripe struct{ from, to float64 }

// pattern is the start or the stop pattern of a symbol, as a scan line crosses it: its bars,
// and its length with a module of the quiet zone. Origin is where the pattern begins in it.
type pattern struct {
	bars           []stripe
	length, origin float64
}

var (
	startPattern = pattern{length: 18, origin: 1, bars: []stripe{{1, 9}, {10, 11}, {12, 13}, {14, 15}}}
	stopPattern  = pattern{length: 20, origin: 1, bars: []stripe{{1, 8}, {9, 10}, {13, 14}, {15, 16}, {18, 19}}}
)

// hit is a place where a pattern was found: where it begins, in which height of the view, and how wide a module is.
type hit struct {
	x, y, module, score float64
	band                int
}

// edge is the side of a symbol: the line through the beginnings of a pattern, x = at + slope*y, and the width of a
// module there.
type edge struct {
	at, slope, moduleAt, moduleSlope float64
	top, bottom                      float64
	score                            float64
}

func (e *edge) x(y float64) float64      { return e.at + e.slope*y }
func (e *edge) module(y float64) float64 { return max(e.moduleAt+e.moduleSlope*y, 0.3) }

// bands is how many heights of a view are searched for patterns.
const bands = 40

// profile is the light along a band of a view, as sums from the left.
type profile struct {
	y            float64
	sum, squares []float64
}

// profiles averages the view over the height of each band.
func (v *view) profiles() []profile {
	var all []profile
	step := max(2, v.height/bands)
	thickness := max(3, min(step, v.height/60, 11))
	for top := 0; top+thickness <= v.height; top += step {
		p := profile{
			y: float64(top) + float64(thickness-1)/2, sum: make([]float64, v.width+1), squares: make([]float64, v.width+1),
		}
		for x := range v.width {
			total := 0
			for y := top; y < top+thickness; y++ {
				total += int(v.pix[y*v.width+x])
			}
			mean := float64(total) / float64(thickness)
			p.sum[x+1] = p.sum[x] + mean
			p.squares[x+1] = p.squares[x] + mean*mean
		}
		all = append(all, p)
	}
	return all
}

// to returns the sum of the light left of x.
func to(sums []float64, x float64) float64 {
	i := int(x)
	if i >= len(sums)-1 {
		return sums[len(sums)-1]
	}
	return sums[i] + (x-float64(i))*(sums[i+1]-sums[i])
}

// correlate returns how well the profile matches a pattern that begins at x, with modules so wide: from -1 to 1.
func (p *profile) correlate(pat *pattern, x, module float64) float64 {
	from, n := x-pat.origin*module, pat.length*module
	if from < 0 || from+n > float64(len(p.sum)-1) {
		return -1
	}
	dark, darkLight := 0.0, 0.0
	for _, bar := range pat.bars {
		dark += (bar.to - bar.from) * module
		darkLight += to(p.sum, from+bar.to*module) - to(p.sum, from+bar.from*module)
	}
	all := to(p.sum, from+n) - to(p.sum, from)
	variance := to(p.squares, from+n) - to(p.squares, from) - all*all/n
	if variance < n { // less than a step of light: nothing is printed here
		return -1
	}
	return (all*dark/n - darkLight) / math.Sqrt(dark*(1-dark/n)*variance)
}

// leastScore is the correlation from which a place counts as a hit.
const leastScore = 0.55

// hitsPerBand bounds the hits of a band that are kept.
const hitsPerBand = 8

// search finds a pattern in every band.
func search(all []profile, pat *pattern, width int) (hits []hit) {
	least, most := max(0.8, float64(width)/620), float64(width)/60
	for band := range all {
		var found []hit
		for module := least; module < most; module *= 1.07 {
			found = append(found, all[band].scan(pat, module)...)
		}
		slices.SortFunc(found, func(a, b hit) int { return cmp.Compare(b.score, a.score) })
		kept := len(hits)
		for _, h := range found {
			near := slices.ContainsFunc(hits[kept:], func(o hit) bool { return math.Abs(o.x-h.x) < 2*o.module })
			if near {
				continue
			}
			h = all[band].sharpen(pat, h)
			h.band = band
			hits = append(hits, h)
			if len(hits)-kept == hitsPerBand {
				break
			}
		}
	}
	return hits
}

// scan returns the local maxima for one width of a module.
func (p *profile) scan(pat *pattern, module float64) (found []hit) {
	bar := pat.bars[0]
	wide := (bar.to - bar.from) * module
	before, last, lastX := -1.0, -1.0, 0.0
	for x := pat.origin * module; x+pat.length*module < float64(len(p.sum)); x += module / 2 {
		score := -1.0
		// The first bar is wide, so most places are left out by their light.
		if dark := (to(p.sum, x+wide) - to(p.sum, x)) / wide; dark < (to(p.sum, x+2*wide)-to(p.sum, x+wide))/wide {
			score = p.correlate(pat, x, module)
		}
		if last >= leastScore && last >= before && last > score {
			found = append(found, hit{x: lastX, y: p.y, module: module, score: last})
		}
		before, last, lastX = last, score, x
	}
	return found
}

// sharpen moves a hit to the best place and width of a module nearby.
func (p *profile) sharpen(pat *pattern, h hit) hit {
	for step := 0.25; step > 0.02; step /= 2 {
		best := h
		for _, dx := range [3]float64{-step, 0, step} {
			for _, dm := range [3]float64{-step, 0, step} {
				x, module := h.x+dx*h.module, h.module*(1+dm/8)
				if score := p.correlate(pat, x, module); score > best.score {
					best.x, best.module, best.score = x, module, score
				}
			}
		}
		h = best
	}
	return h
}

// maxEdges is how many lines are tried for a side of the symbol.
const maxEdges = 3

// edges finds the lines with the most hits, the best first.
func edges(hits []hit, count int) (found []edge) {
	for range maxEdges {
		e, on := fit(hits, count)
		if on == nil {
			return found
		}
		found = append(found, e)
		hits = slices.DeleteFunc(slices.Clone(hits), func(h hit) bool { return slices.Contains(on, h) })
	}
	return found
}

// pair returns the edges of a start pattern on the left and a stop pattern on the right that fit each other, with the
// most hits. If none do, it returns the best start pattern alone.
func pair(lefts, rights []edge) (left, right edge, both bool) {
	if len(lefts) == 0 {
		return edge{}, edge{}, false
	}
	left = lefts[0]
	score := 0.0
	for _, l := range lefts {
		for _, r := range rights {
			if opposite(&l, &r) && l.score+r.score > score {
				left, right, both, score = l, r, true, l.score+r.score
			}
		}
	}
	return left, right, both
}

// opposite reports whether left and right may be the edges of one symbol.
func opposite(left, right *edge) bool {
	y := (left.top + left.bottom) / 2
	ratio := right.module(y) / left.module(y)
	width := (right.x(y) - left.x(y)) / left.module(y)
	return ratio > 0.6 && ratio < 1.7 && width > 3*modules && width < 40*modules &&
		right.top < left.bottom && left.top < right.bottom
}

// fit returns the line that most hits are on, and those hits, or none if they are too few.
func fit(hits []hit, count int) (edge, []hit) {
	best, bestScore := []hit(nil), 0.0
	for i := range hits {
		for j := i + 1; j < len(hits); j++ {
			a, b := hits[i], hits[j]
			if b.band-a.band < 3 || b.band-a.band > max(4, count/2) || math.Abs(a.module-b.module) > 0.15*a.module {
				continue
			}
			slope := (b.x - a.x) / (b.y - a.y)
			if math.Abs(slope) > 0.35 {
				continue
			}
			if on, score := along(hits, a, slope); score > bestScore {
				best, bestScore = on, score
			}
		}
	}
	if len(best) < 4 {
		return edge{}, nil
	}
	return through(best), best
}

// along returns the hits that are on the line through a: one a band, of about the same width of a module.
func along(hits []hit, a hit, slope float64) (on []hit, score float64) {
	for _, h := range hits {
		off := math.Abs(h.x - a.x - slope*(h.y-a.y))
		if off > 0.8*a.module || math.Abs(h.module-a.module) > 0.2*a.module {
			continue
		}
		if n := len(on); n > 0 && on[n-1].band == h.band {
			continue // the hits of a band begin with the best
		}
		on = append(on, h)
		score += h.score - 0.4
	}
	return on, score
}

// through returns the line with the least squares.
func through(on []hit) edge {
	var ys, xs, widths, weights []float64
	e := edge{top: on[0].y, bottom: on[len(on)-1].y}
	for _, h := range on {
		ys, xs = append(ys, h.y), append(xs, h.x)
		widths, weights = append(widths, h.module), append(weights, h.score*h.score)
		e.score += h.score - 0.4
	}
	e.at, e.slope = line(ys, xs, weights)
	e.moduleAt, e.moduleSlope = line(ys, widths, weights)
	if e.bottom-e.top < 40*e.moduleAt && math.Abs(e.moduleSlope) > 0.02 {
		e.moduleAt, e.moduleSlope = e.module((e.top+e.bottom)/2), 0
	}
	return e
}

// line returns at and slope of the line through points by weighted least squares.
func line(xs, ys, weights []float64) (at, slope float64) {
	var n, sx, sy, sxx, sxy float64
	for i := range xs {
		w := weights[i]
		n, sx, sy = n+w, sx+w*xs[i], sy+w*ys[i]
		sxx, sxy = sxx+w*xs[i]*xs[i], sxy+w*xs[i]*ys[i]
	}
	det := n*sxx - sx*sx
	if det < 1e-9 {
		return sy / n, 0
	}
	slope = (n*sxy - sx*sy) / det
	return (sy - slope*sx) / n, slope
}
