package nn

import "slices"

// Reshape gives the numbers of a tensor another shape, of which one dimension may be -1: it is computed. A dimension 0
// stays.
func (b *Builder) Reshape(x Value, shape ...int) Value {
	if !b.ok(x) {
		return nothing
	}
	in := b.values[x].shape
	shape = slices.Clone(shape)
	open, known := -1, int64(1)
	for i, d := range shape {
		switch {
		case d == -1 && open < 0:
			open = i
			continue
		case d == 0 && i < len(in):
			shape[i] = in[i]
		case d < 1:
			return b.failf("the shape %v", shape)
		}
		known *= int64(shape[i])
		if known > b.limits.Tensor {
			return b.failf("the shape %v for %v", shape, in)
		}
	}
	if size := int64(product(in)); open >= 0 && size%known == 0 {
		shape[open] = int(size / known)
	}
	if len(shape) > maxRank || product(in) != product(shape) {
		return b.failf("the shape %v for %v", shape, in)
	}
	return b.view(x, shape)
}

// view returns the numbers of a value under another shape of the same size.
func (b *Builder) view(x Value, shape []int) Value {
	v := b.values[x]
	root := v.root
	v.shape, v.input = shape, false
	out := b.add(v)
	if out != nothing {
		b.values[out].root = root
	}
	return out
}

// Concat joins tensors along a dimension, which counts from the end if it is negative.
func (b *Builder) Concat(dimension int, parts ...Value) Value {
	if len(parts) == 0 {
		return b.failf("no parts to join")
	}
	if !b.floats(parts...) {
		return nothing
	}
	shape := slices.Clone(b.values[parts[0]].shape)
	if dimension < 0 {
		dimension += len(shape)
	}
	if dimension < 0 || dimension >= len(shape) {
		return b.failf("parts of shape %v joined along dimension %d", shape, dimension)
	}
	k := &concat{}
	total := 0
	for _, p := range parts {
		s := b.values[p].shape
		if len(s) != len(shape) || !slices.Equal(s[:dimension], shape[:dimension]) ||
			!slices.Equal(s[dimension+1:], shape[dimension+1:]) {
			return b.failf("parts of the shapes %v and %v joined along dimension %d", shape, s, dimension)
		}
		total += s[dimension]
		k.rows = append(k.rows, product(s[dimension:]))
	}
	shape[dimension] = total
	if _, err := b.limits.size(shape); err != nil {
		return b.fail(err)
	}
	k.size = product(shape)
	return b.step(shape, k, parts...)
}

// concat joins tensors: in turn, rows[i] numbers of the part i.
type concat struct {
	rows []int
	size int
}

func (k *concat) need() (work int64, scratch int) { return int64(k.size), 0 }

func (k *concat) run(_ *machine, out []float32, in [][]float32, _ []float32) {
	for n := 0; len(out) > 0; n++ {
		for i, row := range k.rows {
			copy(out[:row], in[i][n*row:])
			out = out[row:]
		}
	}
}

// Pad adds before and after places of a number at the ends of each dimension.
func (b *Builder) Pad(x Value, before, after []int, with float32) Value {
	if !b.floats(x) {
		return nothing
	}
	in := b.values[x].shape
	if len(before) != len(in) || len(after) != len(in) {
		return b.failf("padding %v and %v of the shape %v", before, after, in)
	}
	shape := make([]int, len(in))
	for i, n := range in {
		if min(before[i], after[i]) < 0 || max(before[i], after[i]) > b.limits.Dimension {
			return b.failf("padding %v and %v", before, after)
		}
		shape[i] = before[i] + n + after[i]
	}
	if slices.Equal(shape, in) {
		return x
	}
	if _, err := b.limits.size(shape); err != nil {
		return b.fail(err)
	}
	// The output is the input, seen through strides from an offset.
	k := &spread{shape: slices.Clone(in), steps: strides(shape, shape), size: product(shape), fill: with}
	for i, n := range strides(shape, shape) {
		k.from += n * before[i]
	}
	return b.step(shape, k, x)
}

// spread writes the numbers of its input to places of a larger tensor, the rest of which has one number.
type spread struct {
	shape []int // of the input
	steps []int // distance in the result between neighbours along each dimension
	from  int   // place of the first
	size  int
	fill  float32
}

func (k *spread) need() (work int64, scratch int) { return int64(k.size), 0 }

func (k *spread) run(_ *machine, out []float32, in [][]float32, _ []float32) {
	for i := range out {
		out[i] = k.fill
	}
	row := lastOf(k.shape)
	walk(k.shape, k.steps, k.from, func(n, at int) { copy(out[at:at+row], in[0][n*row:(n+1)*row]) })
}

