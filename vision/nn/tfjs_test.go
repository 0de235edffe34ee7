package nn

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// file is a model of TensorFlow.js in memory.
type file struct {
	nodes   []map[string]any
	weights []map[string]any
	data    []byte
	outputs map[string]any
}

func (f *file) node(op, name string, attr map[string]any, inputs ...string) *file {
	f.nodes = append(f.nodes, map[string]any{"op": op, "name": name, "input": inputs, "attr": attr})
	return f
}

func (f *file) input(shape ...int) *file {
	var dim []map[string]any
	for _, n := range shape {
		dim = append(dim, map[string]any{"size": fmt.Sprint(n)})
	}
	return f.node("Placeholder", "x", map[string]any{"shape": map[string]any{"shape": map[string]any{"dim": dim}}})
}

func (f *file) weight(name, dtype string, shape []int, quantization map[string]any, data []byte) *file {
	w := map[string]any{"name": name, "dtype": dtype, "shape": shape}
	if quantization != nil {
		w["quantization"] = quantization
	}
	f.weights, f.data = append(f.weights, w), append(f.data, data...)
	return f.node("Const", name, nil)
}

func (f *file) floats(name string, shape []int, numbers ...float32) *file {
	var data []byte
	for _, v := range numbers {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	return f.weight(name, "float32", shape, nil, data)
}

func (f *file) ints(name string, numbers ...int32) *file {
	var data []byte
	for _, v := range numbers {
		data = binary.LittleEndian.AppendUint32(data, uint32(v))
	}
	return f.weight(name, "int32", []int{len(numbers)}, nil, data)
}

func (f *file) json() []byte {
	text, _ := json.Marshal(map[string]any{
		"format": "graph-model", "modelTopology": map[string]any{"node": f.nodes},
		"weightsManifest": []any{map[string]any{"paths": []string{"a.bin", "b.bin"}, "weights": f.weights}},
		"signature":       map[string]any{"outputs": f.outputs},
	})
	return text
}

// folder returns the files: model.json, and the weights in two shards.
func (f *file) folder() fstest.MapFS {
	half := len(f.data) / 3
	return fstest.MapFS{
		"m/model.json": {Data: f.json()}, "m/a.bin": {Data: f.data[:half]}, "m/b.bin": {Data: f.data[half:]},
	}
}

func (f *file) load(t *testing.T) *Model {
	t.Helper()
	m, err := LoadTFJS(f.folder(), "m/model.json", Limits{})
	require.NoError(t, err)
	return m
}

func text(s string) map[string]any {
	return map[string]any{"s": base64.StdEncoding.EncodeToString([]byte(s))}
}

func texts(list ...string) map[string]any {
	for i, s := range list {
		list[i] = base64.StdEncoding.EncodeToString([]byte(s))
	}
	return map[string]any{"list": map[string]any{"s": list}}
}

func mask(name, bits string) map[string]any { return map[string]any{name: map[string]any{"i": bits}} }

func numbers(list ...int) map[string]any {
	var s []string
	for _, n := range list {
		s = append(s, fmt.Sprint(n))
	}
	return map[string]any{"list": map[string]any{"i": s}}
}

func TestAGraphModelRuns(t *testing.T) {
	t.Parallel()
	f := new(file).
		node("Identity", "late", nil, "relu"). // before its input
		input(-1, 2, 2, 1).
		floats("filter", []int{1, 1, 1, 2}, 1, -1).floats("bias", []int{2}, 10, 20).floats("slope", []int{1, 1, 2}, 2, 3).
		node("_FusedConv2D", "conv", map[string]any{
			"strides": numbers(1, 1, 1, 1), "padding": text("SAME"), "data_format": text("NHWC"),
			"fused_ops": texts("BiasAdd", "Prelu"),
		}, "x", "filter", "bias", "slope").
		node("Relu6", "relu", nil, "conv", "^filter").
		ints("axes", 1, 2).
		node("Mean", "mean", map[string]any{"keep_dims": map[string]any{"b": false}}, "conv", "axes")
	f.outputs = map[string]any{"a": map[string]any{"name": "mean:0"}, "clipped:0": map[string]any{"name": "late:0"}}
	m := f.load(t)
	require.Equal(t, []Info{{"x", []int{1, 2, 2, 1}}}, m.Inputs())
	require.Equal(t, []Info{{"a", []int{1, 2}}, {"clipped", []int{1, 2, 2, 2}}}, m.Outputs())
	out := runAll(t, m, Tensor{[]int{1, 2, 2, 1}, []float32{0, -11, 30, 1}})
	// conv: 10 20; -1·2 31; 40 -10·3; 11 19
	require.Equal(t, []float32{59. / 4, 40. / 4}, out[0].Data)
	require.Equal(t, []float32{6, 6, 0, 6, 6, 0, 6, 6}, out[1].Data)
}

func TestShapesThatAModelComputesAreConstants(t *testing.T) {
	t.Parallel()
	f := new(file).input(-1, 4, 6).
		node("Shape", "shape", nil, "x").
		ints("zero", 0).ints("one", 1).ints("rest", -1).ints("two", 2).
		node("StridedSlice", "batch", mask("shrink_axis_mask", "1"), "shape", "zero", "one", "one").
		node("Pack", "to", map[string]any{"axis": map[string]any{"i": 0}}, "batch", "rest").
		node("Reshape", "flat", nil, "x", "to").
		node("ConcatV2", "end", nil, "one", "rest", "zero").
		node("Pack", "steps", nil, "one", "two").
		node("StridedSlice", "part", mask("begin_mask", "3"), "flat", "end", "end", "steps")
	f.outputs = map[string]any{"y": map[string]any{"name": "part:0"}}
	m := f.load(t)
	out := runAll(t, m, counted(1, 4, 6))[0]
	require.Equal(t, []int{1, 12}, out.Shape)
	require.Equal(t, []float32{0, 2, 4}, out.Data[:3])
}

func TestWeightsAreDequantized(t *testing.T) {
	t.Parallel()
	f := new(file).input(1, 3).
		weight("bytes", "float32", []int{3}, map[string]any{"dtype": "uint8", "scale": 0.5, "min": -1}, []byte{0, 1, 255}).
		weight("words", "float32", []int{3}, map[string]any{"dtype": "uint16", "scale": 2, "min": 1},
			[]byte{0, 0, 1, 0, 0, 1}).
		weight("halves", "float32", []int{3}, map[string]any{"dtype": "float16"}, []byte{0x00, 0x3c, 0x01, 0x80, 0xff, 0xfb}).
		weight("whole", "int32", []int{2}, map[string]any{"dtype": "uint8", "scale": 1, "min": 0}, []byte{1, 3})
	for _, name := range []string{"bytes", "words", "halves"} {
		f.node("Add", "+"+name, nil, "x", name)
	}
	f.node("Reshape", "reshaped", nil, "bytes", "whole")
	f.outputs = map[string]any{}
	for i, name := range []string{"bytes", "words", "halves"} {
		f.outputs[fmt.Sprint(i)] = map[string]any{"name": "+" + name}
	}
	out := runAll(t, f.load(t), Tensor{[]int{1, 3}, []float32{0, 0, 0}})
	require.Equal(t, []float32{-1, -.5, 126.5}, out[0].Data)
	require.Equal(t, []float32{1, 3, 513}, out[1].Data)
	require.Equal(t, []float32{1, float32(-math.Ldexp(1, -24)), -65504}, out[2].Data)
	require.True(t, math.IsInf(float64(half(0x7c00)), 1) && math.IsNaN(float64(half(0x7c01))))
}

func TestAnUnknownOperationIsNamed(t *testing.T) {
	t.Parallel()
	_, err := LoadTFJS(new(file).input(1, 2).node("Einsum", "mix", nil, "x").folder(), "m/model.json", Limits{})
	require.ErrorContains(t, err, `node "mix" (Einsum)`)
}

func TestBrokenModelsAreRefused(t *testing.T) {
	t.Parallel()
	noOutput := new(file).input(1)
	noOutput.outputs = map[string]any{"y": map[string]any{"name": "y"}}
	byteWeight, channelsFirst := map[string]any{"dtype": "uint8"}, map[string]any{
		"data_format": text("NCHW"), "padding": text("SAME"),
	}
	few := map[string]any{"padding": text("SAME")}
	for name, c := range map[string]struct {
		file    *file
		message string
	}{
		"circle":         {new(file).node("Relu", "a", nil, "b").node("Relu", "b", nil, "a"), "circle"},
		"missing node":   {new(file).node("Relu", "a", nil, "b"), "no node"},
		"twice":          {new(file).input(1).input(1), "name of its own"},
		"missing weight": {new(file).input(1).node("Const", "c", nil), "manifest"},
		"open picture":   {new(file).input(1, -1), "dimension 1"},
		"endless":        {new(file).input(1<<20, 1<<20), "over the limit"},
		"few inputs":     {new(file).input(1, 1, 1, 1).node("Conv2D", "c", few, "x"), "at least 2"},
		"second output":  {new(file).input(1).node("Relu", "r", nil, "x:1"), "one output"},
		"missing output": {noOutput, "no node"},
		"short weights":  {new(file).input(1).weight("w", "float32", []int{2}, nil, make([]byte, 4)), "8 bytes|4 bytes"},
		"long weights":   {new(file).input(1).weight("w", "float32", []int{1}, nil, make([]byte, 5)), "left over"},
		"strings":        {new(file).input(1).weight("w", "string", []int{1}, nil, make([]byte, 4)), "string"},
		"negative shape": {new(file).input(1).weight("w", "float32", []int{-1}, nil, nil), "below 1"},
		"no scale":       {new(file).input(1).weight("w", "float32", []int{1}, byteWeight, []byte{1}), "quantization"},
		"channels first": {new(file).input(1, 1, 1, 1).floats("w", []int{1, 1, 1, 1}, 1).
			node("Conv2D", "c", channelsFirst, "x", "w"), "NCHW"},
		"computed shape": {new(file).input(1, 2).node("Reshape", "r", nil, "x", "x"), "no constant"},
		"shape of halves": {new(file).input(1, 2).floats("s", []int{1}, 1.5).
			node("Reshape", "r", nil, "x", "s"), "no integer"},
		"unknown in fused": {new(file).input(1, 1).floats("w", []int{1, 1}, 1).
			node("_FusedMatMul", "c", map[string]any{"fused_ops": texts("Gelu")}, "x", "w"), "Gelu"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := LoadTFJS(c.file.folder(), "m/model.json", Limits{})
			require.Error(t, err)
			require.Regexp(t, c.message, err.Error())
		})
	}
}

func TestFilesOutsideTheFolderAreRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"../a.bin", "/etc/passwd", "", "missing.bin"} {
		text, _ := json.Marshal(map[string]any{"weightsManifest": []any{map[string]any{"paths": []string{name}}}})
		_, err := LoadTFJS(fstest.MapFS{"m/model.json": {Data: text}, "a.bin": {}}, "m/model.json", Limits{})
		require.Error(t, err, name)
	}
}

func TestFilesBeyondTheLimitAreRefused(t *testing.T) {
	t.Parallel()
	f := new(file).input(1, 1).floats("w", []int{100}, make([]float32, 100)...)
	_, err := LoadTFJS(f.folder(), "m/model.json", Limits{File: int64(len(f.json())) + 399})
	require.ErrorIs(t, err, ErrLimit)
	_, err = LoadTFJS(f.folder(), "m/model.json", Limits{File: 10})
	require.ErrorIs(t, err, ErrLimit)
}

func TestWeightsWithoutAGraphAreRead(t *testing.T) {
	t.Parallel()
	text, _ := json.Marshal([]any{map[string]any{"paths": []string{"w.bin"}, "weights": []any{
		map[string]any{"name": "a/b", "dtype": "float32", "shape": []int{2},
			"quantization": map[string]any{"dtype": "uint8", "scale": 2, "min": 0}},
	}}})
	w, err := LoadWeights(fstest.MapFS{"w.json": {Data: text}, "w.bin": {Data: []byte{1, 2}}}, "w.json", Limits{})
	require.NoError(t, err)
	require.Equal(t, Weights{"a/b": {[]int{2}, []float32{2, 4}}}, w)
}

