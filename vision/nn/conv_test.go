package nn

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// noise returns numbers from -1 to 1.
func noise(r *rand.Rand, shape ...int) Tensor {
	t := Tensor{Shape: shape, Data: make([]float32, product(shape))}
	for i := range t.Data {
		t.Data[i] = 2*r.Float32() - 1
	}
	return t
}

// requireClose fails where two tensors differ by more than a part of the larger number, or of 1.
func requireClose(t *testing.T, expected, actual []float32, part float64) {
	t.Helper()
	require.Len(t, actual, len(expected))
	for i, v := range expected {
		scale := max(1, float64(v), -float64(v))
		require.InDelta(t, v, actual[i], part*scale, "number %d", i)
	}
}

// kernelSets are the sets of this process.
func kernelSets() []Kernels {
	if HasVector() {
		return []Kernels{Scalar, Vector}
	}
	return []Kernels{Scalar}
}

// runAll runs a model with each set of kernels, each twice in the same buffers, and returns the results of one.
func runAll(t *testing.T, m *Model, inputs ...Tensor) []Tensor {
	t.Helper()
	var first []Tensor
	for _, set := range kernelSets() {
		r := m.NewRunnerOf(set)
		for range 2 {
			out, err := r.Run(inputs...)
			require.NoError(t, err)
			if first == nil {
				for _, o := range out {
					first = append(first, Tensor{o.Shape, append([]float32(nil), o.Data...)})
				}
			}
			for i, o := range out {
				requireClose(t, first[i].Data, o.Data, 1e-5)
			}
		}
	}
	return first
}

// direct computes a convolution as its definition says. Depth is the channels that a result reads: all, or one.
func direct(x, filter Tensor, g window, results int, depthwise bool) []float32 {
	var out []float32
	for n := range g.batch {
		for y := range g.outHeight {
			for column := range g.outWidth {
				for o := range results {
					var sum float64
					for i := range g.rows {
						for j := range g.columns {
							atY, atX := y*g.strideY-g.top+i*g.stepY, column*g.strideX-g.left+j*g.stepX
							if atY < 0 || atX < 0 || atY >= g.height || atX >= g.width {
								continue
							}
							pixel := x.Data[((n*g.height+atY)*g.width+atX)*g.channels:]
							if depthwise {
								many := results / g.channels
								sum += float64(pixel[o/many]) * float64(filter.Data[(i*g.columns+j)*results+o])
								continue
							}
							for c := range g.channels {
								sum += float64(pixel[c]) * float64(filter.Data[((i*g.columns+j)*g.channels+c)*results+o])
							}
						}
					}
					out = append(out, float32(sum))
				}
			}
		}
	}
	return out
}

func TestConvolutionsAreThoseOfTheirDefinition(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 120 {
		height, width, channels := 1+r.IntN(12), 1+r.IntN(12), 1+r.IntN(20)
		rows, columns, results := 1+r.IntN(4), 1+r.IntN(4), 1+r.IntN(40)
		w := Window{Stride: [2]int{1 + r.IntN(3), 1 + r.IntN(3)}, Same: i%3 == 0}
		w.Dilate = [2]int{1 + r.IntN(2), 1 + r.IntN(2)}
		if i%3 == 1 {
			w.Pad = [4]int{r.IntN(4), r.IntN(4), r.IntN(4), r.IntN(4)}
		}
		depthwise := i%2 == 0
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(3, uint64(i)))
			b := NewBuilder(Limits{})
			x, batch := noise(r, 1+i%2, height, width, channels), 1+i%2
			in := b.Input("x", batch, height, width, channels)
			filter := noise(r, rows, columns, channels, results)
			var out Value
			if depthwise {
				filter = noise(r, rows, columns, channels, 1+i%4/2)
				results = channels * (1 + i%4/2)
				out = b.DepthwiseConv2D(in, b.Const(filter), w)
			} else {
				out = b.Conv2D(in, b.Const(filter), w)
			}
			b.Output("y", out)
			m, err := b.Build()
			if err != nil { // the filter is larger than the picture
				require.ErrorContains(t, err, "does not fit")
				return
			}
			check := NewBuilder(Limits{})
			g, _ := check.window(check.Input("x", x.Shape...), rows, columns, w)
			require.Equal(t, []int{batch, g.outHeight, g.outWidth, results}, m.Outputs()[0].Shape)
			requireClose(t, direct(x, filter, g, results, depthwise), runAll(t, m, x)[0].Data, 1e-5)
		})
	}
}

