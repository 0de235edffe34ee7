package pdf417

import "math"

// maxRows and maxColumns are the most that a symbol has, columns without those of the indicators.
const (
	maxRows    = 90
	maxColumns = 30
	maxWords   = 928
)

// vote is a row indicator that was read at a height of the view.
type vote struct {
	y              float64
	row, extra     int // the number of the row, and the indicator's number about the form of the symbol
	cluster, score float64
}

// ruler tells the height of rows along an edge: a polynomial of the number of the row, 0 at the upper side of the
// first.
type ruler [3]float64

func (r *ruler) y(row float64) float64 { return r[0] + row*(r[1]+row*r[2]) }

// strip samples the codeword that begins offset modules from an edge. Tilt is how far a row sinks per pixel.
type strip struct {
	view   *view
	edge   *edge
	offset float64
	tilt   float64
}

// read returns the samples of the codeword at a height of the edge, moved by a part of a module.
func (s *strip) read(y, shift float64) (samples template) {
	module, x := s.edge.module(y), s.edge.x(y)
	for i := range samples {
		sum := float32(0)
		for _, part := range [3]float64{0.2, 0.5, 0.8} {
			along := (s.offset + shift + float64(i) + part) * module
			for _, up := range [3]float64{-0.4, 0, 0.4} {
				dy := along*s.tilt + up*module
				sum += s.view.at(x+along+up*module*s.edge.slope, y+dy)
			}
		}
		samples[i] = sum / 9
	}
	return samples
}

// votes reads the row indicators along an edge, at most at so many heights.
func (s *strip) votes(b *book, heights float64) (votes []vote) {
	e := s.edge
	module := e.module((e.top + e.bottom) / 2)
	height := e.bottom - e.top + 8*module
	for y := e.top - 4*module; y <= e.bottom+4*module; y += max(1, 0.7*module, height/heights) {
		best := match{score: 0.7}
		for _, shift := range [5]float64{0, -0.25, 0.25, -0.5, 0.5} {
			samples := s.read(y, shift)
			if samples.normalize() < 4 {
				continue
			}
			if m := b.matchAny(&samples); m.score > best.score {
				best = m
			}
			if best.plain() {
				break
			}
		}
		if best.margin <= 0.02 {
			continue
		}
		votes = append(votes, vote{
			y: y, row: best.word/30*3 + best.cluster, extra: best.word % 30,
			cluster: float64(best.cluster), score: float64(best.margin) * float64(best.score),
		})
	}
	return votes
}

// rule finds the heights of rows that most votes agree with, and those votes.
func rule(votes []vote, module float64) (r ruler, agreeing []vote) {
	best := 0.0
	for i, a := range votes {
		for _, b := range votes[i+1:] {
			if a.row == b.row {
				continue
			}
			height := (b.y - a.y) / float64(b.row-a.row)
			if math.Abs(height) < 1.2*module || math.Abs(height) > 25*module {
				continue
			}
			first := a.y - height*(float64(a.row)+0.5)
			score := 0.0
			for _, v := range votes {
				if math.Abs(v.y-first-height*(float64(v.row)+0.5)) < 0.65*math.Abs(height) {
					score += v.score
				}
			}
			if score > best {
				best, r = score, ruler{first, height}
			}
		}
	}
	if best == 0 {
		return r, nil
	}
	for range 2 {
		agreeing = r.agreeing(votes)
		r = r.refine(agreeing)
	}
	return r, agreeing
}

func (r *ruler) agreeing(votes []vote) (agreeing []vote) {
	for _, v := range votes {
		if math.Abs(v.y-r.y(float64(v.row)+0.5)) < 0.75*math.Abs(r[1]) {
			agreeing = append(agreeing, v)
		}
	}
	return agreeing
}

// refine fits the heights of rows to votes: a line, or a parabola if the votes are many.
func (r *ruler) refine(votes []vote) ruler {
	least, most := maxRows, 0
	fit := newFit(3)
	for _, v := range votes {
		least, most = min(least, v.row), max(most, v.row)
		row := float64(v.row) + 0.5
		fit.add([]float64{1, row, row * row}, v.y, v.score)
	}
	switch {
	case most-least >= 8 && len(votes) >= 16:
		if c, ok := fit.solve(3); ok {
			return ruler{c[0], c[1], c[2]}
		}
	case most-least >= 3:
		if c, ok := fit.solve(2); ok {
			return ruler{c[0], c[1]}
		}
	}
	return *r
}

