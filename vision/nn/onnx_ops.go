package nn

import (
	"math"
	"slices"
)

var onnxOps = map[string]onnxOp{
	"Constant": {0, (*onnxGraph).constant}, "Cast": {1, (*onnxGraph).cast},
	"Identity": {1, onnxSame}, "Dropout": {1, onnxSame},

	"Conv": {2, (*onnxGraph).conv}, "MatMul": {2, (*onnxGraph).matmul}, "Gemm": {2, (*onnxGraph).gemm},
	"BatchNormalization": {5, (*onnxGraph).normalize},
	"MaxPool":            {1, (*onnxGraph).pool}, "AveragePool": {1, (*onnxGraph).pool},
	"GlobalAveragePool": {1, onnxGlobal(Mean)}, "GlobalMaxPool": {1, onnxGlobal(Largest)},

	"Add": {2, onnxBinary(Add)}, "Sub": {2, onnxBinary(Sub)}, "Mul": {2, onnxBinary(Mul)}, "Div": {2, onnxBinary(Div)},
	"Max": {2, onnxBinary(Max)}, "Min": {2, onnxBinary(Min)}, "PRelu": {2, onnxBinary(Leak)},

	"Relu": {1, (*onnxGraph).relu}, "Clip": {1, (*onnxGraph).clip}, "LeakyRelu": {1, (*onnxGraph).leaky},
	"Sigmoid": {1, onnxUnary(Sigmoid)}, "Tanh": {1, onnxUnary(Tanh)}, "Abs": {1, onnxUnary(Abs)},
	"Neg": {1, onnxUnary(Neg)}, "Sqrt": {1, onnxUnary(Sqrt)}, "Exp": {1, onnxUnary(Exp)},
	"Softmax": {1, (*onnxGraph).softmax},

	"ReduceMean": {1, onnxReduce(Mean)}, "ReduceSum": {1, onnxReduce(Sum)}, "ReduceMax": {1, onnxReduce(Largest)},
	"ReduceMin": {1, onnxReduce(Least)},

	"Reshape": {2, (*onnxGraph).reshape}, "Flatten": {1, (*onnxGraph).flatten}, "Squeeze": {1, (*onnxGraph).squeeze},
	"Unsqueeze": {1, (*onnxGraph).unsqueeze}, "Transpose": {1, (*onnxGraph).transpose}, "Concat": {1, (*onnxGraph).concat},
	"Pad": {1, (*onnxGraph).pad},
}

// integer returns an attribute, or otherwise where the node has none.
func (n *onnxNode) integer(name string, otherwise int) int {
	if a := n.attributes[name]; a != nil {
		return int(min(max(a.i, math.MinInt32), math.MaxInt32))
	}
	return otherwise
}

func (n *onnxNode) number(name string, otherwise float32) float32 {
	if a := n.attributes[name]; a != nil {
		return a.f
	}
	return otherwise
}

func (n *onnxNode) text(name string) string {
	if a := n.attributes[name]; a != nil {
		return a.s
	}
	return ""
}

func (n *onnxNode) integers(name string) []int {
	a := n.attributes[name]
	if a == nil {
		return nil
	}
	list := make([]int, len(a.ints))
	for i, v := range a.ints {
		list[i] = int(min(max(v, math.MinInt32), math.MaxInt32))
	}
	return list
}

// listed returns the integers of the second input, as of later versions of an operation, or of an attribute.
func (o *onnxGraph) listed(n *onnxNode, in []onnxValue, name string) []int {
	if len(in) > 1 && in[1].v != nothing {
		return o.whole(in[1].v, name)
	}
	return n.integers(name)
}

func onnxSame(_ *onnxGraph, _ *onnxNode, in []onnxValue) onnxValue { return in[0] }

func onnxBinary(op Binary) func(*onnxGraph, *onnxNode, []onnxValue) onnxValue {
	return func(o *onnxGraph, _ *onnxNode, in []onnxValue) onnxValue {
		list, last := o.together(in...)
		x := list[0]
		for _, y := range list[1:] {
			x = o.Binary(op, x, y)
		}
		return onnxValue{x, last}
	}
}

func onnxUnary(op Unary) func(*onnxGraph, *onnxNode, []onnxValue) onnxValue {
	return func(o *onnxGraph, _ *onnxNode, in []onnxValue) onnxValue {
		return onnxValue{o.Unary(op, in[0].v), in[0].last}
	}
}

