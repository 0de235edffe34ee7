package nn

import (
	"cmp"
	"fmt"
	"slices"
)

// span is a part of the buffer of a run: the steps between which it is in use, and its place.
type span struct {
	first, last int
	size        int
	offset      int
}

// alignment of the tensors in the buffer of a run, in numbers: a line of the processor's cache.
const alignment = 16

// plan lays out the memory of a run.
func (b *Builder) plan() (*Model, error) {
	m := &Model{inputs: b.inputs, outputs: b.outputs, steps: b.steps, weights: b.weights}
	spans, place := b.spans()
	arena, err := pack(spans, b.limits.Memory)
	if err != nil {
		return nil, err
	}
	m.arena = arena
	m.values = b.values
	for i := range m.steps {
		work, scratch := m.steps[i].kernel.need()
		m.work, m.scratch = plus(m.work, work), max(m.scratch, scratch)
	}
	m.places = make([]int, len(b.values))
	for v := range m.places {
		m.places[v] = -1
		if p := place[b.root(Value(v))]; p != nil {
			m.places[v] = p.offset
		}
	}
	return m, nil
}

// spans returns the spans of the results of all steps. Results that replace an input share its span.
func (b *Builder) spans() (all []*span, place map[Value]*span) {
	last := make([]int, len(b.values))
	for i, s := range b.steps {
		for _, v := range s.in {
			last[b.root(v)] = i
		}
	}
	for _, p := range b.outputs {
		last[b.root(p.value)] = len(b.steps)
	}
	place = map[Value]*span{}
	for i, s := range b.steps {
		if shared := place[b.root(s.in[0])]; shared != nil && last[b.root(s.in[0])] == i && b.replaces(s) {
			shared.last = max(last[s.out], i)
			place[s.out] = shared
			continue
		}
		p := &span{first: i, last: max(last[s.out], i), size: product(b.values[s.out].shape)}
		all, place[s.out] = append(all, p), p
	}
	return all, place
}

func (b *Builder) replaces(s step) bool {
	k, able := s.kernel.(inPlace)
	return able && k.inPlace() && product(b.values[s.in[0]].shape) == product(b.values[s.out].shape)
}

// pack gives each span the first place that is free for all its time, the largest span first, and returns the size of
// the buffer.
func pack(spans []*span, most int64) (arena int, err error) {
	spans = slices.Clone(spans)
	slices.SortStableFunc(spans, func(x, y *span) int { return cmp.Compare(y.size, x.size) })
	var placed []*span // by offset
	for _, s := range spans {
		for _, p := range placed {
			if p.first > s.last || p.last < s.first {
				continue
			}
			if s.offset+s.size <= p.offset {
				break
			}
			s.offset = max(s.offset, (p.offset+p.size+alignment-1)/alignment*alignment)
		}
		if arena = max(arena, s.offset+s.size); int64(arena) > most {
			return 0, fmt.Errorf("%w: more than %d numbers in the buffers of a run", ErrLimit, most)
		}
		at, _ := slices.BinarySearchFunc(placed, s, func(x, y *span) int { return cmp.Compare(x.offset, y.offset) })
		placed = slices.Insert(placed, at, s)
	}
	return arena, nil
}
