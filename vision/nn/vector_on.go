//go:build goexperiment.simd && amd64

package nn

import "simd/archsimd"

// vector is the set with AVX2 and FMA, or nil if the processor has not both.
var vector = vectorKernels()

func vectorKernels() *kernels {
	if !archsimd.X86.AVX2() || !archsimd.X86.FMA() {
		return nil
	}
	return &kernels{
		panel: vectorPanel, row: vectorRow, finish: vectorFinish, taps: vectorTaps,
		add: vectorAdd, mul: vectorMul, greater: vectorGreater, clip: vectorClip,
	}
}

type lanes = archsimd.Float32x8

func load(x []float32) lanes { return archsimd.LoadFloat32x8((*[8]float32)(x)) }

func store(v lanes, x []float32) { v.Store((*[8]float32)(x)) }

func vectorPanel(m *machine, p *part) {
	if p.cols <= 8 {
		p.tiles(m, halfRows(p), vectorHalf)
		return
	}
	p.tiles(m, wholeRows(p), vectorTile)
}

// ending is what follows a sum, in the lanes of a panel.
type ending struct {
	bias, slope [2]lanes
	least, most lanes
	kind        actKind
	rest        []float32
}

// ending returns the ending of a part with as many lanes; ok is false if it is not one of lanes.
func (p *part) ending(many int) (e ending, ok bool) {
	if p.cols != 8*many || p.act.kind > actPrelu {
		return e, false
	}
	e.kind, e.rest = p.act.kind, p.rest
	e.least, e.most = archsimd.BroadcastFloat32x8(p.act.lo), archsimd.BroadcastFloat32x8(p.act.hi)
	for i := range many {
		e.bias[i] = load(p.bias[8*i:])
		if e.kind == actPrelu {
			e.slope[i] = load(p.slope[8*i:])
		}
	}
	return e, true
}

// of finishes lanes i of a row at the offset at of rest.
func (e *ending) of(x lanes, i, at int) lanes {
	x = x.Add(e.bias[i])
	if e.rest != nil {
		x = x.Add(load(e.rest[at:]))
	}
	switch e.kind {
	case actClip:
		return x.Max(e.least).Min(e.most)
	case actPrelu:
		var zero lanes
		return x.Max(zero).Add(x.Min(zero).Mul(e.slope[i]))
	}
	return x
}

// wholeRows computes fours of rows of a whole panel, and returns how many rows.
func wholeRows(p *part) (i int) {
	e, ok := p.ending(2)
	if !ok {
		return 0
	}
	k := p.depth
	b := p.b[:16*k]
	for ; i+4 <= p.rows; i += 4 {
		var c00, c01, c10, c11, c20, c21, c30, c31 lanes
		a := p.a[i*k : (i+4)*k]
		a0, a1, a2, a3 := a[:k], a[k:2*k], a[2*k:3*k], a[3*k:4*k]
		for q, x0 := range a0 {
			f := (*[16]float32)(b[16*q:])
			b0 := archsimd.LoadFloat32x8((*[8]float32)(f[:8]))
			b1 := archsimd.LoadFloat32x8((*[8]float32)(f[8:]))
			x := archsimd.BroadcastFloat32x8(x0)
			c00, c01 = x.MulAdd(b0, c00), x.MulAdd(b1, c01)
			x = archsimd.BroadcastFloat32x8(a1[q])
			c10, c11 = x.MulAdd(b0, c10), x.MulAdd(b1, c11)
			x = archsimd.BroadcastFloat32x8(a2[q])
			c20, c21 = x.MulAdd(b0, c20), x.MulAdd(b1, c21)
			x = archsimd.BroadcastFloat32x8(a3[q])
			c30, c31 = x.MulAdd(b0, c30), x.MulAdd(b1, c31)
		}
		for r, c := range [...][2]lanes{{c00, c01}, {c10, c11}, {c20, c21}, {c30, c31}} {
			at := (i + r) * p.stride
			out := (*[16]float32)(p.out[at:])
			store(e.of(c[0], 0, at), out[:8])
			store(e.of(c[1], 1, at+8), out[8:])
		}
	}
	return i
}

