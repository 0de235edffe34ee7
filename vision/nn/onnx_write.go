package nn

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"
)

// Versions of a file that ONNX writes: that of the form, and that of the operations.
const (
	onnxForm       = 8
	onnxOperations = 13
)

// ONNX returns the model in the format of ONNX, for other runtimes. Its inputs and outputs have the same names and
// shapes: pictures stay [batch, height, width, channels]. Slices, and convolutions that repeat channels, cannot be
// written.
func (m *Model) ONNX() ([]byte, error) {
	w := &onnxWriter{model: m, names: map[onnxValue]string{}}
	var graph []byte
	for _, p := range m.inputs {
		w.names[onnxValue{v: p.value}] = p.Name
	}
	for i, s := range m.steps {
		if err := w.step(s); err != nil {
			return nil, fmt.Errorf("nn: write step %d as ONNX: %w", i, err)
		}
	}
	for _, p := range m.outputs {
		w.node("Identity", []string{w.plain(p.value)}, p.Name)
	}
	graph = append(graph, w.nodes...)
	graph = appendText(graph, 2, "model")
	graph = append(graph, w.constants...)
	for _, p := range m.inputs {
		graph = appendBytes(graph, 11, valueInfo(p.Info))
	}
	for _, p := range m.outputs {
		graph = appendBytes(graph, 12, valueInfo(p.Info))
	}
	out := appendNumber(nil, 1, onnxForm)
	out = appendBytes(out, 7, graph)
	return appendBytes(out, 8, appendNumber(nil, 2, onnxOperations)), nil
}

// onnxWriter writes the steps of a model. Its values have a name for each order of their dimensions that exists.
type onnxWriter struct {
	model            *Model
	nodes, constants []byte
	names            map[onnxValue]string
	count            int
}

// attribute is one of a node: an integer, a list of integers, or a number.
type attribute struct {
	name  string
	value any
}

// node adds a node with one output.
func (w *onnxWriter) node(op string, in []string, out string, attributes ...attribute) {
	var n []byte
	for _, name := range in {
		n = appendText(n, 1, name)
	}
	n = appendText(n, 2, out)
	n = appendText(n, 3, out)
	n = appendText(n, 4, op)
	for _, a := range attributes {
		n = appendBytes(n, 5, a.bytes())
	}
	w.nodes = appendBytes(w.nodes, 1, n)
}

func (a attribute) bytes() []byte {
	out := appendText(nil, 1, a.name)
	switch v := a.value.(type) {
	case int:
		return appendNumber(appendNumber(out, 3, v), 20, 2)
	case float32:
		out = protowire.AppendTag(out, 2, protowire.Fixed32Type)
		out = protowire.AppendFixed32(out, math.Float32bits(v))
		return appendNumber(out, 20, 1)
	default:
		for _, n := range v.([]int) {
			out = appendNumber(out, 8, n)
		}
		return appendNumber(out, 20, 7)
	}
}

// fresh returns a name that no tensor has.
func (w *onnxWriter) fresh() string {
	w.count++
	return "t" + strconv.Itoa(w.count)
}

