package nn

import (
	"math"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// run returns the output of a graph of one input.
func run(t *testing.T, x Tensor, graph func(b *Builder, x Value) Value) Tensor {
	t.Helper()
	b := NewBuilder(Limits{})
	b.Output("y", graph(b, b.Input("x", x.Shape...)))
	m, err := b.Build()
	require.NoError(t, err)
	return runAll(t, m, x)[0]
}

func counted(shape ...int) Tensor {
	t := Tensor{Shape: shape, Data: make([]float32, product(shape))}
	for i := range t.Data {
		t.Data[i] = float32(i)
	}
	return t
}

func TestOperationsGiveTheirResults(t *testing.T) {
	t.Parallel()
	two := Tensor{[]int{2}, []float32{10, 20}}
	for name, c := range map[string]struct {
		x     Tensor
		graph func(b *Builder, x Value) Value
		want  Tensor
	}{
		"a sum with a row": {counted(2, 2), func(b *Builder, x Value) Value { return b.Binary(Add, x, b.Const(two)) },
			Tensor{[]int{2, 2}, []float32{10, 21, 12, 23}}},
		"a difference from a column": {counted(2, 2), func(b *Builder, x Value) Value {
			return b.Binary(Sub, b.Const(Tensor{[]int{2, 1}, []float32{10, 20}}), x)
		}, Tensor{[]int{2, 2}, []float32{10, 9, 18, 17}}},
		"a quotient that grows the first": {counted(1, 2), func(b *Builder, x Value) Value {
			return b.Binary(Div, x, b.Const(Tensor{[]int{2, 1}, []float32{1, 2}}))
		}, Tensor{[]int{2, 2}, []float32{0, 1, 0, .5}}},
		"the largest of a pool": {counted(1, 2, 3, 1), func(b *Builder, x Value) Value {
			return b.MaxPool(x, 2, 2, Window{Stride: [2]int{2, 2}, Same: true})
		}, Tensor{[]int{1, 1, 2, 1}, []float32{4, 5}}},
		"the mean of a pool without its padding": {counted(1, 2, 3, 1), func(b *Builder, x Value) Value {
			return b.AvgPool(x, 2, 2, Window{Stride: [2]int{2, 2}, Same: true})
		}, Tensor{[]int{1, 1, 2, 1}, []float32{2, 3.5}}},
		"the mean of dimensions": {counted(1, 2, 2, 2), func(b *Builder, x Value) Value {
			return b.Reduce(Mean, x, []int{1, -2}, false)
		}, Tensor{[]int{1, 2}, []float32{3, 4}}},
		"the largest along the last dimension": {counted(2, 3), func(b *Builder, x Value) Value {
			return b.Reduce(Largest, x, []int{1}, true)
		}, Tensor{[]int{2, 1}, []float32{2, 5}}},
		"the least of all": {counted(2, 3), func(b *Builder, x Value) Value { return b.Reduce(Least, x, []int{0, 1}, false) },
			Tensor{[]int{}, []float32{0}}},
		"parts joined along the last dimension": {counted(2, 2), func(b *Builder, x Value) Value {
			return b.Concat(-1, x, b.Const(Tensor{[]int{2, 1}, []float32{8, 9}}), x)
		}, Tensor{[]int{2, 5}, []float32{0, 1, 8, 0, 1, 2, 3, 9, 2, 3}}},
		"padding": {counted(2, 2), func(b *Builder, x Value) Value { return b.Pad(x, []int{1, 0}, []int{0, 2}, 7) },
			Tensor{[]int{3, 4}, []float32{7, 7, 7, 7, 0, 1, 7, 7, 2, 3, 7, 7}}},
		"another order of dimensions": {counted(2, 3), func(b *Builder, x Value) Value { return b.Transpose(x, 1, 0) },
			Tensor{[]int{3, 2}, []float32{0, 3, 1, 4, 2, 5}}},
		"an order that moves nothing": {counted(1, 2, 1), func(b *Builder, x Value) Value { return b.Transpose(x, 2, 1, 0) },
			counted(1, 2, 1)},
		"a part": {counted(3, 4), func(b *Builder, x Value) Value {
			return b.Slice(x, []int{1, 0}, []int{2, 2}, []int{1, 2})
		}, Tensor{[]int{2, 2}, []float32{4, 6, 8, 10}}},
		"another shape": {counted(2, 3), func(b *Builder, x Value) Value { return b.Reshape(x, 3, -1) }, counted(3, 2)},
		"a distribution": {Tensor{[]int{1, 2}, []float32{1000, 1000}}, (*Builder).Softmax,
			Tensor{[]int{1, 2}, []float32{.5, .5}}},
		"functions": {Tensor{[]int{1}, []float32{4}}, func(b *Builder, x Value) Value {
			return b.Concat(0, b.Unary(Sqrt, x), b.Unary(Rsqrt, x), b.Unary(Neg, x), b.Unary(Abs, b.Unary(Neg, x)),
				b.Unary(Square, x), b.Unary(Exp, b.Unary(Neg, x)), b.Unary(Sigmoid, x), b.Unary(Tanh, x))
		}, Tensor{[]int{8}, []float32{2, .5, -4, 4, 16, float32(math.Exp(-4)), sigmoid(4), float32(math.Tanh(4))}}},
		"statistics of channels": {counted(1, 1, 1, 2), func(b *Builder, x Value) Value {
			return b.BatchNorm(x, b.Const(two), b.Const(two), b.Const(Tensor{[]int{2}, []float32{1, 1}}),
				b.Const(Tensor{[]int{2}, []float32{3, 3}}), 1)
		}, Tensor{[]int{1, 1, 1, 2}, []float32{5, 20}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := run(t, c.x, c.graph)
			require.Equal(t, c.want.Shape, out.Shape)
			requireClose(t, c.want.Data, out.Data, 1e-6)
		})
	}
}

func TestConstantsAreFolded(t *testing.T) {
	t.Parallel()
	b := NewBuilder(Limits{})
	c := b.Binary(Add, b.Const(Tensor{[]int{2}, []float32{1, 2}}), b.Const(Tensor{[]int{2}, []float32{3, 4}}))
	b.Output("y", b.Binary(Mul, b.Input("x", 1, 2), b.Reshape(c, 1, 2)))
	m, err := b.Build()
	require.NoError(t, err)
	require.Len(t, m.steps, 1)
	require.Equal(t, []float32{4, 12}, runAll(t, m, Tensor{[]int{1, 2}, []float32{1, 2}})[0].Data)
}

func TestModelsBeyondALimitAreRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		limits Limits
		graph  func(b *Builder)
	}{
		"dimension": {Limits{Dimension: 10}, func(b *Builder) { b.Input("x", 11) }},
		"tensor":    {Limits{Tensor: 99}, func(b *Builder) { b.Input("x", 10, 10) }},
		"tensor by overflow": {Limits{}, func(b *Builder) {
			b.Input("x", 1<<20, 1<<20, 1<<20, 1<<20)
		}},
		"a result": {Limits{Tensor: 99}, func(b *Builder) {
			x := b.Input("x", 1, 10)
			b.Pad(x, []int{0, 0}, []int{9, 0}, 0)
		}},
		"a sum that grows": {Limits{Tensor: 99}, func(b *Builder) {
			b.Binary(Add, b.Input("x", 1, 10), b.Input("z", 10, 1))
		}},
		"weights":    {Limits{Weights: 9}, func(b *Builder) { b.Const(counted(10)) }},
		"folded":     {Limits{Weights: 19}, func(b *Builder) { b.Relu(b.Const(counted(10))) }},
		"nodes":      {Limits{Nodes: 1}, func(b *Builder) { b.Input("x", 1); b.Input("z", 1) }},
		"rank":       {Limits{}, func(b *Builder) { b.Input("x", 1, 1, 1, 1, 1, 1, 1) }},
		"operations": {Limits{Work: 99}, func(b *Builder) { b.MatMul(b.Input("x", 1, 10), b.Const(counted(10, 10))) }},
		"repeated": {Limits{Tensor: 99}, func(b *Builder) {
			b.DepthwiseConv2D(b.Input("x", 1, 1, 1, 10), b.Const(counted(1, 1, 10, 10)), Window{})
		}},
		"buffers": {Limits{Memory: 30}, func(b *Builder) {
			b.Output("y", b.Transpose(b.Transpose(b.Input("x", 3, 10), 1, 0), 1, 0))
		}},
		"panels":       {Limits{Weights: 150}, func(b *Builder) { b.MatMul(b.Input("x", 1, 10), b.Const(counted(10, 1))) }},
		"joined parts": {Limits{Tensor: 99}, func(b *Builder) { x := b.Input("x", 60); b.Concat(0, x, x) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := NewBuilder(c.limits)
			c.graph(b)
			_, err := b.Build()
			require.ErrorIs(t, err, ErrLimit)
		})
	}
}

