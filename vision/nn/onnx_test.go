package nn

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// onnxTest makes a file of ONNX.
type onnxTest struct {
	onnxWriter
	inputs []Info
	random *rand.Rand
}

func newONNX(seed uint64) *onnxTest {
	return &onnxTest{onnxWriter: onnxWriter{names: map[onnxValue]string{}}, random: rand.New(rand.NewPCG(seed, 1))}
}

func (o *onnxTest) input(name string, shape ...int) string {
	o.inputs = append(o.inputs, Info{name, shape})
	return name
}

// noise adds a constant of numbers from -1 to 1.
func (o *onnxTest) noise(shape ...int) string {
	return o.floats(noise(o.random, shape...).Data, shape...)
}

// above adds a constant of numbers from 0.1 to 1.1, as variances are.
func (o *onnxTest) above(shape ...int) string {
	t := noise(o.random, shape...)
	for i, v := range t.Data {
		t.Data[i] = 0.6 + v/2
	}
	return o.floats(t.Data, shape...)
}

// file returns the file with the tensor as its output y.
func (o *onnxTest) file(y string) []byte {
	o.node("Identity", []string{y}, "y")
	graph := append(append([]byte{}, o.nodes...), o.constants...)
	for _, in := range o.inputs {
		graph = appendBytes(graph, 11, valueInfo(in))
	}
	graph = appendBytes(graph, 12, appendText(nil, 1, "y"))
	out := appendBytes(appendNumber(nil, 1, onnxForm), 7, graph)
	return appendBytes(out, 8, appendNumber(nil, 2, onnxOperations))
}

// onnxCases are graphs of which onnxruntime has computed the results. The input x is a picture [1, 4, 7, 6].
func onnxCases() map[string][]byte {
	cases := map[string][]byte{}
	add := func(name string, graph func(o *onnxTest, x string) string) {
		o := newONNX(uint64(len(name)))
		cases[name] = o.file(graph(o, o.input("x", 1, 4, 7, 6)))
	}
	onnxConvCases(add)
	add("normalized", func(o *onnxTest, x string) string {
		y := o.apply("BatchNormalization", []string{x, o.noise(4), o.noise(4), o.noise(4), o.above(4)},
			attribute{"epsilon", float32(0.01)})
		y = o.apply("PRelu", []string{y, o.noise(4, 1, 1)})
		return o.apply("LeakyRelu", []string{y}, attribute{"alpha", float32(0.3)})
	})
	add("mean and product", func(o *onnxTest, x string) string {
		y := o.apply("Flatten", []string{o.apply("GlobalAveragePool", []string{x})})
		y = o.apply("Gemm", []string{y, o.noise(5, 4), o.noise(5)}, attribute{"transB", 1},
			attribute{"alpha", float32(0.5)}, attribute{"beta", float32(2)})
		return o.apply("Softmax", []string{y}, attribute{"axis", -1})
	})
	add("reduced", func(o *onnxTest, x string) string {
		y := o.apply("ReduceMean", []string{x}, attribute{"axes", []int{2, -1}}, attribute{"keepdims", 0})
		z := o.apply("Squeeze", []string{o.apply("GlobalMaxPool", []string{x}), o.integers(2, 3)})
		return o.apply("Add", []string{y, z})
	})
	add("pictures and rows", func(o *onnxTest, x string) string {
		rows := o.apply("Transpose", []string{x}, attribute{"perm", []int{0, 2, 3, 1}})
		rows = o.apply("Add", []string{rows, o.noise(4)})
		y := o.apply("Transpose", []string{rows}, attribute{"perm", []int{0, 3, 1, 2}})
		y = o.apply("Mul", []string{y, o.noise(1, 4, 1, 1)})
		y = o.apply("Sub", []string{o.noise(7, 6), y})
		y = o.apply("MatMul", []string{o.apply("Reshape", []string{y, o.integers(0, -1)}), o.noise(168, 3)})
		return o.apply("Tanh", []string{y})
	})
	add("joined", func(o *onnxTest, x string) string {
		y := o.apply("Conv", []string{x, o.noise(3, 4, 1, 1)})
		y = o.apply("Concat", []string{y, x, y}, attribute{"axis", 1})
		y = o.apply("Pad", []string{y, o.integers(0, 1, 2, 0, 0, 0, 1, 3), o.floats([]float32{0.5})})
		y = o.apply("Transpose", []string{y}, attribute{"perm", []int{0, 2, 1, 3}})
		return o.apply("Unsqueeze", []string{o.apply("Sigmoid", []string{y}), o.integers(0)})
	})
	return cases
}