func onnxGlobal(op Reduction) func(*onnxGraph, *onnxNode, []onnxValue) onnxValue {
	return func(o *onnxGraph, _ *onnxNode, in []onnxValue) onnxValue {
		return onnxValue{o.Reduce(op, o.picture(in[0]), []int{1, 2}, true), true}
	}
}

func onnxReduce(op Reduction) func(*onnxGraph, *onnxNode, []onnxValue) onnxValue {
	return func(o *onnxGraph, n *onnxNode, in []onnxValue) onnxValue {
		dimensions, x := o.listed(n, in, "axes"), o.plain(in[0])
		if !o.ok(x) {
			return onnxValue{v: nothing}
		}
		if len(dimensions) == 0 {
			if n.integer("noop_with_empty_axes", 0) != 0 {
				return onnxValue{v: x}
			}
			for d := range o.of(x).shape {
				dimensions = append(dimensions, d)
			}
		}
		return onnxValue{v: o.Reduce(op, x, dimensions, n.integer("keepdims", 1) != 0)}
	}
}

func (o *onnxGraph) constant(n *onnxNode, _ []onnxValue) onnxValue {
	a := n.attributes["value"]
	if a == nil || a.tensor == nil {
		return onnxValue{v: o.failf("a constant without a tensor")}
	}
	return onnxValue{v: o.tensor(a.tensor)}
}

// cast turns constant integers into numbers; a cast of numbers to numbers changes nothing.
func (o *onnxGraph) cast(n *onnxNode, in []onnxValue) onnxValue {
	to := n.integer("to", 0)
	if !o.ok(in[0].v) || to != onnxFloat {
		return onnxValue{v: o.failf("a cast to the type %d", to)}
	}
	v := o.of(in[0].v)
	if !v.integer {
		return in[0]
	}
	data := make([]float32, len(v.ints))
	for i, x := range v.ints {
		data[i] = float32(x)
	}
	return onnxValue{v: o.Const(Tensor{Shape: v.shape, Data: data})}
}

// geometry returns the size of a filter and its movement. Size is that of the weights, or nil.
func (o *onnxGraph) geometry(n *onnxNode, size []int) (rows, columns int, w Window) {
	if kernel := n.integers("kernel_shape"); size == nil {
		size = kernel
	} else if len(kernel) > 0 && !slices.Equal(kernel, size) {
		o.failf("the kernel_shape %v with weights of %v", kernel, size)
	}
	if len(size) != 2 {
		o.failf("the kernel_shape %v", size)
		return 1, 1, w
	}
	w.Stride, w.Dilate = o.pair(n, "strides"), o.pair(n, "dilations")
	pads := n.integers("pads")
	switch auto := n.text("auto_pad"); auto {
	case "", "NOTSET":
		if len(pads) == 4 {
			w.Pad = [4]int{pads[0], pads[2], pads[1], pads[3]}
		} else if len(pads) != 0 {
			o.failf("the pads %v", pads)
		}
	case "SAME_UPPER":
		w.Same = true
	case "VALID":
	default:
		o.failf("the auto_pad %q", auto)
	}
	return size[0], size[1], w
}

// pair returns two integers above 0: 1 and 1 where the node has none.
func (o *onnxGraph) pair(n *onnxNode, name string) [2]int {
	list := n.integers(name)
	if len(list) == 0 {
		return [2]int{1, 1}
	}
	if len(list) != 2 || min(list[0], list[1]) < 1 {
		o.failf("the %s %v", name, list)
		return [2]int{1, 1}
	}
	return [2]int(list)
}

// conv is a convolution with weights [results, channels of a group, rows, columns]: of one group, or of one group for
// each channel.
func (o *onnxGraph) conv(n *onnxNode, in []onnxValue) onnxValue {
	x, weights := o.picture(in[0]), o.plain(in[1])
	if !o.floats(x, weights) {
		return onnxValue{v: nothing}
	}
	shape, channels := o.of(weights).shape, lastOf(o.of(x).shape)
	if len(shape) != 4 {
		return onnxValue{v: o.failf("weights of the shape %v", shape)}
	}
	_, _, w := o.geometry(n, shape[2:])
	var y Value
	switch group := n.integer("group", 1); {
	case group == 1:
		y = o.Conv2D(x, o.Transpose(weights, 2, 3, 1, 0), w)
	case group == channels && shape[1] == 1 && shape[0]%channels == 0:
		each := o.Reshape(weights, channels, shape[0]/channels, shape[2], shape[3])
		y = o.DepthwiseConv2D(x, o.Transpose(each, 2, 3, 0, 1), w)
	default:
		return onnxValue{v: o.failf("%d groups of %d channels", group, channels)}
	}
	if len(in) > 2 {
		y = o.Binary(Add, y, o.plain(in[2]))
	}
	return onnxValue{y, true}
}