// walk visits the rows of a tensor: the number of each, and its place under the strides.
func walk(shape, steps []int, from int, visit func(n, at int)) {
	rank := len(shape) - 1
	if rank < 0 {
		visit(0, from)
		return
	}
	var index [maxRank]int
	at := from
	for n := range product(shape[:rank]) {
		visit(n, at)
		for d := rank - 1; d >= 0; d-- {
			index[d]++
			at += steps[d]
			if index[d] < shape[d] {
				break
			}
			at -= steps[d] * shape[d]
			index[d] = 0
		}
	}
}

// Transpose reorders the dimensions: dimension i of the result is dimension order[i] of x.
func (b *Builder) Transpose(x Value, order ...int) Value {
	if !b.floats(x) {
		return nothing
	}
	in := b.values[x].shape
	if sorted := slices.Sorted(slices.Values(order)); len(order) != len(in) || len(in) == 0 || !counts(sorted) {
		return b.failf("the order %v of the dimensions of %v", order, in)
	}
	from := strides(in, in)
	k := &pick{shape: make([]int, len(in)), steps: make([]int, len(in))}
	for i, d := range order {
		k.shape[i], k.steps[i] = in[d], from[d]
	}
	k.size = product(in)
	if squeezed(in, order) {
		return b.view(x, k.shape)
	}
	return b.step(k.shape, k, x)
}

// counts reports whether a list is 0, 1, 2 and so on.
func counts(list []int) bool {
	for i, n := range list {
		if i != n {
			return false
		}
	}
	return true
}

// squeezed reports whether an order leaves the numbers where they are: it moves dimensions of size 1 alone.
func squeezed(shape, order []int) bool {
	last := -1
	for _, d := range order {
		if shape[d] == 1 {
			continue
		}
		if d < last {
			return false
		}
		last = d
	}
	return true
}

// Slice returns the numbers from begin on, size of them with a distance of steps, along each dimension.
func (b *Builder) Slice(x Value, begin, size, steps []int) Value {
	if !b.floats(x) {
		return nothing
	}
	in := b.values[x].shape
	if len(begin) != len(in) || len(size) != len(in) || len(steps) != len(in) || len(in) == 0 {
		return b.failf("a part %v, %v, %v of the shape %v", begin, size, steps, in)
	}
	from := strides(in, in)
	k := &pick{shape: slices.Clone(size), steps: make([]int, len(in))}
	for i := range in {
		if !within(in[i], begin[i], size[i], steps[i]) {
			return b.failf("a part %v, %v, %v of the shape %v", begin, size, steps, in)
		}
		k.from += begin[i] * from[i]
		k.steps[i] = steps[i] * from[i]
	}
	if slices.Equal(size, in) {
		return x
	}
	k.size = product(size)
	return b.step(k.shape, k, x)
}

// within reports whether a part of a dimension lies inside it.
func within(dimension, begin, size, step int) bool {
	return size >= 1 && step >= 1 && begin >= 0 && size <= dimension && step <= dimension &&
		begin+(size-1)*step < dimension
}

// pick reads its result from places of its input.
type pick struct {
	shape []int // of the result
	steps []int // distance in the input between neighbours along each dimension
	from  int
	size  int
}

func (k *pick) need() (work int64, scratch int) { return int64(k.size), 0 }

func (k *pick) run(_ *machine, out []float32, in [][]float32, _ []float32) {
	row, step := lastOf(k.shape), k.steps[len(k.steps)-1]
	walk(k.shape, k.steps, k.from, func(n, at int) {
		part := out[n*row : (n+1)*row]
		if step == 1 {
			copy(part, in[0][at:at+row])
			return
		}
		for i := range part {
			part[i] = in[0][at+i*step]
		}
	})
}

// repeat returns a picture with each channel many times.
func (b *Builder) repeat(x Value, many int) Value {
	shape := b.values[x].shape
	if len(shape) != 4 || many > b.limits.Dimension {
		return b.failf("a picture of shape %v with each channel %d times", shape, many)
	}
	wide := append(slices.Clone(shape[:3]), shape[3]*many)
	if _, err := b.limits.size(wide); err != nil {
		return b.fail(err)
	}
	return b.step(wide, &repeat{size: product(wide), many: many}, x)
}

type repeat struct{ size, many int }

func (k *repeat) need() (work int64, scratch int) { return int64(k.size), 0 }

func (k *repeat) run(_ *machine, out []float32, in [][]float32, _ []float32) {
	for _, v := range in[0] {
		for i := range k.many {
			out[i] = v
		}
		out = out[k.many:]
	}
}