// floats adds a constant.
func (w *onnxWriter) floats(data []float32, shape ...int) string {
	raw := make([]byte, 0, 4*len(data))
	for _, v := range data {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	return w.constant(onnxFloat, raw, shape)
}

// integers adds a constant vector of integers.
func (w *onnxWriter) integers(list ...int) string {
	raw := make([]byte, 0, 8*len(list))
	for _, v := range list {
		raw = binary.LittleEndian.AppendUint64(raw, uint64(v))
	}
	return w.constant(onnxInt64, raw, []int{len(list)})
}

func (w *onnxWriter) constant(kind int, raw []byte, shape []int) string {
	name := w.fresh()
	var t []byte
	for _, d := range shape {
		t = appendNumber(t, 1, d)
	}
	t = appendNumber(t, 2, kind)
	t = appendText(t, 8, name)
	w.constants = appendBytes(w.constants, 5, appendBytes(t, 9, raw))
	return name
}

// plain returns the name of a value with the dimensions of the model.
func (w *onnxWriter) plain(v Value) string { return w.named(onnxValue{v: v}) }

// first returns the name of a picture with its channels before height and width.
func (w *onnxWriter) first(v Value) string { return w.named(onnxValue{v, true}) }

// named returns the name of a value in an order of its dimensions; last stands for the channels of the model's last
// dimension in the second place.
func (w *onnxWriter) named(x onnxValue) string {
	if name := w.names[x]; name != "" {
		return name
	}
	v, name := w.model.values[x.v], ""
	other := onnxValue{x.v, !x.last}
	switch {
	case w.names[other] != "":
		name = w.turned(w.names[other], x.last)
	case v.constant():
		name = w.floats(v.data, v.shape...)
		if x.last {
			name = w.turned(name, true)
		}
	default: // another value's numbers under this shape
		name = w.fresh()
		w.node("Reshape", []string{w.plain(v.root), w.integers(v.shape...)}, name)
		if x.last {
			w.names[other] = name
			name = w.turned(name, true)
		}
	}
	w.names[x] = name
	return name
}

// turned moves the channels of a picture to the front, or to the end.
func (w *onnxWriter) turned(name string, toFront bool) string {
	order, out := channelsLast, w.fresh()
	if toFront {
		order = channelsFirst
	}
	w.node("Transpose", []string{name}, out, attribute{"perm", order})
	return out
}

// shaped returns the name of a value's numbers under a shape of as many; first says that it is that of a picture whose
// channels come first then.
func (w *onnxWriter) shaped(v Value, shape []int, first bool) string {
	if slices.Equal(w.model.values[v].shape, shape) {
		return w.named(onnxValue{v, first})
	}
	name := w.apply("Reshape", []string{w.plain(v), w.integers(shape...)})
	if first {
		name = w.turned(name, true)
	}
	return name
}

// finished names the result of a convolution or product: the step may have another shape than its kernel, if it was
// joined with others behind a change of the shape.
func (w *onnxWriter) finished(out Value, shape []int, first bool, name string) {
	to := w.model.values[out].shape
	if slices.Equal(to, shape) {
		w.result(out, first, name)
		return
	}
	if first {
		name = w.turned(name, false)
	}
	w.result(out, false, w.apply("Reshape", []string{name, w.integers(to...)}))
}

// result names the result of a step.
func (w *onnxWriter) result(v Value, first bool, name string) { w.names[onnxValue{v, first}] = name }

// apply adds a node with a result, and returns its name.
func (w *onnxWriter) apply(op string, in []string, attributes ...attribute) string {
	out := w.fresh()
	w.node(op, in, out, attributes...)
	return out
}

func (w *onnxWriter) step(s step) error {
	switch k := s.kernel.(type) {
	case *conv:
		w.conv(s, &k.window, &k.linear, w.filter(k), k.results)
	case *depthwise:
		each := w.floats(k.filter, k.rows, k.columns, k.channels, 1)
		filter := w.apply("Transpose", []string{each}, attribute{"perm", []int{2, 3, 0, 1}})
		w.conv(s, &k.window, &k.linear, filter, k.channels, attribute{"group", k.channels})
	case *matmul:
		w.matmul(s, k)
	case *pool:
		w.pool(s, k)
	case *pairwise:
		return w.pairwise(s, k)
	case *unary:
		return w.unary(s, k)
	case *softmax:
		w.result(s.out, false, w.apply("Softmax", []string{w.plain(s.in[0])}, attribute{"axis", -1}))
	case *reduce:
		w.reduce(s, k)
	case *concat:
		return w.concat(s)
	case *spread:
		w.spread(s, k)
	default:
		return fmt.Errorf("a step of the kind %T", k)
	}
	return nil
}

// filter returns the weights of a convolution as [results, channels, rows, columns].
func (w *onnxWriter) filter(k *conv) string {
	name := w.floats(unpanelled(k.filter, k.depth, k.results), k.rows, k.columns, k.channels, k.results)
	return w.apply("Transpose", []string{name}, attribute{"perm", []int{3, 2, 0, 1}})
}

// unpanelled returns a matrix [depth, columns] from its panels.
func unpanelled(panels []float32, depth, columns int) []float32 {
	out := make([]float32, 0, depth*columns)
	for p := range depth {
		for j := range columns {
			out = append(out, panels[j/panel*panel*depth+p*panel+j%panel])
		}
	}
	return out
}

// movement returns the attributes of a filter.
func (g *window) movement() []attribute {
	after := func(places, stride, step, filter, size, before int) int {
		return max(0, (places-1)*stride+(filter-1)*step+1-size-before)
	}
	bottom := after(g.outHeight, g.strideY, g.stepY, g.rows, g.height, g.top)
	right := after(g.outWidth, g.strideX, g.stepX, g.columns, g.width, g.left)
	return []attribute{
		{"kernel_shape", []int{g.rows, g.columns}}, {"strides", []int{g.strideY, g.strideX}},
		{"pads", []int{g.top, g.left, bottom, right}},
	}
}

func (w *onnxWriter) conv(s step, g *window, l *linear, filter string, results int, group ...attribute) {
	shape := g.shape(results)
	in := []string{w.first(s.in[0]), filter, w.floats(l.bias[:results], results)}
	attributes := append(g.movement(), attribute{"dilations", []int{g.stepY, g.stepX}})
	name := w.apply("Conv", in, append(attributes, group...)...)
	if l.rest {
		name = w.apply("Add", []string{name, w.shaped(s.in[1], shape, true)})
	}
	w.finished(s.out, shape, true, w.activated(name, &l.act, []int{results, 1, 1}))
}

func (w *onnxWriter) matmul(s step, k *matmul) {
	shape := []int{k.size.rows, k.size.columns}
	matrix := w.floats(unpanelled(k.filter, k.size.depth, k.size.columns), k.size.depth, k.size.columns)
	name := w.apply("MatMul", []string{w.plain(s.in[0]), matrix})
	name = w.apply("Add", []string{name, w.floats(k.bias[:k.size.columns], k.size.columns)})
	if k.rest {
		name = w.apply("Add", []string{name, w.shaped(s.in[1], shape, false)})
	}
	w.finished(s.out, shape, false, w.activated(name, &k.act, []int{k.size.columns}))
}

// activated adds an activation. The slopes of prelu get the shape.
func (w *onnxWriter) activated(name string, act *activation, shape []int) string {
	switch act.kind {
	case actClip:
		if act.lo == 0 && act.hi == inf {
			return w.apply("Relu", []string{name})
		}
		return w.apply("Clip", []string{name, w.floats([]float32{act.lo}), w.floats([]float32{act.hi})})
	case actPrelu:
		if len(act.slope) == 1 {
			shape = []int{1}
		}
		return w.apply("PRelu", []string{name, w.floats(act.slope, shape...)})
	case actSigmoid:
		return w.apply("Sigmoid", []string{name})
	case actTanh:
		return w.apply("Tanh", []string{name})
	}
	return name
}

func (w *onnxWriter) pool(s step, k *pool) {
	op, attributes := "MaxPool", k.movement()
	if !k.largest {
		op = "AveragePool"
		if k.countPadding {
			attributes = append(attributes, attribute{"count_include_pad", 1})
		}
	}
	w.result(s.out, true, w.apply(op, []string{w.first(s.in[0])}, attributes...))
}

// onnxNames are the names of operations on two tensors, and on one.
var onnxNames = map[any]string{
	Add: "Add", Sub: "Sub", Mul: "Mul", Div: "Div", Max: "Max", Min: "Min", Leak: "PRelu",
	Sigmoid: "Sigmoid", Tanh: "Tanh", Abs: "Abs", Neg: "Neg", Sqrt: "Sqrt", Exp: "Exp",
}

func (w *onnxWriter) pairwise(s step, k *pairwise) error {
	in := []string{w.plain(s.in[0]), w.plain(s.in[1])}
	name, shape := w.apply(onnxNames[k.op], in), w.model.values[s.out].shape
	if k.act.kind == actPrelu && len(shape) == 0 {
		return fmt.Errorf("a number with prelu")
	}
	w.result(s.out, false, w.activated(name, &k.act, []int{lastOf(shape)}))
	return nil
}

func (w *onnxWriter) unary(s step, k *unary) error {
	name, op := w.plain(s.in[0]), onnxNames[k.op]
	switch {
	case k.op == Square:
		name = w.apply("Mul", []string{name, name})
	case k.op == Rsqrt:
		name = w.apply("Div", []string{w.floats([]float32{1}), w.apply("Sqrt", []string{name})})
	case k.op == "", k.op == Sigmoid, k.op == Tanh: // the activation does it
	case op == "":
		return fmt.Errorf("the operation %q", k.op)
	default:
		name = w.apply(op, []string{name})
	}
	w.result(s.out, false, w.activated(name, &k.act, []int{lastOf(w.model.values[s.out].shape)}))
	return nil
}

// reduce reduces the dimensions along which the result does not move.
func (w *onnxWriter) reduce(s step, k *reduce) {
	var axes []int
	for d, n := range k.shape {
		if k.strides[d] == 0 && n > 1 {
			axes = append(axes, d)
		}
	}
	op := map[Reduction]string{Mean: "ReduceMean", Sum: "ReduceSum", Largest: "ReduceMax", Least: "ReduceMin"}[k.op]
	in := []string{w.plain(s.in[0])}
	var name string
	switch {
	case len(axes) == 0:
		name = in[0]
	case k.op == Sum:
		name = w.apply(op, append(in, w.integers(axes...)), attribute{"keepdims", 1})
	default:
		name = w.apply(op, in, attribute{"axes", axes}, attribute{"keepdims", 1})
	}
	shape := w.model.values[s.out].shape
	w.result(s.out, false, w.apply("Reshape", []string{name, w.integers(shape...)}))
}

// concat joins tensors along the dimension in which the result differs from them.
func (w *onnxWriter) concat(s step) error {
	shape := w.model.values[s.out].shape
	along := slices.IndexFunc(s.in, func(v Value) bool { return !slices.Equal(w.model.values[v].shape, shape) })
	if along < 0 {
		w.result(s.out, false, w.plain(s.in[0]))
		return nil
	}
	part := w.model.values[s.in[along]].shape
	var in []string
	for _, v := range s.in {
		in = append(in, w.plain(v))
	}
	for d := range shape {
		if shape[d] != part[d] {
			w.result(s.out, false, w.apply("Concat", in, attribute{"axis", d}))
			return nil
		}
	}
	return fmt.Errorf("parts of the shape %v joined to %v", part, shape)
}

// spread is padding.
func (w *onnxWriter) spread(s step, k *spread) {
	shape := w.model.values[s.out].shape
	before, after := make([]int, len(shape)), make([]int, len(shape))
	at := k.from
	for d := range shape {
		stride := product(shape[d+1:])
		before[d], at = at/stride, at%stride
		after[d] = shape[d] - k.shape[d] - before[d]
	}
	in := []string{w.plain(s.in[0]), w.integers(append(before, after...)...), w.floats([]float32{k.fill})}
	w.result(s.out, false, w.apply("Pad", in))
}

// valueInfo returns a ValueInfoProto.
func valueInfo(info Info) []byte {
	var shape []byte
	for _, d := range info.Shape {
		shape = appendBytes(shape, 1, appendNumber(nil, 1, d))
	}
	tensor := appendBytes(appendNumber(nil, 1, onnxFloat), 2, shape)
	return appendBytes(appendText(nil, 1, info.Name), 2, appendBytes(nil, 1, tensor))
}

func appendBytes(to []byte, field protowire.Number, data []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(to, field, protowire.BytesType), data)
}

func appendText(to []byte, field protowire.Number, text string) []byte {
	return protowire.AppendString(protowire.AppendTag(to, field, protowire.BytesType), text)
}

func appendNumber(to []byte, field protowire.Number, n int) []byte {
	return protowire.AppendVarint(protowire.AppendTag(to, field, protowire.VarintType), uint64(n))
}
