package nn

import (
	"fmt"
	"slices"
)

// Runner runs a model in buffers that it keeps. One goroutine at a time may use it.
type Runner struct {
	model   *Model
	machine machine
	scratch []float32
	out     [][]float32   // of each step
	in      [][][]float32 // of each step
	fed     []feed
	results []Tensor
}

// feed is a place where a run puts the data of an input: an argument of a step, or a result.
type feed struct {
	input          int
	step, argument int // step -1: the result of that number
}

// NewRunner returns a Runner with the fastest kernels of this processor.
func (m *Model) NewRunner() *Runner { return m.NewRunnerOf(fastest()) }

// NewRunnerOf returns a Runner with certain kernels.
func (m *Model) NewRunnerOf(kernels Kernels) *Runner {
	r := &Runner{
		model: m, machine: machine{kernels: kernels.set()}, scratch: make([]float32, m.scratch),
		in: make([][][]float32, len(m.steps)), out: make([][]float32, len(m.steps)),
		results: make([]Tensor, len(m.outputs)),
	}
	arena := make([]float32, m.arena)
	for i, s := range m.steps {
		r.out[i] = m.slice(arena, s.out)
		r.in[i] = make([][]float32, len(s.in))
		for j, v := range s.in {
			r.in[i][j] = m.slice(arena, v)
			if input := m.input(v); input >= 0 {
				r.fed = append(r.fed, feed{input, i, j})
			}
		}
	}
	for i, p := range m.outputs {
		r.results[i] = Tensor{Shape: p.Shape, Data: m.slice(arena, p.value)}
		if input := m.input(p.value); input >= 0 {
			r.fed = append(r.fed, feed{input, -1, i})
		}
	}
	return r
}

// slice returns the data of a value: its place in the arena, or those of a constant; nil for an input.
func (m *Model) slice(arena []float32, v Value) []float32 {
	if at := m.places[v]; at >= 0 {
		n := product(m.values[v].shape)
		return arena[at : at+n : at+n]
	}
	return m.values[v].data
}

// input returns the number of the input that has the data of a value, or -1.
func (m *Model) input(v Value) int {
	root := m.values[v].root
	return slices.IndexFunc(m.inputs, func(p port) bool { return p.value == root })
}

// Run computes the outputs for the inputs, in the order of the model's Inputs. The results are valid until the next
// run, and must not be written to.
func (r *Runner) Run(inputs ...Tensor) ([]Tensor, error) {
	if len(inputs) != len(r.model.inputs) {
		return nil, fmt.Errorf("nn: %d inputs, and the model takes %d", len(inputs), len(r.model.inputs))
	}
	for i, t := range inputs {
		if p := r.model.inputs[i]; !slices.Equal(t.Shape, p.Shape) || len(t.Data) != product(p.Shape) {
			return nil, fmt.Errorf("nn: input %s has the shape %v with %d numbers, and the model takes %v",
				p.Name, t.Shape, len(t.Data), p.Shape)
		}
	}
	for _, f := range r.fed {
		if data := inputs[f.input].Data; f.step >= 0 {
			r.in[f.step][f.argument] = data
		} else {
			r.results[f.argument].Data = data
		}
	}
	for i, s := range r.model.steps {
		s.kernel.run(&r.machine, r.out[i], r.in[i], r.scratch)
	}
	for _, f := range r.fed {
		if f.step >= 0 {
			r.in[f.step][f.argument] = nil
		}
	}
	return slices.Clone(r.results), nil
}