// small are the limits of fuzzed models.
var small = Limits{
	File: 1 << 16, Nodes: 200, Dimension: 1 << 10, Tensor: 1 << 14, Weights: 1 << 16, Memory: 1 << 16, Work: 1 << 20,
}

// FuzzTFJS loads hostile models within small limits, and runs those that load.
func FuzzTFJS(f *testing.F) {
	g := new(file).input(-1, 4, 4, 2).
		floats("filter", []int{3, 3, 2, 2}, make([]float32, 36)...).floats("bias", []int{2}, 1, 2).
		node("_FusedConv2D", "conv", map[string]any{
			"strides": numbers(1, 2, 2, 1), "padding": text("SAME"), "fused_ops": texts("BiasAdd", "Relu"),
		}, "x", "filter", "bias").
		node("MaxPool", "pool", map[string]any{
			"strides": numbers(1, 1, 1, 1), "ksize": numbers(1, 2, 2, 1), "padding": text("SAME"),
		}, "conv").
		node("AddV2", "sum", nil, "pool", "conv").ints("shape", 1, -1).node("Reshape", "flat", nil, "sum", "shape").
		ints("pads", 0, 0, 0, 1).node("Pad", "pad", nil, "flat", "pads").node("Softmax", "soft", nil, "pad")
	f.Add(g.json(), g.data)
	h := new(file).input(-1, 4, 6).node("Shape", "shape", nil, "x").ints("zero", 0).ints("one", 1).ints("rest", -1).
		node("StridedSlice", "batch", mask("shrink_axis_mask", "1"), "shape", "zero", "one", "one").
		node("Pack", "to", nil, "batch", "rest").node("Reshape", "flat", nil, "x", "to").
		ints("order", 1, 0).node("Transpose", "t", nil, "flat", "order").node("ConcatV2", "c", nil, "t", "t", "zero").
		node("Mean", "m", nil, "c", "one").node("Squeeze", "s", nil, "m").node("ExpandDims", "e", nil, "s", "rest")
	f.Add(h.json(), h.data)
	f.Fuzz(func(t *testing.T, manifest, data []byte) {
		half := len(data) / 3
		files := fstest.MapFS{"m.json": {Data: manifest}, "a.bin": {Data: data[:half]}, "b.bin": {Data: data[half:]}}
		m, err := LoadTFJS(files, "m.json", small)
		if err != nil {
			return
		}
		runLoaded(t, m)
	})
}

// runLoaded runs a model that a fuzzer has made, and fails if a result is not of the size that the model tells.
func runLoaded(t *testing.T, m *Model) {
	t.Helper()
	var inputs []Tensor
	for _, in := range m.Inputs() {
		inputs = append(inputs, counted(in.Shape...))
	}
	for _, set := range kernelSets() {
		out, err := m.NewRunnerOf(set).Run(inputs...)
		if err != nil {
			t.Fatal(err)
		}
		for i, o := range out {
			if len(o.Data) != product(m.Outputs()[i].Shape) {
				t.Fatalf("output %d has %d numbers", i, len(o.Data))
			}
		}
	}
}
