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
		tile: vectorTile, row: vectorRow, finish: vectorFinish, taps: vectorTaps,
		add: vectorAdd, mul: vectorMul, greater: vectorGreater, clip: vectorClip,
	}
}

type lanes = archsimd.Float32x8

func load(x []float32) lanes { return archsimd.LoadFloat32x8((*[8]float32)(x)) }

func store(v lanes, x []float32) { v.Store((*[8]float32)(x)) }

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
