package nn

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// LoadONNX reads a model in the format of ONNX: a graph of operations of the default domain, with its weights in the
// same file. The batch, where the model leaves it open, is 1. Inputs and outputs have the shapes of the file, so
// pictures are [batch, channels, height, width]; inside they are [batch, height, width, channels]. Tensors that more
// names are outputs, too.
func LoadONNX(data []byte, limits Limits, more ...string) (*Model, error) {
	o := &onnxGraph{Builder: NewBuilder(limits), values: map[string]onnxValue{}, other: map[onnxValue]Value{}}
	if int64(len(data)) > o.limits.File {
		return nil, fmt.Errorf("nn: %w: a file of %d bytes, at most %d", ErrLimit, len(data), o.limits.File)
	}
	file, err := readONNX(data, o.limits)
	if err != nil {
		return nil, fmt.Errorf("nn: ONNX: %w", err)
	}
	m, err := o.build(file, more)
	if err != nil {
		return nil, fmt.Errorf("nn: ONNX: %w", err)
	}
	return m, nil
}

// onnxValue is a tensor of the graph. Its dimensions are those of the file, or, with last, those of a picture whose
// channels have been moved to the end.
type onnxValue struct {
	v    Value
	last bool
}

// onnxGraph builds a model from nodes of ONNX.
type onnxGraph struct {
	*Builder
	values map[string]onnxValue
	other  map[onnxValue]Value // tensors in their other order
}

func (o *onnxGraph) build(file *onnxFile, more []string) (*Model, error) {
	if err := o.constants(file); err != nil {
		return nil, err
	}
	for _, in := range file.inputs {
		if _, constant := o.values[in.name]; constant {
			continue // files of old versions list their weights as inputs
		}
		o.at = fmt.Sprintf("input %q", in.name)
		if o.values[in.name] = (onnxValue{v: o.input(in)}); o.err != nil {
			return nil, o.err
		}
	}
	for _, n := range file.nodes {
		o.at = fmt.Sprintf("node %q (%s)", n.name, n.op)
		if o.node(n); o.err != nil {
			return nil, o.err
		}
	}
	o.at = ""
	for _, name := range append(slices.Clone(file.outputs), more...) {
		x, there := o.values[name]
		if !there {
			return nil, fmt.Errorf("the output %q is no tensor", name)
		}
		o.Output(name, o.plain(x))
	}
	return o.Build()
}

func (o *onnxGraph) constants(file *onnxFile) error {
	for _, t := range file.constants {
		o.at = fmt.Sprintf("weight %q", t.name)
		if o.values[t.name] = (onnxValue{v: o.tensor(t)}); o.err != nil {
			return o.err
		}
	}
	return nil
}

// tensor adds a constant.
func (o *onnxGraph) tensor(t *onnxTensor) Value {
	if t.ints != nil {
		return o.integers(t.shape, t.ints)
	}
	return o.Const(Tensor{Shape: t.shape, Data: t.data})
}

// input adds an input. Of an open shape the first dimension, the batch, becomes 1.
func (o *onnxGraph) input(in onnxInput) Value {
	if in.kind != onnxFloat {
		return o.failf("numbers of the type %d", in.kind)
	}
	shape := make([]int, len(in.shape))
	for i, d := range in.shape {
		if d < 1 && i == 0 {
			d = 1
		}
		if d < 1 || d > math.MaxInt32 {
			return o.failf("dimension %d is open", i)
		}
		shape[i] = int(d)
	}
	return o.Input(in.name, shape...)
}

// onnxOp adds an operation of ONNX to a builder. It has been given at least as many inputs.
type onnxOp struct {
	inputs int
	add    func(o *onnxGraph, n *onnxNode, in []onnxValue) onnxValue
}

func (o *onnxGraph) node(n *onnxNode) {
	op, known := onnxOps[n.op]
	if !known || n.domain != "" && n.domain != "ai.onnx" {
		o.failf("an operation that is not supported")
		return
	}
	if len(n.outputs) == 0 || slices.ContainsFunc(n.outputs[1:], func(name string) bool { return name != "" }) {
		o.failf("it has %d outputs, and one is supported", len(n.outputs))
		return
	}
	in := make([]onnxValue, len(n.inputs))
	for i, name := range n.inputs {
		x, there := o.values[name]
		if name == "" { // an input that is left out
			x = onnxValue{v: nothing}
		} else if !there {
			o.failf("it reads %q, which no node before it makes", name)
			return
		}
		in[i] = x
	}
	for len(in) > 0 && in[len(in)-1].v == nothing {
		in = in[:len(in)-1]
	}
	if len(in) < op.inputs {
		o.failf("%d inputs, at least %d are expected", len(in), op.inputs)
		return
	}
	if _, there := o.values[n.outputs[0]]; there {
		o.failf("its output %q is there already", n.outputs[0])
		return
	}
	o.values[n.outputs[0]] = op.add(o, n, in)
}

// channelsLast and channelsFirst are the orders of dimensions that move the channels of a picture.
var channelsLast, channelsFirst = []int{0, 2, 3, 1}, []int{0, 3, 1, 2}

// plain returns a tensor with the dimensions of the file.
func (o *onnxGraph) plain(x onnxValue) Value { return o.ordered(x, false) }

// picture returns a tensor of four dimensions with its channels at the end.
func (o *onnxGraph) picture(x onnxValue) Value {
	if o.ok(x.v) && len(o.of(x.v).shape) != 4 {
		return o.failf("a picture of the shape %v", o.of(x.v).shape)
	}
	return o.ordered(x, true)
}

func (o *onnxGraph) ordered(x onnxValue, last bool) Value {
	if x.last == last || !o.ok(x.v) {
		return x.v
	}
	if v, known := o.other[x]; known {
		return v
	}
	order := channelsLast
	if x.last {
		order = channelsFirst
	}
	v := o.Transpose(x.v, order...)
	o.other[x], o.other[onnxValue{v, last}] = v, x.v
	return v
}

// together returns tensors that are broadcast to each other in one order, and whether that has the channels at the end:
// where one of them has.
func (o *onnxGraph) together(in ...onnxValue) (list []Value, last bool) {
	last = slices.ContainsFunc(in, func(x onnxValue) bool { return x.last })
	for _, x := range in {
		if !o.ok(x.v) {
			return slices.Repeat([]Value{nothing}, len(in)), last
		}
		shape := o.of(x.v).shape
		if last && !x.last && len(shape) < 4 && product(shape) > 1 { // broadcasting adds dimensions at the front
			x.v = o.Reshape(x.v, append(slices.Repeat([]int{1}, 4-len(shape)), shape...)...)
		}
		if last && o.ok(x.v) && len(o.of(x.v).shape) == 4 {
			x.v = o.ordered(x, true)
		}
		list = append(list, x.v)
	}
	return list, last
}

// errONNX says that a file does not have the form of a model.
var errONNX = errors.New("the file is not a model")