func TestWrongGraphsAreRefused(t *testing.T) {
	t.Parallel()
	for name, graph := range map[string]func(b *Builder, x Value){
		"shapes that do not match": func(b *Builder, x Value) { b.Binary(Add, x, b.Const(counted(3))) },
		"channels":                 func(b *Builder, x Value) { b.Conv2D(x, b.Const(counted(1, 1, 3, 1)), Window{}) },
		"a filter that is computed": func(b *Builder, x Value) {
			b.Conv2D(x, x, Window{})
		},
		"a negative stride":      func(b *Builder, x Value) { b.MaxPool(x, 1, 1, Window{Stride: [2]int{-1, 1}}) },
		"negative padding":       func(b *Builder, x Value) { b.AvgPool(x, 1, 1, Window{Pad: [4]int{-1, 0, 0, 0}}) },
		"padding beyond a pool":  func(b *Builder, x Value) { b.MaxPool(x, 1, 1, Window{Pad: [4]int{1, 0, 0, 0}}) },
		"a filter of no places":  func(b *Builder, x Value) { b.MaxPool(x, 0, 1, Window{}) },
		"a filter that is large": func(b *Builder, x Value) { b.MaxPool(x, 9, 9, Window{}) },
		"a shape of other size":  func(b *Builder, x Value) { b.Reshape(x, 5, -1) },
		"two open dimensions":    func(b *Builder, x Value) { b.Reshape(x, -1, -1) },
		"an order with a repeat": func(b *Builder, x Value) { b.Transpose(x, 0, 0, 1, 2) },
		"a part beyond the end": func(b *Builder, x Value) {
			b.Slice(x, []int{0, 3, 0, 0}, []int{1, 2, 1, 1}, []int{1, 1, 1, 1})
		},
		"a dimension beyond":  func(b *Builder, x Value) { b.Reduce(Sum, x, []int{4}, false) },
		"a value of nobody":   func(b *Builder, _ Value) { b.Relu(99) },
		"integers as numbers": func(b *Builder, _ Value) { b.Relu(b.list([]int64{1})) },
		"a clip upside down":  func(b *Builder, x Value) { b.Clip(x, 1, 0) },
		"no parts":            func(b *Builder, _ Value) { b.Concat(0) },
		"a missing number":    func(b *Builder, _ Value) { b.Const(Tensor{[]int{2}, []float32{1}}) },
		"no output":           func(*Builder, Value) {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := NewBuilder(Limits{})
			graph(b, b.Input("x", 1, 4, 4, 2))
			_, err := b.Build()
			require.Error(t, err)
		})
	}
}