// onnxConvCases adds convolutions and pools.
func onnxConvCases(add func(name string, graph func(o *onnxTest, x string) string)) {
	add("convolution", func(o *onnxTest, x string) string {
		return o.apply("Conv", []string{x, o.noise(5, 4, 3, 2), o.noise(5)},
			attribute{"pads", []int{1, 0, 2, 1}}, attribute{"strides", []int{2, 1}}, attribute{"dilations", []int{1, 2}})
	})
	add("depthwise convolution", func(o *onnxTest, x string) string {
		y := o.apply("Conv", []string{x, o.noise(8, 1, 3, 3), o.noise(8)}, attribute{"group", 4},
			attribute{"pads", []int{1, 1, 1, 1}})
		return o.apply("Clip", []string{y, o.floats([]float32{-0.5}), o.floats([]float32{0.7})})
	})
	add("pools", func(o *onnxTest, x string) string {
		size, pads := attribute{"kernel_shape", []int{3, 3}}, attribute{"pads", []int{1, 1, 1, 1}}
		y := o.apply("MaxPool", []string{x}, size, pads, attribute{"strides", []int{2, 2}})
		z := o.apply("AveragePool", []string{x}, size, pads, attribute{"strides", []int{2, 2}})
		v := o.apply("AveragePool", []string{x}, size, pads, attribute{"strides", []int{2, 2}},
			attribute{"count_include_pad", 1})
		return o.apply("Max", []string{o.apply("Relu", []string{y}), o.apply("Min", []string{z, v}), v})
	})
}

// onnxFiles is a folder for the files of the cases; scripts/onnx-golden.mjs has onnxruntime run them.
var onnxFiles = flag.String("onnx-files", "", "write the files of the cases of ONNX into this folder")

// onnxGolden is a result of onnxruntime for the input onnxPicture.
type onnxGolden struct {
	Shape  []int
	Values []float32
}

// onnxPicture is the input of the cases, as scripts/onnx-golden.mjs makes it.
func onnxPicture() Tensor {
	t := Tensor{Shape: []int{1, 4, 7, 6}, Data: make([]float32, 4*7*6)}
	for i := range t.Data {
		t.Data[i] = float32(i*37%101)/50 - 1
	}
	return t
}

func TestONNXGraphsGiveTheResultsOfONNXRuntime(t *testing.T) {
	t.Parallel()
	cases := onnxCases()
	if *onnxFiles != "" {
		for name, file := range cases {
			require.NoError(t, os.WriteFile(filepath.Join(*onnxFiles, name+".onnx"), file, 0o600))
		}
	}
	text, err := os.ReadFile("testdata/onnx.json")
	require.NoError(t, err)
	var golden map[string]onnxGolden
	require.NoError(t, json.Unmarshal(text, &golden))
	require.Len(t, golden, len(cases))
	for name, file := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := LoadONNX(file, Limits{})
			require.NoError(t, err)
			require.Equal(t, []Info{{"x", []int{1, 4, 7, 6}}}, m.Inputs())
			out := runAll(t, m, onnxPicture())[0]
			require.Equal(t, golden[name].Shape, out.Shape)
			requireClose(t, golden[name].Values, out.Data, 1e-5)
		})
	}
}