// halfRows computes fours of rows of half a panel, and returns how many rows. Each sum is made of two, so that an
// instruction need not wait for the one before.
func halfRows(p *part) (i int) {
	e, ok := p.ending(1)
	if !ok {
		return 0
	}
	k := p.depth
	for ; i+4 <= p.rows; i += 4 {
		a := p.a[i*k : (i+4)*k]
		c := halfTile(a[:k], a[k:2*k], a[2*k:3*k], a[3*k:4*k], p.b)
		for r := range c {
			at := (i + r) * p.stride
			store(e.of(c[r], 0, at), p.out[at:])
		}
	}
	return i
}

// halfTile computes four rows and eight columns.
func halfTile(a0, a1, a2, a3, b []float32) [4]lanes {
	var c0, c1, c2, c3, d0, d1, d2, d3 lanes
	k := len(a0)
	a1, a2, a3, b = a1[:k], a2[:k], a3[:k], b[:16*k]
	q := 0
	for ; q+2 <= k; q += 2 {
		f := (*[32]float32)(b[16*q:])
		x := load(f[:8])
		c0 = archsimd.BroadcastFloat32x8(a0[q]).MulAdd(x, c0)
		c1 = archsimd.BroadcastFloat32x8(a1[q]).MulAdd(x, c1)
		c2 = archsimd.BroadcastFloat32x8(a2[q]).MulAdd(x, c2)
		c3 = archsimd.BroadcastFloat32x8(a3[q]).MulAdd(x, c3)
		x = load(f[16:24])
		d0 = archsimd.BroadcastFloat32x8(a0[q+1]).MulAdd(x, d0)
		d1 = archsimd.BroadcastFloat32x8(a1[q+1]).MulAdd(x, d1)
		d2 = archsimd.BroadcastFloat32x8(a2[q+1]).MulAdd(x, d2)
		d3 = archsimd.BroadcastFloat32x8(a3[q+1]).MulAdd(x, d3)
	}
	if q < k {
		x := load(b[16*q:])
		c0 = archsimd.BroadcastFloat32x8(a0[q]).MulAdd(x, c0)
		c1 = archsimd.BroadcastFloat32x8(a1[q]).MulAdd(x, c1)
		c2 = archsimd.BroadcastFloat32x8(a2[q]).MulAdd(x, c2)
		c3 = archsimd.BroadcastFloat32x8(a3[q]).MulAdd(x, c3)
	}
	return [4]lanes{c0.Add(d0), c1.Add(d1), c2.Add(d2), c3.Add(d3)}
}

// vectorHalf is a tile of eight columns.
func vectorHalf(c *[64]float32, a *[4][]float32, b []float32, _ int) {
	for r, v := range halfTile(a[0], a[1], a[2], a[3], b) {
		store(v, c[16*r:])
	}
}

func vectorTile(c *[64]float32, a *[4][]float32, b []float32, _ int) {
	var c00, c01, c10, c11, c20, c21, c30, c31 lanes
	k := len(a[0])
	a0, a1, a2, a3 := a[0], a[1][:k], a[2][:k], a[3][:k]
	b = b[:16*k]
	for p, x0 := range a0 {
		q := (*[16]float32)(b[16*p:])
		b0 := archsimd.LoadFloat32x8((*[8]float32)(q[:8]))
		b1 := archsimd.LoadFloat32x8((*[8]float32)(q[8:]))
		x := archsimd.BroadcastFloat32x8(x0)
		c00, c01 = x.MulAdd(b0, c00), x.MulAdd(b1, c01)
		x = archsimd.BroadcastFloat32x8(a1[p])
		c10, c11 = x.MulAdd(b0, c10), x.MulAdd(b1, c11)
		x = archsimd.BroadcastFloat32x8(a2[p])
		c20, c21 = x.MulAdd(b0, c20), x.MulAdd(b1, c21)
		x = archsimd.BroadcastFloat32x8(a3[p])
		c30, c31 = x.MulAdd(b0, c30), x.MulAdd(b1, c31)
	}
	for i, v := range [...]lanes{c00, c01, c10, c11, c20, c21, c30, c31} {
		store(v, c[8*i:])
	}
}

