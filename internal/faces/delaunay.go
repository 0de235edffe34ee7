package faces

// triangle has three indices of points.
type triangle [3]int

// triangulate returns the Delaunay triangulation of points (A. Bowyer and D. Watson, 1981): no point lies inside the
// circle through the corners of a triangle. It takes time in the square of the points.
func triangulate(points [][2]float64) []triangle {
	n := len(points)
	all := append(append([][2]float64{}, points...), [2]float64{-1e5, -1e5}, [2]float64{3e5, -1e5}, [2]float64{-1e5, 3e5})
	list := []triangle{{n, n + 1, n + 2}}
	for i := range n {
		var kept []triangle
		edges := map[[2]int]int{}
		for _, t := range list {
			if !inCircle(all, t, all[i]) {
				kept = append(kept, t)
				continue
			}
			for k := range 3 {
				a, b := t[k], t[(k+1)%3]
				edges[[2]int{min(a, b), max(a, b)}]++
			}
		}
		for e, count := range edges {
			if count == 1 {
				kept = append(kept, counterClockwise(all, triangle{e[0], e[1], i}))
			}
		}
		list = kept
	}
	var out []triangle
	for _, t := range list {
		if t[0] < n && t[1] < n && t[2] < n {
			out = append(out, t)
		}
	}
	return out
}

func counterClockwise(p [][2]float64, t triangle) triangle {
	if cross(p[t[0]], p[t[1]], p[t[2]]) < 0 {
		t[1], t[2] = t[2], t[1]
	}
	return t
}

func cross(a, b, c [2]float64) float64 {
	return (b[0]-a[0])*(c[1]-a[1]) - (b[1]-a[1])*(c[0]-a[0])
}

// inCircle reports whether a point lies inside the circle through the corners of a triangle.
func inCircle(p [][2]float64, t triangle, q [2]float64) bool {
	t = counterClockwise(p, t)
	var m [3][3]float64
	for i, k := range t {
		x, y := p[k][0]-q[0], p[k][1]-q[1]
		m[i] = [3]float64{x, y, x*x + y*y}
	}
	det := m[0][0]*(m[1][1]*m[2][2]-m[1][2]*m[2][1]) -
		m[0][1]*(m[1][0]*m[2][2]-m[1][2]*m[2][0]) +
		m[0][2]*(m[1][0]*m[2][1]-m[1][1]*m[2][0])
	return det > 0
}
