// Package nn executes small neural networks on float32 tensors: graph models of TensorFlow.js, the part of ONNX that
// networks for faces use, and graphs made by a Builder. It is a library of its own, without cgo and without input or
// output beyond the files that a caller hands it.
//
// A Model is checked and laid out when it is made: every shape is known then, constants are folded, biases, scales and
// activations become part of the convolution before them, and the memory of a run is planned. A model that needs more
// than its Limits is refused before any of its tensors is allocated.
package nn

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
)

// Tensor is an array of numbers in row-major order. Pictures are [batch, height, width, channels], except those of
// ONNX models, which are [batch, channels, height, width].
type Tensor struct {
	Shape []int
	Data  []float32
}

// Info is the name and the shape of an input or output.
type Info struct {
	Name  string
	Shape []int
}

// Limits bound a model. A zero field stands for that of DefaultLimits.
type Limits struct {
	File      int64 // bytes of the files together
	Nodes     int   // operations, constants included
	Dimension int   // size of one dimension
	Tensor    int64 // numbers in one tensor
	Weights   int64 // numbers in all constants, those that folding makes included
	Memory    int64 // numbers in the buffers of one run
	Work      int64 // multiplications and the like of one run
}

// DefaultLimits has room for the networks of phones: 64 MiB of files, four billion multiplications.
var DefaultLimits = Limits{
	File: 64 << 20, Nodes: 10_000, Dimension: 1 << 20, Tensor: 1 << 24, Weights: 1 << 26, Memory: 1 << 26, Work: 1 << 32,
}

func (l Limits) withDefaults() Limits {
	d := DefaultLimits
	return Limits{
		File: either(l.File, d.File), Nodes: either(l.Nodes, d.Nodes), Dimension: either(l.Dimension, d.Dimension),
		Tensor: either(l.Tensor, d.Tensor), Weights: either(l.Weights, d.Weights), Memory: either(l.Memory, d.Memory),
		Work: either(l.Work, d.Work),
	}
}

func either[T int | int64](value, standard T) T {
	if value > 0 {
		return value
	}
	return standard
}

// ErrLimit is wrapped by the errors of models that exceed their Limits.
var ErrLimit = errors.New("nn: over the limit")

// Model is a network that is ready to run. It never changes, so goroutines may share it.
type Model struct {
	inputs, outputs []port
	steps           []step
	values          []value
	arena           int // numbers in the buffer of a run
	scratch         int // numbers in the longest scratch buffer of a step
	work            int64
	places          []int // of each value in the buffer of a run, or -1
	weights         int64
	idle            sync.Pool // *Runner
}

// port is an input or output of a model.
type port struct {
	Info
	value Value
}

// Inputs returns the inputs in the order that Run takes them.
func (m *Model) Inputs() []Info { return infos(m.inputs) }

// Outputs returns the outputs in the order that Run returns them: by name.
func (m *Model) Outputs() []Info { return infos(m.outputs) }

func infos(ports []port) []Info {
	list := make([]Info, len(ports))
	for i, p := range ports {
		list[i] = Info{Name: p.Name, Shape: slices.Clone(p.Shape)}
	}
	return list
}

// Output returns the place of an output in the results of Run, or -1.
func (m *Model) Output(name string) int {
	return slices.IndexFunc(m.outputs, func(p port) bool { return p.Name == name })
}

// Cost returns the cost of a run: the multiplications and other operations, the bytes of the buffers of a Runner, and
// the bytes of the weights, which all runners share.
func (m *Model) Cost() (work, runner, weights int64) {
	return m.work, 4 * int64(m.arena+m.scratch), 4 * m.weights
}

// Run computes the outputs for the inputs, which are given in the order of Inputs. The results belong to the caller.
// Goroutines may call it at once; each run in progress has a Runner.
func (m *Model) Run(inputs ...Tensor) ([]Tensor, error) {
	r, kept := m.idle.Get().(*Runner)
	if !kept {
		r = m.NewRunner()
	}
	defer m.idle.Put(r)
	outputs, err := r.Run(inputs...)
	if err != nil {
		return nil, err
	}
	for i, t := range outputs {
		outputs[i] = Tensor{Shape: slices.Clone(t.Shape), Data: slices.Clone(t.Data)}
	}
	return outputs, nil
}

// size returns the numbers in a tensor of a shape, or an error for a dimension below 1 or beyond the limits.
func (l Limits) size(shape []int) (int, error) {
	if len(shape) > maxRank {
		return 0, fmt.Errorf("%w: %d dimensions, at most %d", ErrLimit, len(shape), maxRank)
	}
	n := int64(1)
	for _, d := range shape {
		if d < 1 {
			return 0, fmt.Errorf("shape %v has a dimension below 1", shape)
		}
		if d > l.Dimension {
			return 0, fmt.Errorf("%w: shape %v has a dimension above %d", ErrLimit, shape, l.Dimension)
		}
		if n > l.Tensor/int64(d) {
			return 0, fmt.Errorf("%w: a tensor of shape %v has more than %d numbers", ErrLimit, shape, l.Tensor)
		}
		n *= int64(d)
	}
	return int(n), nil
}

// maxRank is the most dimensions of a tensor.
const maxRank = 6

// product returns the numbers in a tensor of a shape that has been checked.
func product(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// plus adds costs, and stays at the largest number.
func plus(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// times multiplies sizes of at least 0, and stays at the largest number.
func times(factors ...int) int64 {
	n := int64(1)
	for _, f := range factors {
		if f == 0 {
			return 0
		}
		if n > math.MaxInt64/int64(f) {
			return math.MaxInt64
		}
		n *= int64(f)
	}
	return n
}
