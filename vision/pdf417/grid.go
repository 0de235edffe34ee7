package pdf417

import (
	"cmp"
	"math"
	"slices"
)

// grid maps a symbol to a view. Places in the symbol are a module from the left, 0 at the start pattern, and a row from
// the top; both may be fractions.
type grid struct {
	view        *view
	book        *book
	shape       shape
	left, right edge  // right is the edge of the stop pattern, or where it would be
	leftRuler   ruler // heights of rows along the edges
	rightRuler  ruler
	leftOnly    bool
	shift       field2 // how many modules farther right than the edges tell
}

// field2 is a polynomial of two variables: column and row, both from 0 to 1 over the symbol.
type field2 []float64

// terms returns the terms of the polynomial.
func terms(u, v float64) []float64 {
	return []float64{1, u, v, u * u, u * v, u * u * u, u * u * v, v * v}
}

func (f field2) at(u, v float64) (value float64) {
	if f == nil {
		return 0
	}
	for i, term := range terms(u, v) {
		value += f[i] * term
	}
	return value
}

// span is the number of modules between the edges.
func (g *grid) span() float64 { return float64(g.shape.columns+3) * modules }

// rowLine is a line through a symbol along a row.
type rowLine struct {
	x, y, dx, dy float64
	ratio        float64 // how much wider modules become to the right, by perspective
}

// line returns the line at a height of the symbol.
func (g *grid) line(row float64) rowLine {
	ly, ry := g.leftRuler.y(row), g.rightRuler.y(row)
	lx, rx := g.left.x(ly), g.right.x(ry)
	ratio := math.Sqrt(g.right.module(ry) / g.left.module(ly))
	return rowLine{x: lx, y: ly, dx: rx - lx, dy: ry - ly, ratio: min(max(ratio, 0.7), 1.4)}
}

// at returns the place of a part of the way between the edges.
func (l *rowLine) at(part float64) (x, y float64) {
	t := part
	if d := part + l.ratio*(1-part); d > 0.1 {
		t = part / d
	}
	return l.x + t*l.dx, l.y + t*l.dy
}

// fine is the number of samples per module along a row, and margin how many modules beyond the symbol are sampled.
const (
	fine   = 4
	margin = 4
)

// row samples a row of the symbol, at the average of its middle.
func (g *grid) row(number int) []float32 {
	count := int((g.span() + 2*margin) * fine)
	samples := make([]float32, count)
	height := math.Abs(g.leftRuler.y(float64(number)+1) - g.leftRuler.y(float64(number)))
	lines := min(max(int(0.6*height+0.5), 3), 9)
	for i := range lines {
		at := float64(number) + 0.22 + 0.56*(float64(i)+0.5)/float64(lines)
		l := g.line(at)
		for j := range samples {
			module := (float64(j)+0.5)/fine - margin
			module += g.shift.at(module/g.span(), at/float64(g.shape.rows))
			samples[j] += g.view.at(l.at(module / g.span()))
		}
	}
	for j := range samples {
		samples[j] /= float32(lines)
	}
	return samples
}

// word returns the samples of the codeword that begins at a module, moved by samples.
func word(row []float32, module, moved int) (samples template) {
	from := (module+margin)*fine + moved
	if from < 0 || from+modules*fine > len(row) {
		return samples
	}
	for i := range samples {
		at := row[from+i*fine : from+i*fine+fine]
		samples[i] = at[0] + at[1] + at[2] + at[3]
	}
	return samples
}

// reading is the codeword that was read at a place of the symbol.
type reading struct {
	match
	moved int // in samples
}

// read reads all codewords, row by row. Around is how far each is looked for, in samples. If track is set, each column
// is looked for where its neighbour was found.
func (g *grid) read(around int, track bool) []reading {
	rows := make([][]float32, g.shape.rows)
	for i := range rows {
		rows[i] = g.row(i)
	}
	readings := make([]reading, g.shape.words())
	half := g.shape.columns / 2
	if g.leftOnly {
		half = g.shape.columns
	}
	offset := drift{}
	for column := range half {
		offset = g.column(rows, readings, column, offset, around, track)
	}
	offset = drift{}
	for column := g.shape.columns - 1; column >= half; column-- {
		offset = g.column(rows, readings, column, offset, around, track)
	}
	return readings
}

