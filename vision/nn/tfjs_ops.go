package nn

import (
	"fmt"
	"math"
	"slices"
)

// tfOp adds an operation of TensorFlow to a builder. It has been given at least as many inputs.
type tfOp struct {
	inputs int
	add    func(t *tfGraph, n *tfNode, in []Value) Value
}

var tfOps = map[string]tfOp{
	"Placeholder": {0, (*tfGraph).placeholder}, "Const": {0, (*tfGraph).constant}, "NoOp": {0, (*tfGraph).none},
	"Identity": {1, (*tfGraph).identity}, "StopGradient": {1, (*tfGraph).identity}, "Cast": {1, (*tfGraph).cast},

	"Conv2D": {2, (*tfGraph).conv}, "_FusedConv2D": {2, (*tfGraph).conv},
	"DepthwiseConv2dNative": {2, (*tfGraph).conv}, "FusedDepthwiseConv2dNative": {2, (*tfGraph).conv},
	"MatMul": {2, (*tfGraph).matmul}, "_FusedMatMul": {2, (*tfGraph).matmul}, "BiasAdd": {2, binaryOp(Add)},
	"FusedBatchNorm": {5, (*tfGraph).normalize}, "FusedBatchNormV3": {5, (*tfGraph).normalize},
	"MaxPool": {1, (*tfGraph).pool}, "AvgPool": {1, (*tfGraph).pool},

	"Add": {2, binaryOp(Add)}, "AddV2": {2, binaryOp(Add)}, "Sub": {2, binaryOp(Sub)}, "Mul": {2, binaryOp(Mul)},
	"RealDiv": {2, binaryOp(Div)}, "Div": {2, binaryOp(Div)}, "Maximum": {2, binaryOp(Max)}, "Minimum": {2, binaryOp(Min)},
	"Prelu": {2, binaryOp(Leak)},

	"Relu": {1, clipOp(0, inf)}, "Relu6": {1, clipOp(0, 6)}, "LeakyRelu": {1, (*tfGraph).leaky},
	"Sigmoid": {1, unaryOp(Sigmoid)}, "Tanh": {1, unaryOp(Tanh)}, "Abs": {1, unaryOp(Abs)}, "Neg": {1, unaryOp(Neg)},
	"Square": {1, unaryOp(Square)}, "Sqrt": {1, unaryOp(Sqrt)}, "Rsqrt": {1, unaryOp(Rsqrt)}, "Exp": {1, unaryOp(Exp)},
	"Softmax": {1, func(t *tfGraph, _ *tfNode, in []Value) Value { return t.Softmax(in[0]) }},

	"Mean": {2, reduceOp(Mean)}, "Sum": {2, reduceOp(Sum)}, "Max": {2, reduceOp(Largest)}, "Min": {2, reduceOp(Least)},

	"Reshape": {2, (*tfGraph).reshape}, "Squeeze": {1, (*tfGraph).squeeze}, "ExpandDims": {2, (*tfGraph).expand},
	"Transpose": {2, (*tfGraph).transpose}, "Pad": {2, (*tfGraph).pad}, "PadV2": {3, (*tfGraph).pad},
	"ConcatV2": {2, (*tfGraph).concat}, "StridedSlice": {4, (*tfGraph).slice},
	"Shape": {1, (*tfGraph).shape}, "Pack": {1, (*tfGraph).stack},
}

func binaryOp(op Binary) func(*tfGraph, *tfNode, []Value) Value {
	return func(t *tfGraph, _ *tfNode, in []Value) Value { return t.Binary(op, in[0], in[1]) }
}

func unaryOp(op Unary) func(*tfGraph, *tfNode, []Value) Value {
	return func(t *tfGraph, _ *tfNode, in []Value) Value { return t.Unary(op, in[0]) }
}

func clipOp(lo, hi float32) func(*tfGraph, *tfNode, []Value) Value {
	return func(t *tfGraph, _ *tfNode, in []Value) Value { return t.Clip(in[0], lo, hi) }
}

func reduceOp(op Reduction) func(*tfGraph, *tfNode, []Value) Value {
	return func(t *tfGraph, n *tfNode, in []Value) Value {
		return t.Reduce(op, in[0], t.whole(in[1], "list of dimensions"), n.Attr["keep_dims"].B)
	}
}

// placeholder is an input of the model. Of an open shape the first dimension, the batch, becomes 1.
func (t *tfGraph) placeholder(n *tfNode, _ []Value) Value {
	var shape []int
	for i, d := range n.Attr["shape"].Shape.Dim {
		size, err := d.Size.Int64()
		if size == -1 && i == 0 {
			size = 1
		}
		if err != nil || size < 1 || size > math.MaxInt32 {
			return t.failf("dimension %d of the input is %q", i, d.Size)
		}
		shape = append(shape, int(size))
	}
	return t.Input(n.Name, shape...)
}

