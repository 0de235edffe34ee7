package nn

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
)

// Value is a tensor of a graph that a Builder makes.
type Value int

// nothing is the value of a failed operation, and of an input that an operation does not have.
const nothing Value = -1

// value is a tensor of a graph: an input, a constant, the result of a step, or another's data under another shape.
type value struct {
	shape   []int
	data    []float32 // of a constant
	ints    []int64   // of a constant of integers
	root    Value     // the value that has the data: itself, or another
	input   bool
	integer bool
}

func (v *value) constant() bool { return v.data != nil || v.integer }

// step is an operation of a graph.
type step struct {
	kernel kernel
	in     []Value
	out    Value
}

// kernel computes the result of a step. It has been made for the shapes of the step.
type kernel interface {
	// run writes the result of in to out. It owns scratch, of the length that need returns.
	run(set *machine, out []float32, in [][]float32, scratch []float32)
	// need returns the operations of a run, and the length of its scratch buffer.
	need() (work int64, scratch int)
}

// inPlace is a kernel whose result may replace its first input: it reads a number before it writes that place, and no
// other number afterwards.
type inPlace interface{ inPlace() bool }

// Builder makes a model operation by operation. The first error stops it: later calls do nothing, and Build returns
// the error. Constants that are inputs of operations are folded at once.
type Builder struct {
	limits          Limits
	values          []value
	steps           []step
	inputs, outputs []port
	work            int64 // of all steps, and of those that were folded
	weights         int64
	err             error
	at              string // the operation under way, for errors
}

// NewBuilder returns a Builder of a model within limits.
func NewBuilder(limits Limits) *Builder { return &Builder{limits: limits.withDefaults()} }

// Err returns the first error.
func (b *Builder) Err() error { return b.err }

// fail keeps the first error, with the name of the operation.
func (b *Builder) fail(err error) Value {
	if b.err == nil {
		if b.at != "" {
			err = fmt.Errorf("%s: %w", b.at, err)
		}
		b.err = err
	}
	return nothing
}

func (b *Builder) failf(format string, arguments ...any) Value {
	return b.fail(fmt.Errorf(format, arguments...))
}

// ok reports whether values may be used: no call has failed, and each is one of this builder.
func (b *Builder) ok(values ...Value) bool {
	if b.err != nil {
		return false
	}
	for _, v := range values {
		if v < 0 || int(v) >= len(b.values) {
			b.failf("a tensor that is not there")
			return false
		}
	}
	return true
}

// floats is ok for values that are not integers, which exist as constants alone.
func (b *Builder) floats(values ...Value) bool {
	if !b.ok(values...) {
		return false
	}
	for _, v := range values {
		if b.values[v].integer {
			b.failf("a tensor of integers where numbers are expected")
			return false
		}
	}
	return true
}

// of returns a value that is there.
func (b *Builder) of(v Value) *value { return &b.values[v] }

// Shape returns the shape of a value.
func (b *Builder) Shape(v Value) []int {
	if !b.ok(v) {
		return nil
	}
	return b.values[v].shape
}

// Input adds an input of the model.
func (b *Builder) Input(name string, shape ...int) Value {
	if b.err != nil {
		return nothing
	}
	v := b.add(value{shape: shape, input: true})
	if v != nothing {
		b.inputs = append(b.inputs, port{Info{name, shape}, v})
	}
	return v
}

// Output makes a value an output of the model.
func (b *Builder) Output(name string, v Value) {
	if b.floats(v) {
		b.outputs = append(b.outputs, port{Info{name, b.values[v].shape}, v})
	}
}

// Const adds a constant, which the builder keeps.
func (b *Builder) Const(t Tensor) Value {
	if b.err != nil {
		return nothing
	}
	size, err := b.limits.size(t.Shape)
	if err != nil {
		return b.fail(err)
	}
	if size != len(t.Data) {
		return b.failf("a constant of shape %v has %d numbers", t.Shape, len(t.Data))
	}
	if !b.weigh(int64(size)) {
		return nothing
	}
	return b.add(value{shape: t.Shape, data: t.Data})
}

// integers adds a constant of integers.
func (b *Builder) integers(shape []int, data []int64) Value {
	if b.err != nil {
		return nothing
	}
	if product(shape) != len(data) {
		return b.failf("a constant of shape %v has %d numbers", shape, len(data))
	}
	if !b.weigh(int64(len(data))) {
		return nothing
	}
	return b.add(value{shape: shape, ints: data, integer: true})
}

