package graph

import (
	"errors"
	"fmt"
)

// Errors of [Next], wrapped with the detail.
var (
	// ErrCorruptGraph means that the graph is not what a compiler makes: an
	// edge leads nowhere or out of its scope, or the graph has a cycle.
	ErrCorruptGraph = errors.New("corrupt graph")
	// ErrInvalidInput means that an input for a waiting node makes no sense: an
	// unknown outcome or decision, or a case that the branch does not have.
	ErrInvalidInput = errors.New("invalid input")
)

// Next applies one input to a session and returns the state after it, with
// what the caller must now see to, in a fixed order. The same arguments always
// give the same answer, and s is left as it was.
//
// An input for what is not waited for (late, repeated, of a dropped member,
// before [Begin] or after the end) changes nothing: s comes back, without
// effects or error. With an error, too, s comes back unchanged.
func Next(g Graph, s State, in Input) (State, []Effect, error) {
	if in == nil {
		return s, nil, fmt.Errorf("%w: none given", ErrInvalidInput)
	}
	r := &run{graph: g, state: s.clone()}
	applied, err := in.apply(r)
	if err != nil || !applied {
		return s, nil, err
	}
	return r.state.tidy(), r.effects, nil
}

// run is one call of Next: it owns its state and may write to it.
type run struct {
	graph   Graph
	state   State
	effects []Effect
}

func (r *run) emit(e Effect) {
	r.effects = append(r.effects, e)
}

// waiting returns the token at a node of the given kind, or false where none
// waits there.
func (r *run) waiting(id string, kind Kind) (Node, Token, bool) {
	token, ok := r.state.token(id)
	if !ok {
		return Node{}, Token{}, false
	}
	n, ok := r.graph.Node(id)
	return n, token, ok && n.Kind == kind
}
