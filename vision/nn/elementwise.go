package nn

import (
	"math"
	"slices"
)

// Binary names an operation on two numbers.
type Binary string

// The operations on two tensors. Shapes of different dimensions are broadcast as in NumPy.
const (
	Add Binary = "add"
	Sub Binary = "sub"
	Mul Binary = "mul"
	Div Binary = "div"
	Max Binary = "max"
	Min Binary = "min"
	// Leak multiplies a negative number of the first tensor by the second one's (PReLU).
	Leak Binary = "leak"
)

func (op Binary) of(x, y float32) float32 {
	switch op {
	case Add:
		return x + y
	case Sub:
		return x - y
	case Mul:
		return x * y
	case Div:
		return x / y
	case Max:
		return max(x, y)
	case Min:
		return min(x, y)
	default:
		if x < 0 {
			return x * y
		}
		return x
	}
}

func (op Binary) commutes() bool { return op == Add || op == Mul || op == Max || op == Min }

// Binary applies an operation to each pair of numbers of two tensors.
func (b *Builder) Binary(op Binary, x, y Value) Value {
	if !b.floats(x, y) {
		return nothing
	}
	if op.commutes() && product(b.values[x].shape) < product(b.values[y].shape) {
		x, y = y, x
	}
	left, right := b.values[x].shape, b.values[y].shape
	shape, ok := broadcast(left, right)
	if !ok {
		return b.failf("the shapes %v and %v do not match", left, right)
	}
	if _, err := b.limits.size(shape); err != nil {
		return b.fail(err)
	}
	k := &pairwise{op: op, size: product(shape), act: activation{}, channels: lastOf(shape)}
	k.x, k.y = strides(left, shape), strides(right, shape)
	k.shape = slices.Clone(shape)
	k.short = shortest(product(left), product(right), k.size, right)
	return b.step(shape, k, x, y)
}

func lastOf(shape []int) int {
	if len(shape) == 0 {
		return 1
	}
	return shape[len(shape)-1]
}

func broadcast(x, y []int) (shape []int, ok bool) {
	shape = make([]int, max(len(x), len(y)))
	for i := range shape {
		shape[i] = 1
		for _, s := range [][]int{x, y} {
			at := i - (len(shape) - len(s))
			if at < 0 || s[at] == 1 {
				continue
			}
			if shape[i] != 1 && shape[i] != s[at] {
				return nil, false
			}
			shape[i] = s[at]
		}
	}
	return shape, true
}

// strides returns the distance between neighbours of a tensor along each dimension of a shape that it is broadcast to.
func strides(of, shape []int) []int {
	list := make([]int, len(shape))
	n := 1
	for i := len(of) - 1; i >= 0; i-- {
		if of[i] > 1 {
			list[i+len(shape)-len(of)] = n
		}
		n *= of[i]
	}
	return list
}

// shortest returns the length after which the second tensor repeats, if the first one is whole: 0 if it does not
// repeat so.
func shortest(x, y, size int, right []int) int {
	switch {
	case x != size:
		return 0
	case y == size, y == 1, y == lastOf(right):
		return y
	default:
		return 0
	}
}

// pairwise is an operation on two tensors.
type pairwise struct {
	op       Binary
	size     int
	short    int   // the second tensor repeats after as many numbers; 0: use the strides
	shape    []int // of the result, for the strides
	x, y     []int // strides
	channels int
	act      activation
}

func (k *pairwise) need() (work int64, scratch int) { return int64(k.size), 0 }

func (k *pairwise) inPlace() bool { return k.short > 0 }

func (k *pairwise) run(set *machine, out []float32, in [][]float32, _ []float32) {
	x, y := in[0], in[1]
	switch {
	case k.short == 1:
		withOne(k.op, out, x, y[0])
	case k.short > 0:
		for i := 0; i < len(out); i += k.short {
			k.rows(set, out[i:i+k.short], x[i:i+k.short], y)
		}
	default:
		k.strided(out, x, y)
	}
	if k.act.kind == actClip {
		set.clip(out, k.act.lo, k.act.hi)
	} else {
		k.act.apply(out, k.channels)
	}
}

func (k *pairwise) rows(set *machine, out, x, y []float32) {
	switch k.op {
	case Add:
		set.add(out, x, y)
	case Mul:
		set.mul(out, x, y)
	case Max:
		set.greater(out, x, y)
	default:
		for i, v := range x {
			out[i] = k.op.of(v, y[i])
		}
	}
}

