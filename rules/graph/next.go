package graph

import (
	"errors"
	"fmt"
)

// Errors of [Next], wrapped with the detail.
var (
	// ErrCorruptGraph reports a graph that no compiler makes: an edge leads to
	// no node or out of its scope, or the graph has a cycle.
	ErrCorruptGraph = errors.New("corrupt graph")
	// ErrInvalidInput reports an input with an unknown outcome or decision, or
	// with a case that the branch does not have.
	ErrInvalidInput = errors.New("invalid input")
)

// Next applies one input to a session and returns the new state and the effects,
// in a fixed order. It is deterministic and does not change s.
//
// If no token waits for the input (it is late, repeated, meant for a dropped
// member, before [Begin] or after the end), Next returns s without effects and
// without error. It also returns s with an error.
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

// run is one call of Next. It owns its state and may write to it.
type run struct {
	graph   Graph
	state   State
	effects []Effect
}

func (r *run) emit(e Effect) {
	r.effects = append(r.effects, e)
}

// waiting returns the node and the token at a node of the given kind, or false
// if no token waits there.
func (r *run) waiting(id string, kind Kind) (Node, Token, bool) {
	token, ok := r.state.token(id)
	if !ok {
		return Node{}, Token{}, false
	}
	n, ok := r.graph.Node(id)
	return n, token, ok && n.Kind == kind
}