func (t *tfGraph) constant(n *tfNode, _ []Value) Value {
	w, there := t.weights[n.Name]
	switch {
	case !there:
		return t.failf("its weight is not in the manifest")
	case w.ints != nil:
		return t.integers(w.shape, w.ints)
	default:
		return t.Const(Tensor{Shape: w.shape, Data: w.data})
	}
}

func (t *tfGraph) none(*tfNode, []Value) Value { return nothing }

func (t *tfGraph) identity(_ *tfNode, in []Value) Value {
	if !t.ok(in[0]) {
		return nothing
	}
	return in[0]
}

// cast turns constant integers into numbers, and the other way round; other casts change nothing.
func (t *tfGraph) cast(n *tfNode, in []Value) Value {
	if !t.ok(in[0]) {
		return nothing
	}
	v := t.of(in[0])
	switch to := n.Attr["DstT"].Type; {
	case to == "DT_FLOAT" && v.integer:
		data := make([]float32, len(v.ints))
		for i, x := range v.ints {
			data[i] = float32(x)
		}
		return t.Const(Tensor{Shape: v.shape, Data: data})
	case to == "DT_FLOAT", to == "DT_INT32" && v.integer:
		return in[0]
	default:
		return t.failf("a cast to %q", to)
	}
}

// spatial returns the numbers for down and across of a list for batch, height, width and channels.
func (t *tfGraph) spatial(n *tfNode, name string) (pair [2]int) {
	list := n.integers(name)
	if len(list) == 0 {
		return [2]int{1, 1}
	}
	if len(list) != 4 || list[0] != 1 || list[3] != 1 {
		t.failf("its %s are %v", name, list)
		return [2]int{1, 1}
	}
	return [2]int{list[1], list[2]}
}

func (t *tfGraph) geometry(n *tfNode) (w Window) {
	if format := n.text("data_format"); format != "" && format != "NHWC" {
		t.failf("pictures of the format %q", format)
	}
	w.Stride, w.Dilate = t.spatial(n, "strides"), t.spatial(n, "dilations")
	switch padding := n.text("padding"); padding {
	case "SAME":
		w.Same = true
	case "VALID":
	case "EXPLICIT":
		pads := n.integers("explicit_paddings")
		if len(pads) != 8 || pads[0]+pads[1]+pads[6]+pads[7] != 0 {
			t.failf("the padding %v", pads)
			return w
		}
		w.Pad = [4]int(pads[2:6])
	default:
		t.failf("the padding %q", padding)
	}
	return w
}

func (t *tfGraph) conv(n *tfNode, in []Value) Value {
	w := t.geometry(n)
	var x Value
	if n.Op == "Conv2D" || n.Op == "_FusedConv2D" {
		x = t.Conv2D(in[0], in[1], w)
	} else {
		x = t.DepthwiseConv2D(in[0], in[1], w)
	}
	return t.fused(n, x, in[2:])
}

// fused adds the operations that TensorFlow has fused into a convolution or product.
func (t *tfGraph) fused(n *tfNode, x Value, in []Value) Value {
	take := func() Value {
		if len(in) == 0 {
			return t.failf("an input of a fused operation is missing")
		}
		v := in[0]
		in = in[1:]
		return v
	}
	for _, op := range n.texts("fused_ops") {
		switch op {
		case "BiasAdd":
			x = t.Binary(Add, x, take())
		case "Prelu":
			x = t.Binary(Leak, x, take())
		case "LeakyRelu":
			x = t.Binary(Leak, x, t.Const(Tensor{Data: []float32{n.number("leakyrelu_alpha")}}))
		case "Relu":
			x = t.Relu(x)
		case "Relu6":
			x = t.Clip(x, 0, 6)
		case "Sigmoid":
			x = t.Unary(Sigmoid, x)
		default:
			return t.failf("the fused operation %q is not supported", op)
		}
	}
	return x
}

func (t *tfGraph) leaky(n *tfNode, in []Value) Value {
	return t.Binary(Leak, in[0], t.Const(Tensor{Data: []float32{n.number("alpha")}}))
}

func (t *tfGraph) matmul(n *tfNode, in []Value) Value {
	x, matrix := in[0], in[1]
	if n.Attr["transpose_a"].B {
		x = t.Transpose(x, 1, 0)
	}
	if n.Attr["transpose_b"].B {
		matrix = t.Transpose(matrix, 1, 0)
	}
	return t.fused(n, t.MatMul(x, matrix), in[2:])
}