func TestRunRefusesOtherShapes(t *testing.T) {
	t.Parallel()
	b := NewBuilder(Limits{})
	b.Output("y", b.Relu(b.Input("picture", 1, 2)))
	m, err := b.Build()
	require.NoError(t, err)
	_, err = m.Run()
	require.ErrorContains(t, err, "0 inputs")
	_, err = m.Run(Tensor{[]int{2, 1}, []float32{1, 2}})
	require.ErrorContains(t, err, "picture")
	_, err = m.Run(Tensor{[]int{1, 2}, []float32{1}})
	require.ErrorContains(t, err, "picture")
}

func TestRunsDoNotChangeInputsAndConstants(t *testing.T) {
	t.Parallel()
	b := NewBuilder(Limits{})
	x, c := b.Input("x", 1, 3), b.Const(Tensor{[]int{1, 3}, []float32{-1, -2, -3}})
	b.Output("input", x)
	b.Output("constant", c)
	b.Output("flat", b.Reshape(x, 3))
	b.Output("sum", b.Binary(Add, x, c))
	b.Output("clipped", b.Relu(b.Binary(Add, c, x)))
	m, err := b.Build()
	require.NoError(t, err)
	in := Tensor{[]int{1, 3}, []float32{2, 2, 2}}
	out := runAll(t, m, in)
	require.Equal(t, []float32{2, 2, 2}, in.Data)
	require.Equal(t, [][]float32{{1, 0, 0}, {-1, -2, -3}, {2, 2, 2}, {2, 2, 2}, {1, 0, -1}},
		[][]float32{out[0].Data, out[1].Data, out[2].Data, out[3].Data, out[4].Data})
	require.Equal(t, 3, m.Output("input"))
	require.Equal(t, -1, m.Output("nothing"))
}

func TestGoroutinesShareAModel(t *testing.T) {
	t.Parallel()
	b := NewBuilder(Limits{})
	b.Output("y", b.Unary(Square, b.Relu(b.Binary(Add, b.Input("x", 1, 100), b.Const(Tensor{Data: []float32{1}})))))
	m, err := b.Build()
	require.NoError(t, err)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for range 50 {
				x := Tensor{[]int{1, 100}, make([]float32, 100)}
				for j := range x.Data {
					x.Data[j] = float32(i)
				}
				out, err := m.Run(x)
				if err != nil || out[0].Data[99] != float32((i+1)*(i+1)) {
					t.Errorf("run %d: %v, %v", i, out, err)
				}
			}
		})
	}
	group.Wait()
}
