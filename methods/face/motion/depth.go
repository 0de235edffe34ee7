package motion

import (
	"math"
	"slices"
)

const (
	// SolidFrom is the depth from which a face counts as solid. Pictures of rendered heads have 0.031 and more at 20
	// degrees, those of flat pictures 0.016 at most, in 95 of 100 cases each.
	SolidFrom = 0.022
	// ahead is how far from the first pose a frame still counts as looking ahead, in degrees.
	ahead = 8.0
	// pairsMost bounds the frames ahead that each turned frame is compared with.
	pairsMost = 5
)

// Depth returns how far the landmarks of turned frames are from any picture of the flat landmarks of frames ahead: the
// median over all pairs of such frames of the residual of the best homography, as a part of the distance of the eyes,
// less the residual of the frames ahead among each other, which is the noise of the landmarks. It returns false without
// a turned frame and two frames ahead.
func Depth(frames []Frame) (residual float64, measured bool) {
	rest, ok := restOf(frames)
	if !ok {
		return 0, false
	}
	var front, turned []Frame
	for _, f := range frames {
		switch {
		case f.turn(rest) != "":
			turned = append(turned, f)
		case math.Hypot(f.Yaw-rest.yaw, f.Pitch-rest.pitch) <= ahead && len(front) < pairsMost:
			front = append(front, f)
		}
	}
	var noise, found []float64
	for i, f := range front {
		noise = append(noise, residuals(f, front[:i])...)
		found = append(found, residuals(f, turned)...)
	}
	if len(found) == 0 || len(noise) == 0 {
		return 0, false
	}
	beyond := math.Pow(median(found), 2) - math.Pow(median(noise), 2)
	return math.Sqrt(max(beyond, 0)), true
}

// residuals returns those of a frame and others, as parts of the distance of the eyes.
func residuals(f Frame, others []Frame) (found []float64) {
	for _, g := range others {
		if r, ok := Residual(f.Points, g.Points); ok && g.Eyes > 0 {
			found = append(found, r/g.Eyes)
		}
	}
	return found
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// unknowns is the number of entries of a homography but the last one, which is 1.
const unknowns = 8

// Residual returns the root of the mean square distance, in pixels of b, between the points b and those of a under the
// homography that fits best. It returns false for fewer than eight points, or points without such a homography.
func Residual(a, b [][2]float64) (float64, bool) {
	if len(a) != len(b) || len(a) < unknowns {
		return 0, false
	}
	from, _, ok := normalised(a)
	to, scale, ok2 := normalised(b)
	if !ok || !ok2 {
		return 0, false
	}
	h, ok := fit(from, to)
	if !ok {
		return 0, false
	}
	sum := 0.0
	for i, p := range from {
		w := h[6]*p[0] + h[7]*p[1] + 1
		x, y := (h[0]*p[0]+h[1]*p[1]+h[2])/w, (h[3]*p[0]+h[4]*p[1]+h[5])/w
		sum += (x-to[i][0])*(x-to[i][0]) + (y-to[i][1])*(y-to[i][1])
	}
	r := math.Sqrt(sum/float64(len(from))) * scale
	return r, !math.IsNaN(r) && !math.IsInf(r, 0)
}

// normalised moves points to their centre and scales them to a mean distance of the root of 2, as fits of homographies
// need it. scale is the length in pixels of one unit.
func normalised(points [][2]float64) (moved [][2]float64, scale float64, ok bool) {
	var cx, cy, mean float64
	n := float64(len(points))
	for _, p := range points {
		cx, cy = cx+p[0]/n, cy+p[1]/n
	}
	for _, p := range points {
		mean += math.Hypot(p[0]-cx, p[1]-cy) / n
	}
	scale = mean / math.Sqrt2
	if scale <= 0 || math.IsNaN(scale) {
		return nil, 0, false
	}
	for _, p := range points {
		moved = append(moved, [2]float64{(p[0] - cx) / scale, (p[1] - cy) / scale})
	}
	return moved, scale, true
}

// fit returns the homography with the least algebraic error, in the order of its rows.
func fit(from, to [][2]float64) (h [unknowns]float64, ok bool) {
	var m [unknowns][unknowns + 1]float64
	for i, p := range from {
		x, y, u, v := p[0], p[1], to[i][0], to[i][1]
		for _, row := range [][unknowns + 1]float64{
			{x, y, 1, 0, 0, 0, -u * x, -u * y, u},
			{0, 0, 0, x, y, 1, -v * x, -v * y, v},
		} {
			for r := range unknowns {
				for c := range unknowns + 1 {
					m[r][c] += row[r] * row[c]
				}
			}
		}
	}
	return solve(m)
}

// singular is the least pivot of equations that can be solved.
const singular = 1e-9

// solve solves linear equations by elimination with pivots.
func solve(m [unknowns][unknowns + 1]float64) (x [unknowns]float64, ok bool) {
	for c := range unknowns {
		best := c
		for r := c + 1; r < unknowns; r++ {
			if math.Abs(m[r][c]) > math.Abs(m[best][c]) {
				best = r
			}
		}
		if !(math.Abs(m[best][c]) > singular) { // NaN too
			return x, false
		}
		m[c], m[best] = m[best], m[c]
		for r := range unknowns {
			if r == c {
				continue
			}
			f := m[r][c] / m[c][c]
			for k := c; k <= unknowns; k++ {
				m[r][k] -= f * m[c][k]
			}
		}
	}
	for i := range unknowns {
		x[i] = m[i][unknowns] / m[i][i]
	}
	return x, true
}