// fit is a weighted least squares problem, kept as its normal equations.
type leastSquares struct {
	n      int
	matrix [][]float64 // with the right side as the last column
}

func newFit(n int) *leastSquares {
	f := &leastSquares{n: n, matrix: make([][]float64, n)}
	for i := range f.matrix {
		f.matrix[i] = make([]float64, n+1)
	}
	return f
}

// add adds an equation: the sum of the coefficients times the terms is value.
func (f *leastSquares) add(terms []float64, value, weight float64) {
	for i, a := range terms {
		for j, b := range terms {
			f.matrix[i][j] += weight * a * b
		}
		f.matrix[i][f.n] += weight * a * value
	}
}

// solve returns the first coefficients, as if there were no others.
func (f *leastSquares) solve(count int) (coefficients []float64, ok bool) {
	m := make([][]float64, count)
	for i := range m {
		m[i] = append(append([]float64(nil), f.matrix[i][:count]...), f.matrix[i][f.n])
	}
	for i := range m {
		pivot := i
		for j := i + 1; j < count; j++ {
			if math.Abs(m[j][i]) > math.Abs(m[pivot][i]) {
				pivot = j
			}
		}
		m[i], m[pivot] = m[pivot], m[i]
		if math.Abs(m[i][i]) < 1e-9 {
			return nil, false
		}
		for j := range m {
			if j == i {
				continue
			}
			factor := m[j][i] / m[i][i]
			for k := i; k <= count; k++ {
				m[j][k] -= factor * m[i][k]
			}
		}
	}
	for i := range m {
		coefficients = append(coefficients, m[i][count]/m[i][i])
	}
	return coefficients, true
}

// shape is the form of a symbol.
type shape struct{ rows, columns, level int }

// words returns the number of codewords, without indicators.
func (s shape) words() int { return s.rows * s.columns }

func (s shape) checks() int { return 2 << s.level }

func (s shape) valid() bool {
	return s.rows >= 3 && s.rows <= maxRows && s.columns >= 1 && s.columns <= maxColumns && s.level >= 0 && s.level <= 8 &&
		s.words() <= maxWords && s.words() > s.checks()+1
}

// census counts the numbers of the row indicators about the form of a symbol.
type census struct{ thirds, rest, columns map[int]float64 }

func newCensus() *census {
	return &census{thirds: map[int]float64{}, rest: map[int]float64{}, columns: map[int]float64{}}
}

// count adds the votes of the left or the right indicators.
func (c *census) count(votes []vote, right bool) {
	for _, v := range votes {
		kind := int(v.cluster)
		if right {
			kind = (kind + 2) % 3 // the right indicator of a row has the number that the left one had a row before
		}
		switch kind {
		case 0:
			c.thirds[v.extra] += v.score
		case 1:
			c.rest[v.extra] += v.score
		case 2:
			c.columns[v.extra+1] += v.score
		}
	}
}

// shapes returns the likely forms of the symbol, the likeliest first. Width is the distance between start and stop
// pattern in modules as it appears, or 0, and tallest the number of rows that are seen.
func (c *census) shapes(width float64, tallest int) (shapes []shape) {
	columns := ranked(c.columns)
	if width > 0 {
		columns = append(columns, int(math.Round(width/modules-3)))
	}
	thirds := append(ranked(c.thirds), (tallest-1)/3)
	rests := append(ranked(c.rest), 5*3+(tallest-1)%3)
	for i := range 3 { // the sum of the ranks
		for j := 0; j <= i; j++ {
			for k := 0; j+k <= i; k++ {
				a, b, d := j, k, i-j-k
				if a >= len(columns) || b >= len(thirds) || d >= len(rests) {
					continue
				}
				s := shape{rows: 3*thirds[b] + rests[d]%3 + 1, columns: columns[a], level: rests[d] / 3}
				if s.valid() {
					shapes = append(shapes, s)
				}
			}
		}
	}
	return shapes
}

// ranked returns the two values with the most votes.
func ranked(votes map[int]float64) (values []int) {
	first, second := -1, -1
	for value, score := range votes {
		switch {
		case first < 0 || score > votes[first] || score == votes[first] && value < first:
			first, second = value, first
		case second < 0 || score > votes[second] || score == votes[second] && value < second:
			second = value
		}
	}
	for _, value := range [2]int{first, second} {
		if value >= 0 {
			values = append(values, value)
		}
	}
	return values
}