func (o *onnxGraph) pool(n *onnxNode, in []onnxValue) onnxValue {
	rows, columns, w := o.geometry(n, nil)
	if n.integer("ceil_mode", 0) != 0 {
		return onnxValue{v: o.failf("a pool with ceil_mode")}
	}
	counts := n.op == "AveragePool" && n.integer("count_include_pad", 0) != 0
	return onnxValue{o.Builder.pool(o.picture(in[0]), rows, columns, w, n.op == "MaxPool", counts), true}
}

func (o *onnxGraph) matmul(_ *onnxNode, in []onnxValue) onnxValue {
	return onnxValue{v: o.MatMul(o.plain(in[0]), o.plain(in[1]))}
}

// gemm is alpha · A · B + beta · C.
func (o *onnxGraph) gemm(n *onnxNode, in []onnxValue) onnxValue {
	x, matrix := o.plain(in[0]), o.plain(in[1])
	if n.integer("transA", 0) != 0 {
		x = o.Transpose(x, 1, 0)
	}
	if n.integer("transB", 0) != 0 {
		matrix = o.Transpose(matrix, 1, 0)
	}
	y := o.times(o.MatMul(x, matrix), n.number("alpha", 1))
	if len(in) > 2 {
		y = o.Binary(Add, y, o.times(o.plain(in[2]), n.number("beta", 1)))
	}
	return onnxValue{v: y}
}

func (o *onnxGraph) times(x Value, by float32) Value {
	if by == 1 {
		return x
	}
	return o.Binary(Mul, x, o.Const(Tensor{Data: []float32{by}}))
}

func (o *onnxGraph) normalize(n *onnxNode, in []onnxValue) onnxValue {
	if n.integer("training_mode", 0) != 0 {
		return onnxValue{v: o.failf("a normalization by the statistics of the batch")}
	}
	x, last := in[0].v, in[0].last
	if o.ok(x) && len(o.of(x).shape) == 4 {
		x, last = o.picture(in[0]), true
	}
	epsilon := n.number("epsilon", 1e-5)
	return onnxValue{o.BatchNorm(x, in[1].v, in[2].v, in[3].v, in[4].v, epsilon), last}
}

func (o *onnxGraph) relu(_ *onnxNode, in []onnxValue) onnxValue {
	return onnxValue{o.Relu(in[0].v), in[0].last}
}

// clip has its limits as inputs, or, in old versions, as attributes.
func (o *onnxGraph) clip(n *onnxNode, in []onnxValue) onnxValue {
	limits := [2]float32{n.number("min", -inf), n.number("max", inf)}
	for i := range limits {
		if len(in) <= i+1 || in[i+1].v == nothing {
			continue
		}
		list := o.numbers(in[i+1].v, "limit")
		if len(list) != 1 {
			return onnxValue{v: o.failf("a limit of %d numbers", len(list))}
		}
		limits[i] = list[0]
	}
	return onnxValue{o.Clip(in[0].v, limits[0], limits[1]), in[0].last}
}

func (o *onnxGraph) leaky(n *onnxNode, in []onnxValue) onnxValue {
	slope := o.Const(Tensor{Data: []float32{n.number("alpha", 0.01)}})
	return onnxValue{o.Binary(Leak, in[0].v, slope), in[0].last}
}

// softmax is that along the last dimension.
func (o *onnxGraph) softmax(n *onnxNode, in []onnxValue) onnxValue {
	x := o.plain(in[0])
	if !o.ok(x) {
		return onnxValue{v: nothing}
	}
	along, rank := n.integer("axis", -1), len(o.of(x).shape)
	if along != -1 && along != rank-1 {
		return onnxValue{v: o.failf("along dimension %d of %d", along, rank)}
	}
	return onnxValue{v: o.Softmax(x)}
}