func TestModelsComeBackFromONNX(t *testing.T) {
	t.Parallel()
	for kind := range 60 {
		x := noise(rand.New(rand.NewPCG(6, uint64(kind))), 1, 6, 5, chainChannels(kind))
		b := NewBuilder(Limits{})
		chain(b, rand.New(rand.NewPCG(7, uint64(kind))), kind, kind%4 == 3)
		m, err := b.Build()
		require.NoError(t, err)
		requireSameAsONNX(t, m, x)
	}
}

func TestOperationsComeBackFromONNX(t *testing.T) {
	t.Parallel()
	for name, graph := range map[string]func(b *Builder, x Value) Value{
		"pools": func(b *Builder, x Value) Value {
			w := Window{Same: true, Stride: [2]int{2, 1}}
			return b.Binary(Max, b.MaxPool(x, 3, 2, w), b.AvgPool(x, 3, 2, w))
		},
		"reductions": func(b *Builder, x Value) Value {
			y := b.Binary(Div, b.Reduce(Sum, x, []int{1}, true), b.Reduce(Largest, x, []int{3}, true))
			return b.Binary(Min, b.Reduce(Mean, y, []int{1, 2}, false), b.Reduce(Least, x, []int{1, 2}, false))
		},
		"parts": func(b *Builder, x Value) Value {
			y := b.Pad(b.Concat(2, x, b.Unary(Square, x), x), []int{0, 1, 0, 2}, []int{0, 0, 3, 1}, -0.25)
			return b.Softmax(b.Reshape(y, 7, -1))
		},
		"functions": func(b *Builder, x Value) Value {
			y := b.Unary(Rsqrt, b.Binary(Add, b.Unary(Abs, x), b.Const(Tensor{Data: []float32{1}})))
			return b.Unary(Neg, b.Unary(Exp, b.Unary(Sqrt, y)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := NewBuilder(Limits{})
			x := noise(rand.New(rand.NewPCG(8, 9)), 1, 6, 5, 3)
			b.Output("y", graph(b, b.Input("x", x.Shape...)))
			m, err := b.Build()
			require.NoError(t, err)
			requireSameAsONNX(t, m, x)
		})
	}
}

// requireSameAsONNX fails unless a model gives the same results after it was written and read.
func requireSameAsONNX(t *testing.T, m *Model, inputs ...Tensor) {
	t.Helper()
	file, err := m.ONNX()
	require.NoError(t, err)
	again, err := LoadONNX(file, Limits{})
	require.NoError(t, err)
	require.Equal(t, m.Inputs(), again.Inputs())
	require.Equal(t, m.Outputs(), again.Outputs())
	want, got := runAll(t, m, inputs...), runAll(t, again, inputs...)
	for i := range want {
		requireClose(t, want[i].Data, got[i].Data, 1e-5)
	}
}

func TestAModelThatONNXCannotHaveIsNotWritten(t *testing.T) {
	t.Parallel()
	b := NewBuilder(Limits{})
	x := b.Input("x", 2, 4)
	b.Output("y", b.Slice(x, []int{0, 1}, []int{2, 2}, []int{1, 2}))
	m, err := b.Build()
	require.NoError(t, err)
	_, err = m.ONNX()
	require.ErrorContains(t, err, "*nn.pick")
}

// onnxWeight returns a file with a weight of these fields, and a graph that reads it.
func onnxWeight(fields ...[]byte) []byte {
	o := newONNX(1)
	w := appendText(nil, 8, "w")
	for _, f := range fields {
		w = append(w, f...)
	}
	o.constants = appendBytes(o.constants, 5, w)
	return o.file(o.apply("Add", []string{o.input("x", 1, 2), "w"}))
}

func onnxNodeFile(op string, inputs []string, attributes ...attribute) []byte {
	o := newONNX(1)
	o.input("x", 1, 4, 7, 6)
	return o.file(o.apply(op, inputs, attributes...))
}

func TestBrokenONNXFilesAreRefused(t *testing.T) {
	t.Parallel()
	whole := onnxCases()["convolution"]
	outside := appendNumber(nil, 14, 1)
	floatKind, many := appendNumber(nil, 2, onnxFloat), appendNumber(nil, 1, 1<<20)
	onlyInput := appendBytes(nil, 7, appendBytes(nil, 11, valueInfo(Info{"x", []int{1}})))
	oneNumber := appendBytes(nil, 9, make([]byte, 4))
	open := newONNX(1)
	open.input("x", 1, 0)
	for name, c := range map[string]struct {
		file    []byte
		message string
	}{
		"empty":              {nil, "not a model"},
		"cut":                {whole[:len(whole)/2], "not a model"},
		"two graphs":         {appendBytes(whole, 7, nil), "not a model"},
		"no output":          {onlyInput, "without an output"},
		"open dimension":     {open.file("x"), "dimension 1 is open"},
		"unknown operation":  {onnxNodeFile("Einsum", []string{"x"}), `Einsum\): an operation`},
		"unknown input":      {onnxNodeFile("Relu", []string{"z"}), `reads "z"`},
		"missing input":      {onnxNodeFile("Add", []string{"x"}), "at least 2"},
		"left out":           {onnxNodeFile("Add", []string{"x", ""}), "at least 2"},
		"weights outside":    {onnxWeight(floatKind, outside), "outside of the file"},
		"wrong size":         {onnxWeight(floatKind, appendNumber(nil, 1, 2), oneNumber), "4 bytes"},
		"unknown type":       {onnxWeight(appendNumber(nil, 2, 8), appendNumber(nil, 1, 2)), "type 8"},
		"too large a weight": {onnxWeight(floatKind, many, many, many), "over the limit"},
		"negative dimension": {onnxWeight(floatKind, appendNumber(nil, 1, -1)), "shape"},
		"groups":             {onnxNodeFile("Conv", []string{"x", "x"}, attribute{"group", 2}), "no constant|groups"},
		"ceil":               {onnxNodeFile("MaxPool", []string{"x"}, attribute{"ceil_mode", 1}), "kernel_shape|ceil"},
		"other axis":         {onnxNodeFile("Softmax", []string{"x"}, attribute{"axis", 1}), "along dimension 1"},
		"pads":               {onnxNodeFile("Pad", []string{"x"}, attribute{"pads", []int{1, 2}}), "pads"},
		"order":              {onnxNodeFile("Transpose", []string{"x"}, attribute{"perm", []int{0, 1}}), "order"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := LoadONNX(c.file, Limits{})
			require.Error(t, err)
			require.Regexp(t, c.message, err.Error())
		})
	}
	_, err := LoadONNX(whole, Limits{File: int64(len(whole)) - 1})
	require.ErrorIs(t, err, ErrLimit)
	_, err = LoadONNX(whole, Limits{Nodes: 3})
	require.ErrorIs(t, err, ErrLimit)
}

func TestIntegersOfAnONNXFileAreBounded(t *testing.T) {
	t.Parallel()
	list := make([]int, 1000)
	file := onnxNodeFile("Relu", []string{"x"}, attribute{"list", list})
	_, err := LoadONNX(file, Limits{Nodes: 10})
	require.ErrorIs(t, err, ErrLimit)
	_, err = LoadONNX(file, Limits{})
	require.NoError(t, err)
}

// FuzzONNX loads hostile files within small limits, and runs the models that load.
func FuzzONNX(f *testing.F) {
	for name, file := range onnxCases() {
		if len(file) < int(small.File) {
			f.Add(file)
		} else {
			f.Fatal(fmt.Sprint(name, " is too large"))
		}
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := LoadONNX(file, small)
		if err != nil {
			return
		}
		runLoaded(t, m)
	})
}