func withOne(op Binary, out, x []float32, y float32) {
	switch op {
	case Add:
		for i, v := range x {
			out[i] = v + y
		}
	case Mul:
		for i, v := range x {
			out[i] = v * y
		}
	default:
		for i, v := range x {
			out[i] = op.of(v, y)
		}
	}
}

// strided walks over the result dimension by dimension.
func (k *pairwise) strided(out, x, y []float32) {
	var at [maxRank]int
	i, j := 0, 0
	for n := range out {
		out[n] = k.op.of(x[i], y[j])
		for d := len(k.shape) - 1; d >= 0; d-- {
			at[d]++
			i, j = i+k.x[d], j+k.y[d]
			if at[d] < k.shape[d] {
				break
			}
			i, j = i-k.x[d]*k.shape[d], j-k.y[d]*k.shape[d]
			at[d] = 0
		}
	}
}

// Unary names an operation on one number.
type Unary string

// The operations on one tensor.
const (
	Sigmoid Unary = "sigmoid"
	Tanh    Unary = "tanh"
	Abs     Unary = "abs"
	Neg     Unary = "neg"
	Square  Unary = "square"
	Sqrt    Unary = "sqrt"
	Rsqrt   Unary = "rsqrt"
	Exp     Unary = "exp"
)

// Unary applies an operation to each number of a tensor.
func (b *Builder) Unary(op Unary, x Value) Value {
	if !b.floats(x) {
		return nothing
	}
	shape := b.values[x].shape
	k := &unary{op: op, size: product(shape)}
	switch op {
	case Sigmoid:
		k.act.kind = actSigmoid
	case Tanh:
		k.act.kind = actTanh
	}
	return b.step(shape, k, x)
}

// Clip limits each number to lo and hi.
func (b *Builder) Clip(x Value, lo, hi float32) Value {
	if !b.floats(x) {
		return nothing
	}
	if !(lo <= hi) {
		return b.failf("a clip from %v to %v", lo, hi)
	}
	shape := b.values[x].shape
	return b.step(shape, &unary{size: product(shape), act: activation{kind: actClip, lo: lo, hi: hi}}, x)
}

// Relu makes each negative number 0.
func (b *Builder) Relu(x Value) Value { return b.Clip(x, 0, inf) }

// unary is an operation on one tensor: op, or an activation.
type unary struct {
	op   Unary
	size int
	act  activation
}

// unaryWork is the cost of a function such as tanh, in multiplications.
const unaryWork = 16

func (k *unary) need() (work int64, scratch int) { return times(k.size, unaryWork), 0 }

func (k *unary) inPlace() bool { return true }

func (k *unary) run(set *machine, out []float32, in [][]float32, _ []float32) {
	x := in[0]
	switch k.op {
	case Abs, Neg, Square, Sqrt, Rsqrt, Exp:
		f := k.op.function()
		for i, v := range x {
			out[i] = f(v)
		}
		return
	}
	copy(out, x)
	if k.act.kind == actClip {
		set.clip(out, k.act.lo, k.act.hi)
	} else {
		k.act.apply(out, len(out))
	}
}

func (op Unary) function() func(float32) float32 {
	switch op {
	case Abs:
		return func(v float32) float32 { return float32(math.Abs(float64(v))) }
	case Neg:
		return func(v float32) float32 { return -v }
	case Square:
		return func(v float32) float32 { return v * v }
	case Sqrt:
		return func(v float32) float32 { return float32(math.Sqrt(float64(v))) }
	case Rsqrt:
		return func(v float32) float32 { return float32(1 / math.Sqrt(float64(v))) }
	default:
		return func(v float32) float32 { return float32(math.Exp(float64(v))) }
	}
}

// Softmax makes the last dimension a distribution.
func (b *Builder) Softmax(x Value) Value {
	if !b.floats(x) {
		return nothing
	}
	shape := b.values[x].shape
	return b.step(shape, &softmax{size: product(shape), row: lastOf(shape)}, x)
}

type softmax struct{ size, row int }

func (k *softmax) need() (work int64, scratch int) { return times(k.size, unaryWork), 0 }

func (k *softmax) inPlace() bool { return true }

func (k *softmax) run(_ *machine, out []float32, in [][]float32, _ []float32) {
	for at := 0; at < len(out); at += k.row {
		x, row := in[0][at:at+k.row], out[at:at+k.row]
		most := slices.Max(x)
		var sum float64
		for i, v := range x {
			e := math.Exp(float64(v - most))
			row[i] = float32(e)
			sum += e
		}
		for i := range row {
			row[i] = float32(float64(row[i]) / sum)
		}
	}
}