func vectorRow(c *[16]float32, a, b []float32) {
	var c0, c1, d0, d1 lanes
	p := 0
	for ; p+2 <= len(a); p += 2 {
		q := (*[32]float32)(b[16*p:])
		x, y := archsimd.BroadcastFloat32x8(a[p]), archsimd.BroadcastFloat32x8(a[p+1])
		c0, c1 = x.MulAdd(load(q[:8]), c0), x.MulAdd(load(q[8:16]), c1)
		d0, d1 = y.MulAdd(load(q[16:24]), d0), y.MulAdd(load(q[24:]), d1)
	}
	if p < len(a) {
		x := archsimd.BroadcastFloat32x8(a[p])
		c0, c1 = x.MulAdd(load(b[16*p:]), c0), x.MulAdd(load(b[16*p+8:]), c1)
	}
	store(c0.Add(d0), c[:8])
	store(c1.Add(d1), c[8:])
}

func vectorFinish(out []float32, x *[16]float32, bias, slope, rest []float32, act *activation) {
	if len(out) < 16 || act.kind > actPrelu {
		scalarFinish(out, x, bias, slope, rest, act)
		return
	}
	lo, hi := load(x[:8]).Add(load(bias)), load(x[8:]).Add(load(bias[8:]))
	if rest != nil {
		lo, hi = lo.Add(load(rest)), hi.Add(load(rest[8:]))
	}
	switch act.kind {
	case actClip:
		least, most := archsimd.BroadcastFloat32x8(act.lo), archsimd.BroadcastFloat32x8(act.hi)
		lo, hi = lo.Max(least).Min(most), hi.Max(least).Min(most)
	case actPrelu:
		var zero lanes
		lo = lo.Max(zero).Add(lo.Min(zero).Mul(load(slope)))
		hi = hi.Max(zero).Add(hi.Min(zero).Mul(load(slope[8:])))
	}
	store(lo, out)
	store(hi, out[8:])
}

func vectorTaps(out, bias, x, w []float32, taps []tap) {
	c := 0
	for ; c+16 <= len(out); c += 16 {
		s0, s1 := load(bias[c:]), load(bias[c+8:])
		for _, t := range taps {
			p, q := (*[16]float32)(x[t.x+c:]), (*[16]float32)(w[t.w+c:])
			s0, s1 = load(p[:8]).MulAdd(load(q[:8]), s0), load(p[8:]).MulAdd(load(q[8:]), s1)
		}
		store(s0, out[c:])
		store(s1, out[c+8:])
	}
	for ; c+8 <= len(out); c += 8 {
		s := load(bias[c:])
		for _, t := range taps {
			s = load(x[t.x+c:]).MulAdd(load(w[t.w+c:]), s)
		}
		store(s, out[c:])
	}
	for ; c < len(out); c++ {
		s := bias[c]
		for _, t := range taps {
			s += x[t.x+c] * w[t.w+c]
		}
		out[c] = s
	}
}

func vectorAdd(out, x, y []float32) {
	n := len(out) &^ 7
	for i := 0; i < n; i += 8 {
		store(load(x[i:]).Add(load(y[i:])), out[i:])
	}
	scalarAdd(out[n:], x[n:], y[n:])
}

func vectorMul(out, x, y []float32) {
	n := len(out) &^ 7
	for i := 0; i < n; i += 8 {
		store(load(x[i:]).Mul(load(y[i:])), out[i:])
	}
	scalarMul(out[n:], x[n:], y[n:])
}

func vectorGreater(out, x, y []float32) {
	n := len(out) &^ 7
	for i := 0; i < n; i += 8 {
		store(load(x[i:]).Max(load(y[i:])), out[i:])
	}
	scalarGreater(out[n:], x[n:], y[n:])
}

func vectorClip(x []float32, lo, hi float32) {
	least, most := archsimd.BroadcastFloat32x8(lo), archsimd.BroadcastFloat32x8(hi)
	n := len(x) &^ 7
	for i := 0; i < n; i += 8 {
		store(load(x[i:]).Max(least).Min(most), x[i:])
	}
	clip(x[n:], lo, hi)
}