// normalize is batch normalization with constant statistics: a factor and a sum for each channel.
func (t *tfGraph) normalize(n *tfNode, in []Value) Value {
	if n.Attr["is_training"].B {
		return t.failf("a normalization by the statistics of the batch")
	}
	epsilon := n.number("epsilon")
	if epsilon == 0 {
		epsilon = 0.001
	}
	return t.BatchNorm(in[0], in[1], in[2], in[3], in[4], epsilon)
}

// BatchNorm is (x − mean) / √(variance + epsilon) · factor + offset with constants for each channel.
func (b *Builder) BatchNorm(x, factor, offset, mean, variance Value, epsilon float32) Value {
	f, o := b.numbers(factor, "factor"), b.numbers(offset, "offset")
	m, v := b.numbers(mean, "mean"), b.numbers(variance, "variance")
	if b.err != nil {
		return nothing
	}
	if len(f) != len(o) || len(f) != len(m) || len(f) != len(v) {
		return b.failf("statistics of %d, %d, %d and %d channels", len(f), len(o), len(m), len(v))
	}
	scale, shift := make([]float32, len(f)), make([]float32, len(f))
	for i := range f {
		s := float64(f[i]) / math.Sqrt(float64(v[i])+float64(epsilon))
		scale[i], shift[i] = float32(s), float32(float64(o[i])-float64(m[i])*s)
	}
	shape := []int{len(f)}
	x = b.Binary(Mul, x, b.Const(Tensor{shape, scale}))
	return b.Binary(Add, x, b.Const(Tensor{shape, shift}))
}

func (t *tfGraph) pool(n *tfNode, in []Value) Value {
	size, w := t.spatial(n, "ksize"), t.geometry(n)
	if n.Op == "MaxPool" {
		return t.MaxPool(in[0], size[0], size[1], w)
	}
	return t.AvgPool(in[0], size[0], size[1], w)
}

func (t *tfGraph) reshape(_ *tfNode, in []Value) Value {
	shape := t.whole(in[1], "shape")
	if t.err != nil {
		return nothing
	}
	if slices.Contains(shape, 0) {
		return t.failf("the shape %v", shape)
	}
	return t.Reshape(in[0], shape...)
}

func (t *tfGraph) squeeze(n *tfNode, in []Value) Value {
	dimensions := n.integers("squeeze_dims")
	if len(dimensions) == 0 {
		dimensions = n.integers("axis")
	}
	return t.Squeeze(in[0], dimensions...)
}

// Squeeze removes dimensions of size 1: those, or all.
func (b *Builder) Squeeze(x Value, dimensions ...int) Value {
	if !b.ok(x) {
		return nothing
	}
	in := b.values[x].shape
	remove := make([]bool, len(in))
	for _, d := range dimensions {
		if d < 0 {
			d += len(in)
		}
		if d < 0 || d >= len(in) || in[d] != 1 {
			return b.failf("dimensions %v of the shape %v to be removed", dimensions, in)
		}
		remove[d] = true
	}
	var shape []int
	for d, n := range in {
		if n != 1 || len(dimensions) > 0 && !remove[d] {
			shape = append(shape, n)
		}
	}
	return b.view(x, shape)
}

func (t *tfGraph) expand(_ *tfNode, in []Value) Value {
	at := t.whole(in[1], "dimension")
	if !t.ok(in[0]) {
		return nothing
	}
	if len(at) != 1 {
		return t.failf("dimensions %v to be added", at)
	}
	return t.Unsqueeze(in[0], at[0])
}

// Unsqueeze adds a dimension of size 1 before dimension at.
func (b *Builder) Unsqueeze(x Value, at int) Value {
	if !b.ok(x) {
		return nothing
	}
	in := b.values[x].shape
	if at < 0 {
		at += len(in) + 1
	}
	if at < 0 || at > len(in) || len(in) == maxRank {
		return b.failf("a dimension added at %d to the shape %v", at, in)
	}
	return b.view(x, slices.Insert(slices.Clone(in), at, 1))
}

func (t *tfGraph) transpose(_ *tfNode, in []Value) Value {
	return t.Transpose(in[0], t.whole(in[1], "order")...)
}

func (t *tfGraph) pad(n *tfNode, in []Value) Value {
	list := t.whole(in[1], "padding")
	with := float32(0)
	if n.Op == "PadV2" {
		value := t.numbers(in[2], "number")
		if t.err == nil && len(value) != 1 {
			return t.failf("padding with %d numbers", len(value))
		} else if t.err == nil {
			with = value[0]
		}
	}
	var before, after []int
	for i := 0; i+1 < len(list); i += 2 {
		before, after = append(before, list[i]), append(after, list[i+1])
	}
	return t.Pad(in[0], before, after, with)
}