// reshape has a list in which 0 stands for the dimension of the input, and -1 for the rest.
func (o *onnxGraph) reshape(n *onnxNode, in []onnxValue) onnxValue {
	x, shape := o.plain(in[0]), o.whole(in[1].v, "shape")
	if !o.ok(x) {
		return onnxValue{v: nothing}
	}
	for i, d := range shape {
		if d != 0 {
			continue
		}
		if n.integer("allowzero", 0) != 0 || i >= len(o.of(x).shape) {
			return onnxValue{v: o.failf("the shape %v", shape)}
		}
		shape[i] = o.of(x).shape[i]
	}
	return onnxValue{v: o.Reshape(x, shape...)}
}

// flatten makes a matrix of a tensor.
func (o *onnxGraph) flatten(n *onnxNode, in []onnxValue) onnxValue {
	x := o.plain(in[0])
	if !o.ok(x) {
		return onnxValue{v: nothing}
	}
	shape, at := o.of(x).shape, n.integer("axis", 1)
	if at < 0 {
		at += len(shape)
	}
	if at < 0 || at > len(shape) {
		return onnxValue{v: o.failf("the shape %v from dimension %d on", shape, at)}
	}
	return onnxValue{v: o.Reshape(x, product(shape[:at]), product(shape[at:]))}
}

func (o *onnxGraph) squeeze(n *onnxNode, in []onnxValue) onnxValue {
	return onnxValue{v: o.Squeeze(o.plain(in[0]), o.listed(n, in, "axes")...)}
}

func (o *onnxGraph) unsqueeze(n *onnxNode, in []onnxValue) onnxValue {
	x, list := o.plain(in[0]), o.listed(n, in, "axes")
	if !o.ok(x) {
		return onnxValue{v: nothing}
	}
	rank := len(o.of(x).shape) + len(list)
	for i, at := range list {
		if at < 0 {
			list[i] = at + rank
		}
	}
	slices.Sort(list)
	for _, at := range list {
		x = o.Unsqueeze(x, at)
	}
	return onnxValue{v: x}
}

// transpose moves the channels of a picture by another view of it, and other dimensions by a copy.
func (o *onnxGraph) transpose(n *onnxNode, in []onnxValue) onnxValue {
	order := n.integers("perm")
	switch x := in[0]; {
	case !o.ok(x.v):
		return onnxValue{v: nothing}
	case !x.last && slices.Equal(order, channelsFirst) && len(o.of(x.v).shape) == 4:
		return onnxValue{x.v, true}
	case x.last && slices.Equal(order, channelsLast):
		return onnxValue{v: x.v}
	}
	x := o.plain(in[0])
	if order == nil && o.ok(x) {
		for d := range o.of(x).shape {
			order = append([]int{d}, order...)
		}
	}
	return onnxValue{v: o.Transpose(x, order...)}
}

func (o *onnxGraph) concat(n *onnxNode, in []onnxValue) onnxValue {
	list, last := o.together(in...)
	along := n.integer("axis", 0)
	if last {
		if along < 0 {
			along += 4
		}
		if along < 0 || along > 3 {
			return onnxValue{v: o.failf("parts joined along dimension %d", along)}
		}
		along = slices.Index(channelsLast, along)
	}
	return onnxValue{o.Concat(along, list...), last}
}

// pad has the places before each dimension, then those after each.
func (o *onnxGraph) pad(n *onnxNode, in []onnxValue) onnxValue {
	if mode := n.text("mode"); mode != "" && mode != "constant" {
		return onnxValue{v: o.failf("the mode %q", mode)}
	}
	pads, with := o.listed(n, in, "pads"), n.number("value", 0)
	if len(in) > 2 && in[2].v != nothing {
		list := o.numbers(in[2].v, "number")
		if len(list) != 1 {
			return onnxValue{v: o.failf("padding with %d numbers", len(list))}
		}
		with = list[0]
	}
	if !o.ok(in[0].v) || len(pads) != 2*len(o.of(in[0].v).shape) || len(in) > 3 {
		return onnxValue{v: o.failf("the pads %v", pads)}
	}
	before, after := pads[:len(pads)/2], pads[len(pads)/2:]
	if in[0].last {
		before, after = moved(before), moved(after)
	}
	return onnxValue{o.Pad(in[0].v, before, after, with), in[0].last}
}

// moved returns the numbers of four dimensions with that of the channels at the end.
func moved(list []int) []int {
	out := make([]int, 4)
	for i, d := range channelsLast {
		out[i] = list[d]
	}
	return out
}