// list adds a constant vector of integers.
func (b *Builder) list(data []int64) Value { return b.integers([]int{len(data)}, data) }

func (b *Builder) weigh(size int64) bool {
	if b.weights = plus(b.weights, size); b.weights > b.limits.Weights {
		b.fail(fmt.Errorf("%w: more than %d numbers in constants", ErrLimit, b.limits.Weights))
		return false
	}
	return true
}

func (b *Builder) add(v value) Value {
	if len(b.values) >= b.limits.Nodes {
		return b.fail(fmt.Errorf("%w: more than %d operations and constants", ErrLimit, b.limits.Nodes))
	}
	if !v.integer {
		if _, err := b.limits.size(v.shape); err != nil {
			return b.fail(err)
		}
	}
	v.root = Value(len(b.values))
	v.shape = slices.Clone(v.shape)
	b.values = append(b.values, v)
	return v.root
}

// step adds an operation to checked inputs, and returns its result: a constant, if all inputs are.
func (b *Builder) step(shape []int, k kernel, in ...Value) Value {
	size, err := b.limits.size(shape)
	if err != nil {
		return b.fail(err)
	}
	work, scratch := k.need()
	if b.work = plus(b.work, work); b.work > b.limits.Work {
		return b.fail(fmt.Errorf("%w: more than %d operations in a run", ErrLimit, b.limits.Work))
	}
	if int64(scratch) > b.limits.Memory {
		return b.fail(fmt.Errorf("%w: a buffer of %d numbers", ErrLimit, scratch))
	}
	if !slices.ContainsFunc(in, func(v Value) bool { return !b.values[v].constant() }) {
		return b.fold(shape, size, k, scratch, in)
	}
	out := b.add(value{shape: shape})
	if out != nothing {
		b.steps = append(b.steps, step{kernel: k, in: slices.Clone(in), out: out})
	}
	return out
}

func (b *Builder) fold(shape []int, size int, k kernel, scratch int, in []Value) Value {
	if !b.weigh(int64(size)) {
		return nothing
	}
	data := make([][]float32, len(in))
	for i, v := range in {
		data[i] = b.values[v].data
	}
	out := make([]float32, size)
	k.run(&machine{kernels: &scalar}, out, data, make([]float32, scratch))
	return b.add(value{shape: shape, data: out})
}

// numbers returns the data of a constant, or fails.
func (b *Builder) numbers(v Value, what string) []float32 {
	if !b.floats(v) {
		return nil
	}
	if !b.values[v].constant() {
		b.failf("its %s is no constant", what)
		return nil
	}
	return b.values[v].data
}

// whole returns the integers of a constant of integers, or of one of numbers that are integers.
func (b *Builder) whole(v Value, what string) []int {
	if !b.ok(v) {
		return nil
	}
	c := &b.values[v]
	if !c.constant() {
		b.failf("its %s is no constant", what)
		return nil
	}
	list := make([]int, 0, len(c.ints)+len(c.data))
	for _, n := range c.ints {
		list = append(list, int(min(max(n, math.MinInt32), math.MaxInt32)))
	}
	for _, f := range c.data {
		if f != float32(int32(f)) {
			b.failf("its %s has the number %v, which is no integer", what, f)
			return nil
		}
		list = append(list, int(f))
	}
	return list
}

// Build returns the model.
func (b *Builder) Build() (*Model, error) {
	if b.err == nil && len(b.inputs) == 0 {
		b.fail(errors.New("nn: a model without an input"))
	}
	if b.err == nil && len(b.outputs) == 0 {
		b.fail(errors.New("nn: a model without an output"))
	}
	if b.err != nil {
		return nil, b.err
	}
	sort.SliceStable(b.outputs, func(i, j int) bool { return b.outputs[i].Name < b.outputs[j].Name })
	b.prune()
	b.fuse()
	return b.plan()
}

// prune removes the steps that no output depends on.
func (b *Builder) prune() {
	needed := make([]bool, len(b.values))
	for _, p := range b.outputs {
		needed[b.root(p.value)] = true
	}
	kept := len(b.steps)
	for i, s := range slices.Backward(b.steps) {
		if !needed[s.out] {
			continue
		}
		for _, v := range s.in {
			needed[b.root(v)] = true
		}
		kept--
		b.steps[kept] = b.steps[i]
	}
	b.steps = slices.Clone(b.steps[kept:])
}

// root returns the value that has the data of v.
func (b *Builder) root(v Value) Value { return b.values[v].root }
