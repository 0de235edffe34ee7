package nn

// kernels are the inner loops, which take nearly all of the time. There is one set in plain Go, and one with the
// vector instructions of the processor.
type kernels struct {
	// panel computes a part of a product.
	panel func(m *machine, p *part)
	// row computes the columns c of 16 of a row: c[c] = Σ a[p]·b[16*p+c].
	row func(c *[16]float32, a, b []float32)
	// finish writes a row of a tile: x + bias + rest, with the activation. Rest may be nil, and slope is that of prelu.
	finish func(out []float32, x *[16]float32, bias, slope, rest []float32, act *activation)
	// taps computes a pixel of a depthwise convolution: out[c] = bias[c] + Σ x[t.x+c]·w[t.w+c] over the taps t.
	taps func(out, bias, x, w []float32, taps []tap)
	// add, mul and greater compute out[i] from x[i] and y[i], all of one length.
	add, mul, greater func(out, x, y []float32)
	// clip limits numbers to lo and hi.
	clip func(x []float32, lo, hi float32)
}

// machine is a set of kernels with their small buffers.
type machine struct {
	*kernels
	product [64]float32
	four    [4][]float32
	part    part
	places  []tap
}

// part is rows of a product in the columns of a panel: out = a·b + bias + rest, with the activation.
type part struct {
	rows, depth int
	cols        int       // of the panel's 16 columns that are needed
	a, b        []float32 // the rows, one after the other, and the panel
	out, rest   []float32 // of the panel's columns; rest may be nil
	stride      int       // from row to row of out and rest
	bias, slope []float32 // of the panel's columns; slope is that of prelu
	act         *activation
}

// tileKernel computes rows r of 4 and columns c of 16 of a product: c[16*r+c] = Σ a[r][p]·b[16*p+c]. Of the columns,
// those from cols on are not needed.
type tileKernel func(c *[64]float32, a *[4][]float32, b []float32, cols int)

// tiles computes the rows from first on, four at a time.
func (p *part) tiles(m *machine, first int, tile tileKernel) {
	four := &m.four
	for i := first; i < p.rows; i += 4 {
		for r := range four {
			at := min(i+r, p.rows-1) * p.depth
			four[r] = p.a[at : at+p.depth]
		}
		tile(&m.product, four, p.b, p.cols)
		for r := range min(4, p.rows-i) {
			at := (i + r) * p.stride
			var rest []float32
			if p.rest != nil {
				rest = p.rest[at : at+p.cols]
			}
			m.finish(p.out[at:at+p.cols], (*[16]float32)(m.product[16*r:]), p.bias, p.slope, rest, p.act)
		}
	}
}

// tap is a place of a filter: the offsets of its channels in the picture and in the filter.
type tap struct{ x, w int }

// Kernels names a set of inner loops.
type Kernels string

const (
	// Scalar is the set in plain Go. Every processor has it.
	Scalar Kernels = "scalar"
	// Vector is the set with vector instructions, if the program was built with GOEXPERIMENT=simd and the processor has
	// AVX2 and FMA; otherwise it is Scalar.
	Vector Kernels = "vector"
)

// HasVector reports whether the set Vector differs from Scalar in this process.
func HasVector() bool { return vector != nil }

func fastest() Kernels {
	if HasVector() {
		return Vector
	}
	return Scalar
}

func (k Kernels) set() *kernels {
	if k == Vector && vector != nil {
		return vector
	}
	return &scalar
}

// scalar is the set in plain Go.
var scalar = kernels{
	panel: scalarPanel, row: scalarRow, finish: scalarFinish, taps: scalarTaps,
	add: scalarAdd, mul: scalarMul, greater: scalarGreater, clip: clip,
}

func scalarPanel(m *machine, p *part) { p.tiles(m, 0, scalarTile) }

func scalarTile(c *[64]float32, a *[4][]float32, b []float32, cols int) {
	for j := 0; j < cols; j += 4 {
		scalarPair(c[j:j+20], a[0], a[1], b[j:])
		scalarPair(c[j+32:j+52], a[2], a[3], b[j:])
	}
}

// scalarPair computes two rows and four columns: as many sums as fit into the registers beside their factors.
func scalarPair(c, a0, a1, b []float32) {
	a1 = a1[:len(a0)]
	var s00, s01, s02, s03, s10, s11, s12, s13 float32
	for p, x := range a0 {
		y := a1[p]
		q := (*[4]float32)(b[16*p:])
		s00 += x * q[0]
		s10 += y * q[0]
		s01 += x * q[1]
		s11 += y * q[1]
		s02 += x * q[2]
		s12 += y * q[2]
		s03 += x * q[3]
		s13 += y * q[3]
	}
	c[0], c[1], c[2], c[3] = s00, s01, s02, s03
	c[16], c[17], c[18], c[19] = s10, s11, s12, s13
}

func scalarRow(c *[16]float32, a, b []float32) {
	for j := 0; j < 16; j += 8 {
		var s0, s1, s2, s3, s4, s5, s6, s7 float32
		columns := b[j:]
		for p, x := range a {
			q := (*[8]float32)(columns[16*p:])
			s0 += x * q[0]
			s1 += x * q[1]
			s2 += x * q[2]
			s3 += x * q[3]
			s4 += x * q[4]
			s5 += x * q[5]
			s6 += x * q[6]
			s7 += x * q[7]
		}
		c[j], c[j+1], c[j+2], c[j+3], c[j+4], c[j+5], c[j+6], c[j+7] = s0, s1, s2, s3, s4, s5, s6, s7
	}
}

func scalarFinish(out []float32, x *[16]float32, bias, slope, rest []float32, act *activation) {
	part, bias := x[:len(out)], bias[:len(out)]
	if rest == nil {
		for i, v := range part {
			out[i] = v + bias[i]
		}
	} else {
		rest = rest[:len(out)]
		for i, v := range part {
			out[i] = v + bias[i] + rest[i]
		}
	}
	act.finish(out, slope)
}

func scalarTaps(out, bias, x, w []float32, taps []tap) {
	c := 0
	for ; c+4 <= len(out); c += 4 {
		s := *(*[4]float32)(bias[c:])
		s0, s1, s2, s3 := s[0], s[1], s[2], s[3]
		for _, t := range taps {
			p, q := (*[4]float32)(x[t.x+c:]), (*[4]float32)(w[t.w+c:])
			s0 += p[0] * q[0]
			s1 += p[1] * q[1]
			s2 += p[2] * q[2]
			s3 += p[3] * q[3]
		}
		*(*[4]float32)(out[c:]) = [4]float32{s0, s1, s2, s3}
	}
	for ; c < len(out); c++ {
		s := bias[c]
		for _, t := range taps {
			s += x[t.x+c] * w[t.w+c]
		}
		out[c] = s
	}
}

func scalarAdd(out, x, y []float32) {
	x, y = x[:len(out)], y[:len(out)]
	for i, v := range x {
		out[i] = v + y[i]
	}
}

func scalarMul(out, x, y []float32) {
	x, y = x[:len(out)], y[:len(out)]
	for i, v := range x {
		out[i] = v * y[i]
	}
}

func scalarGreater(out, x, y []float32) {
	x, y = x[:len(out)], y[:len(out)]
	for i, v := range x {
		out[i] = max(v, y[i])
	}
}