// drift is how many samples farther right than expected the codewords of a column are: at the top, and more a row.
type drift struct{ at, slope float64 }

// column reads the codewords of a column that are expected at a drift. If track is set it returns the drift that they
// were found at.
func (g *grid) column(rows [][]float32, readings []reading, column int, expected drift, around int, track bool) drift {
	var numbers, moved, weights []float64
	for number, row := range rows {
		base := int(math.Round(expected.at + expected.slope*float64(number)))
		best := g.nearest(row, number%3, column, base, around)
		readings[number*g.shape.columns+column] = best
		if best.certain() {
			numbers, moved = append(numbers, float64(number)), append(moved, float64(best.moved))
			weights = append(weights, float64(best.margin))
		}
	}
	if !track || len(numbers) < 4 {
		return expected
	}
	var found drift
	found.at, found.slope = line(numbers, moved, weights)
	return found
}

// nearest reads a codeword where it fits best, at most around samples from where it should be.
func (g *grid) nearest(row []float32, cluster, column, base, around int) reading {
	best := reading{match: match{score: -1}}
	for i := range 2*around + 1 {
		moved := base + (i+1)/2
		if i%2 == 0 {
			moved = base - i/2
		}
		samples := word(row, (column+2)*modules, moved)
		if samples.normalize() < 4*fine {
			continue
		}
		if m := g.book.match(&samples, cluster); m.score > best.score {
			best = reading{m, moved}
		}
		if best.plain() {
			break
		}
	}
	return best
}

// straighten fits the shift of codewords to readings, so that a bent symbol is read as if it were straight.
func (g *grid) straighten(readings []reading) bool {
	fitting := func(accept func(u, v, shift float64) bool) (field2, bool) {
		fit, used := newFit(len(terms(0, 0))), 0
		for i, r := range readings {
			if r.margin < 0.05 || r.score < 0.75 {
				continue
			}
			u, v := g.normal(i)
			shift := float64(r.moved)/fine + g.shift.at(u, v)
			if accept(u, v, shift) {
				fit.add(terms(u, v), shift, float64(r.margin))
				used++
			}
		}
		for i := range fit.matrix {
			fit.matrix[i][i] += 1e-3 // so that few readings do not bend much
		}
		c, ok := fit.solve(len(terms(0, 0)))
		return c, ok && used >= 12
	}
	first, ok := fitting(func(_, _, _ float64) bool { return true })
	if !ok {
		return false
	}
	second, ok := fitting(func(u, v, shift float64) bool { return math.Abs(first.at(u, v)-shift) < 0.5 })
	if !ok {
		return false
	}
	g.shift = second
	return true
}

// normal returns the middle of a codeword as parts of the symbol.
func (g *grid) normal(index int) (u, v float64) {
	row, column := index/g.shape.columns, index%g.shape.columns
	return (float64(column) + 2.5) * modules / g.span(), (float64(row) + 0.5) / float64(g.shape.rows)
}

// solution is a symbol that was read.
type solution struct {
	data      []int // the codewords after the length descriptor, without check codewords
	corrected int
}

// solve corrects readings. It takes them as they are, and then with more and more of the worst as unknown.
func (s shape) solve(readings []reading) (solution, bool) {
	order := make([]int, len(readings))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(readings[a].margin, readings[b].margin) })
	most := min(s.checks()-slack, len(readings))
	before := -1
	for part := range 7 {
		erased := most * part / 6
		if erased == before {
			continue
		}
		before = erased
		words := make([]int, len(readings))
		for i, r := range readings {
			words[i] = r.word
		}
		for _, place := range order[:erased] {
			words[place] = 0
		}
		corrected, ok := correct(words, s.checks(), order[:erased])
		if !ok || words[0] < 1 || words[0] != s.words()-s.checks() {
			continue
		}
		return solution{data: words[1:words[0]], corrected: corrected}, true
	}
	return solution{}, false
}
