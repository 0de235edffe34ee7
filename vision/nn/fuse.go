package nn

import "slices"

// fuse makes biases, scales, sums and activations part of the convolution, product or sum before them, if nothing else
// reads its result.
func (b *Builder) fuse() {
	f := fuser{Builder: b, readers: make([]int, len(b.values)), maker: slices.Repeat([]int{-1}, len(b.values))}
	for _, s := range b.steps {
		for _, v := range s.in {
			f.readers[b.root(v)]++
		}
	}
	for _, p := range b.outputs {
		f.readers[b.root(p.value)]++
	}
	var kept []step
	for _, s := range b.steps {
		if at, done := f.join(kept, s); done {
			// The step before moves here: its inputs are there, and those of s are too.
			joined := kept[at]
			joined.out = s.out
			kept = append(slices.Delete(kept, at, at+1), joined)
			f.index(kept, at)
			continue
		}
		kept = append(kept, s)
		f.index(kept, len(kept)-1)
	}
	b.steps = kept
}

type fuser struct {
	*Builder
	readers []int
	maker   []int // the place of the step that makes a value, or -1
}

func (f *fuser) index(kept []step, from int) {
	for i := from; i < len(kept); i++ {
		f.maker[kept[i].out] = i
	}
}

// join makes s part of an earlier step, and returns its place.
func (f *fuser) join(kept []step, s step) (at int, done bool) {
	switch k := s.kernel.(type) {
	case *unary:
		at, able := f.alone(s.in[0])
		if !able || k.op != "" && k.op != Sigmoid && k.op != Tanh {
			return 0, false
		}
		return at, activate(kept[at].kernel, k.act)
	case *pairwise:
		return f.joinBinary(kept, s, k)
	}
	return 0, false
}

// alone returns the step that makes a value which nothing else reads.
func (f *fuser) alone(v Value) (at int, able bool) {
	at = f.maker[f.root(v)]
	return at, at >= 0 && f.readers[f.root(v)] == 1
}

// activate adds an activation to a kernel.
func activate(k kernel, act activation) bool {
	var to *activation
	if l := linearOf(k); l != nil {
		to = &l.act
	} else if sum, is := k.(*pairwise); is {
		to = &sum.act
	} else if one, is := k.(*unary); is && one.op == "" {
		to = &one.act
	} else {
		return false
	}
	if act.kind == actClip {
		both, able := to.clipped(act.lo, act.hi)
		if able {
			*to = both
		}
		return able
	}
	if to.kind != actNone {
		return false
	}
	*to = act
	return true
}

// linearOf returns the linear part of a kernel, or nil.
func linearOf(k kernel) *linear {
	switch k := k.(type) {
	case *conv:
		return &k.linear
	case *depthwise:
		return &k.linear
	case *matmul:
		return &k.linear
	}
	return nil
}

func (f *fuser) joinBinary(kept []step, s step, k *pairwise) (at int, done bool) {
	x, y := s.in[0], s.in[1]
	if f.values[x].constant() && k.op.commutes() {
		x, y = y, x
	}
	at, able := f.alone(x)
	if f.values[y].constant() {
		if !able || product(f.values[x].shape) != k.size {
			return 0, false
		}
		return at, k.act.kind == actNone && f.joinConstant(kept[at], k, f.values[y].data)
	}
	if k.op != Add || k.act.kind != actNone {
		return 0, false
	}
	if able && f.addRest(kept, at, y, k.size) {
		return at, true
	}
	if at, able = f.alone(y); able && f.addRest(kept, at, x, k.size) {
		return at, true
	}
	return 0, false
}

// addRest makes a value part of the sum of a step.
func (f *fuser) addRest(kept []step, at int, rest Value, size int) bool {
	l := linearOf(kept[at].kernel)
	if l == nil || l.rest || l.act.kind != actNone {
		return false
	}
	if product(f.values[rest].shape) != size || product(f.values[kept[at].out].shape) != size {
		return false
	}
	l.rest = true
	kept[at].in = append(slices.Clone(kept[at].in), rest)
	return true
}

// joinConstant makes an operation with a constant part of a step.
func (f *fuser) joinConstant(s step, k *pairwise, data []float32) bool {
	channels := lastOf(f.values[s.out].shape)
	if len(data) != 1 && (len(data) != channels || k.short != channels && channels != k.size) {
		return false
	}
	switch k.op {
	case Max:
		return len(data) == 1 && activate(s.kernel, activation{kind: actClip, lo: data[0], hi: inf})
	case Min:
		return len(data) == 1 && activate(s.kernel, activation{kind: actClip, lo: -inf, hi: data[0]})
	case Leak:
		if linearOf(s.kernel) == nil {
			return activate(s.kernel, activation{kind: actPrelu, slope: data})
		}
		slope := each(data, channels)
		if !activate(s.kernel, activation{kind: actPrelu, slope: slope}) {
			return false
		}
		linearOf(s.kernel).slope = slope
		return true
	}
	l := linearOf(s.kernel)
	if l == nil || l.rest || l.act.kind != actNone {
		return false
	}
	return scale(s.kernel, l, k.op, each(data, channels))
}

// each returns one number for each channel.
func each(data []float32, channels int) []float32 {
	if len(data) == channels {
		return slices.Clone(data)
	}
	return slices.Repeat(data, channels)
}

// scale makes the sum, difference or product with a number for each channel part of a kernel's filter and bias.
func scale(k kernel, l *linear, op Binary, by []float32) bool {
	switch op {
	case Add, Sub:
		for i, v := range by {
			l.bias[i] = op.of(l.bias[i], v)
		}
		return true
	case Mul:
	default:
		return false
	}
	for i, v := range by {
		l.bias[i] *= v
	}
	switch k := k.(type) {
	case *conv:
		scalePanels(k.filter, k.depth, by)
	case *matmul:
		scalePanels(k.filter, k.size.depth, by)
	case *depthwise:
		for i := range k.filter {
			k.filter[i] *= by[i%len(by)]
		}
	}
	return true
}

func scalePanels(filter []float32, depth int, by []float32) {
	for j, v := range by {
		column := filter[j/panel*panel*depth+j%panel:]
		for p := range depth {
			column[p*panel] *= v
		}
	}
}
