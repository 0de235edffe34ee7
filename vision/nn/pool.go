package nn

import "slices"

// MaxPool returns the largest numbers under a filter of rows × columns. Padding does not count.
func (b *Builder) MaxPool(x Value, rows, columns int, w Window) Value {
	return b.pool(x, rows, columns, w, true, false)
}

// AvgPool returns the means of the numbers under a filter of rows × columns. Padding does not count.
func (b *Builder) AvgPool(x Value, rows, columns int, w Window) Value {
	return b.pool(x, rows, columns, w, false, false)
}

func (b *Builder) pool(x Value, rows, columns int, w Window, largest, countPadding bool) Value {
	if !b.floats(x) {
		return nothing
	}
	g, ok := b.window(x, rows, columns, w)
	if !ok {
		return nothing
	}
	if max(g.top, w.Pad[1]) > (rows-1)*g.stepY || max(g.left, w.Pad[3]) > (columns-1)*g.stepX {
		return b.failf("a pool of %d × %d with padding as large as itself", rows, columns)
	}
	return b.step(g.shape(g.channels), &pool{window: g, largest: largest, countPadding: countPadding}, x)
}

type pool struct {
	window
	largest, countPadding bool
}

func (k *pool) need() (work int64, scratch int) {
	return times(k.batch, k.outHeight, k.outWidth, k.channels, k.rows, k.columns), 0
}

func (k *pool) run(set *machine, out []float32, in [][]float32, _ []float32) {
	picture, c := k.height*k.width*k.channels, k.channels
	for n := range k.batch {
		x := in[0][n*picture : (n+1)*picture]
		for y := range k.outHeight {
			for column := range k.outWidth {
				set.places = k.taps(set.places[:0], y, column)
				at := ((n*k.outHeight+y)*k.outWidth + column) * c
				k.pixel(set, out[at:at+c], x)
			}
		}
	}
}

func (k *pool) pixel(set *machine, out, x []float32) {
	if len(set.places) == 0 {
		clear(out)
		return
	}
	copy(out, x[set.places[0].x:])
	for _, t := range set.places[1:] {
		if k.largest {
			set.greater(out, out, x[t.x:t.x+k.channels])
		} else {
			set.add(out, out, x[t.x:t.x+k.channels])
		}
	}
	if k.largest {
		return
	}
	count := len(set.places)
	if k.countPadding {
		count = k.rows * k.columns
	}
	for i := range out {
		out[i] /= float32(count)
	}
}

// Reduction names a reduction of dimensions to one number.
type Reduction string

// The reductions.
const (
	Mean    Reduction = "mean"
	Sum     Reduction = "sum"
	Largest Reduction = "largest"
	Least   Reduction = "least"
)

// Reduce reduces dimensions of a tensor, of which negative ones count from the end. With keep their size is 1 then;
// otherwise they are gone.
func (b *Builder) Reduce(op Reduction, x Value, dimensions []int, keep bool) Value {
	if !b.floats(x) {
		return nothing
	}
	in := b.values[x].shape
	reduced := make([]bool, len(in))
	for _, d := range dimensions {
		if d < 0 {
			d += len(in)
		}
		if d < 0 || d >= len(in) {
			return b.failf("a reduction of dimensions %v of the shape %v", dimensions, in)
		}
		reduced[d] = true
	}
	kept, shape := make([]int, len(in)), []int{}
	for d, n := range in {
		kept[d] = n
		if reduced[d] {
			kept[d] = 1
		}
		if !reduced[d] || keep {
			shape = append(shape, kept[d])
		}
	}
	k := &reduce{op: op, shape: slices.Clone(in), size: product(in), count: product(in) / product(kept)}
	k.strides = strides(kept, in)
	return b.step(shape, k, x)
}

type reduce struct {
	op          Reduction
	shape       []int // of the input
	strides     []int // of the result along the input's dimensions
	size, count int
}

func (k *reduce) need() (work int64, scratch int) { return int64(k.size), 0 }

func (k *reduce) run(_ *machine, out []float32, in [][]float32, _ []float32) {
	start := float32(0)
	switch k.op {
	case Largest:
		start = -inf
	case Least:
		start = inf
	}
	for i := range out {
		out[i] = start
	}
	var at [maxRank]int
	to := 0
	for _, v := range in[0] {
		switch k.op {
		case Largest:
			out[to] = max(out[to], v)
		case Least:
			out[to] = min(out[to], v)
		default:
			out[to] += v
		}
		for d := len(k.shape) - 1; d >= 0; d-- {
			at[d]++
			to += k.strides[d]
			if at[d] < k.shape[d] {
				break
			}
			to -= k.strides[d] * k.shape[d]
			at[d] = 0
		}
	}
	if k.op == Mean {
		for i := range out {
			out[i] = float32(float64(out[i]) / float64(k.count))
		}
	}
}