func TestProductsAreThoseOfTheirDefinition(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 5))
	for _, size := range []product2{{1, 1, 1}, {1, 33, 17}, {3, 5, 16}, {4, 300, 31}, {9, 16, 64}} {
		x, matrix := noise(r, size.rows, size.depth), noise(r, size.depth, size.columns)
		b := NewBuilder(Limits{})
		b.Output("y", b.MatMul(b.Input("x", x.Shape...), b.Const(matrix)))
		m, err := b.Build()
		require.NoError(t, err)
		var expected []float32
		for i := range size.rows {
			for j := range size.columns {
				var sum float64
				for p := range size.depth {
					sum += float64(x.Data[i*size.depth+p]) * float64(matrix.Data[p*size.columns+j])
				}
				expected = append(expected, float32(sum))
			}
		}
		requireClose(t, expected, runAll(t, m, x)[0].Data, 1e-5)
	}
}

func chainChannels(kind int) int { return []int{21, 24}[kind/30%2] }

// chain adds a convolution and all that may become part of it: of marked values, each is an output too, so that nothing
// can be fused. The numbers of channels are whole panels with a rest, and with a half.
func chain(b *Builder, r *rand.Rand, kind int, mark bool) {
	channels := chainChannels(kind)
	x := b.Input("x", 1, 6, 5, channels)
	marked := 0
	keep := func(v Value) Value {
		if marked++; mark {
			b.Output(fmt.Sprintf("z%d", marked), v)
		}
		return v
	}
	var y Value
	switch kind % 3 {
	case 0:
		y = b.Conv2D(x, b.Const(noise(r, 3, 3, channels, channels)), Window{Same: true})
	case 1:
		y = b.DepthwiseConv2D(x, b.Const(noise(r, 3, 3, channels, 1)), Window{Same: true})
	default:
		flat := b.Reshape(x, 30, channels)
		y = b.Reshape(b.MatMul(flat, b.Const(noise(r, channels, channels))), 1, 6, 5, channels)
	}
	y = b.Binary(Mul, keep(y), b.Const(noise(r, channels)))
	y = b.Binary(Add, b.Const(noise(r, 1, 1, channels)), keep(y))
	y = b.Binary(Sub, keep(y), b.Const(noise(r, 1)))
	if kind%2 == 0 {
		y = b.Binary(Add, x, keep(y))
	}
	switch kind / 3 % 5 {
	case 0:
		y = b.Binary(Min, keep(b.Relu(keep(y))), b.Const(Tensor{Data: []float32{0.7}}))
		y = b.Binary(Max, y, b.Const(Tensor{Data: []float32{0.1}}))
	case 1:
		y = b.Binary(Leak, keep(y), b.Const(noise(r, channels)))
	case 2:
		y = b.Binary(Leak, keep(y), b.Const(noise(r, 1)))
	case 3:
		y = b.Unary(Sigmoid, keep(y))
	default:
		y = b.Binary(Add, b.Unary(Tanh, keep(y)), keep(y))
	}
	b.Output("y", y)
}

func TestFusedStepsGiveTheSameResults(t *testing.T) {
	t.Parallel()
	for kind := range 60 {
		x := noise(rand.New(rand.NewPCG(6, uint64(kind))), 1, 6, 5, chainChannels(kind))
		var results [][]float32
		var steps []int
		for _, mark := range []bool{false, true} {
			b := NewBuilder(Limits{})
			chain(b, rand.New(rand.NewPCG(7, uint64(kind))), kind, mark)
			m, err := b.Build()
			require.NoError(t, err)
			results = append(results, runAll(t, m, x)[m.Output("y")].Data)
			steps = append(steps, len(m.steps))
		}
		requireClose(t, results[1], results[0], 1e-5)
		require.Less(t, steps[0], steps[1])
	}
}