// concat joins all inputs but the last, which is the dimension. Constant integers are joined at once.
func (t *tfGraph) concat(_ *tfNode, in []Value) Value {
	along := t.whole(in[len(in)-1], "dimension")
	if t.err != nil {
		return nothing
	}
	if len(along) != 1 {
		return t.failf("the dimensions %v", along)
	}
	parts := in[:len(in)-1]
	if t.of(parts[0]).integer {
		return t.joinIntegers(parts)
	}
	return t.Concat(along[0], parts...)
}

// joinIntegers joins vectors of integers.
func (t *tfGraph) joinIntegers(parts []Value) Value {
	var list []int64
	for _, p := range parts {
		if !t.ok(p) {
			return nothing
		}
		v := t.of(p)
		if !v.integer || len(v.shape) > 1 {
			return t.failf("integers joined with the shape %v", v.shape)
		}
		list = append(list, v.ints...)
	}
	return t.list(list)
}

// stack joins tensors along a new dimension: constant integers of one number each, or tensors along the first.
func (t *tfGraph) stack(n *tfNode, in []Value) Value {
	if !t.ok(in...) {
		return nothing
	}
	if t.of(in[0]).integer {
		return t.joinIntegers(in)
	}
	along := n.integer("axis")
	parts := make([]Value, len(in))
	for i, v := range in {
		parts[i] = t.Unsqueeze(v, along)
	}
	return t.Concat(along, parts...)
}

func (t *tfGraph) shape(_ *tfNode, in []Value) Value {
	if !t.ok(in[0]) {
		return nothing
	}
	var list []int64
	for _, d := range t.of(in[0]).shape {
		list = append(list, int64(d))
	}
	return t.list(list)
}

// slice is a part of a tensor: begin, end and step for each dimension, and masks of dimensions that are whole at an end
// or vanish.
func (t *tfGraph) slice(n *tfNode, in []Value) Value {
	begin, end, step := t.whole(in[1], "begin"), t.whole(in[2], "end"), t.whole(in[3], "steps")
	if !t.ok(in[0]) {
		return nothing
	}
	shape := t.of(in[0]).shape
	if n.integer("ellipsis_mask") != 0 || n.integer("new_axis_mask") != 0 || len(begin) != len(end) ||
		len(begin) != len(step) || len(begin) > len(shape) {
		return t.failf("a part from %v to %v of the shape %v", begin, end, shape)
	}
	first, size, steps := make([]int, len(shape)), slices.Clone(shape), slices.Repeat([]int{1}, len(shape))
	var gone []int
	for i := range begin {
		vanishes := n.integer("shrink_axis_mask")>>i&1 == 1
		r, err := rangeOf(shape[i], begin[i], end[i], step[i], n.integer("begin_mask")>>i&1 == 1,
			n.integer("end_mask")>>i&1 == 1 && !vanishes, vanishes)
		if err != nil {
			return t.fail(err)
		}
		first[i], size[i], steps[i] = r.first, r.size, step[i]
		if vanishes {
			gone = append(gone, i)
			steps[i] = 1
		}
	}
	return t.part(in[0], first, size, steps, gone)
}

// part is the part of a tensor, or of a vector of integers, without the dimensions that are gone.
func (t *tfGraph) part(x Value, first, size, steps, gone []int) Value {
	if v := t.of(x); v.integer {
		if len(v.shape) != 1 || first[0]+(size[0]-1)*steps[0] >= len(v.ints) {
			return t.failf("a part of integers of the shape %v", v.shape)
		}
		var list []int64
		for i := range size[0] {
			list = append(list, v.ints[first[0]+i*steps[0]])
		}
		if len(gone) > 0 {
			return t.integers([]int{}, list)
		}
		return t.list(list)
	}
	x = t.Slice(x, first, size, steps)
	if len(gone) > 0 {
		x = t.Squeeze(x, gone...)
	}
	return x
}

type span1 struct{ first, size int }

// rangeOf returns the places from begin to before end of a dimension.
func rangeOf(dimension, begin, end, step int, fromStart, toEnd, one bool) (span1, error) {
	if step < 1 {
		return span1{}, fmt.Errorf("a part with steps of %d", step)
	}
	inside := func(i int) int {
		if i < 0 {
			i += dimension
		}
		return min(max(i, 0), dimension)
	}
	first, last := inside(begin), inside(end)
	if fromStart {
		first = 0
	}
	if toEnd {
		last = dimension
	}
	if one {
		last = first + 1
	}
	if first >= last || last > dimension {
		return span1{}, fmt.Errorf("an empty part from %d to %d of %d places", begin, end, dimension)
	}
	return span1{first, (last-first-1)/step + 1}, nil
}
