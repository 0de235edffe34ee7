package graph

import "github.com/stile-id/stile/rules"

// Allowed reports whether a method may be used where the session runs.
type Allowed func(rules.Method) bool

// Specialise compiles a definition for one jurisdiction: its override is
// applied, then the methods that are not allowed are dropped and returned, in
// declared order. A nil allowed allows every method.
//
// A graph has no overrides, and only its any_of nodes can do without a member;
// a sub-graph goes as a whole where it cannot do without what is not allowed.
//
// The definition has to be one that compiles. Its conditions, and what bounds it
// as a whole, are not looked at again.
//
// Errors: [*FaultError] for a definition with any other fault;
// [*ProhibitedError] where an any_of is left empty, an all_of, which the
// supplementary layers are too, has lost a member, or a method node of a graph
// is not allowed, even if it stands behind a branch that would not lead there.
func Specialise(d Definition, j rules.Jurisdiction, allowed Allowed) (Graph, []rules.Method, error) {
	d = d.WithDefaults().concerning(j)
	if faults := validate(d, nil); len(faults) > 0 {
		return Graph{}, nil, &FaultError{Faults: faults}
	}
	if d.Mode == ModeGraph {
		return prune(build(d), allowed)
	}
	local := d.In(j)
	primary, noPrimary := split(local.Methods, allowed)
	layers, noLayers := split(local.Supplementary, allowed)
	dropped := append(copied(noPrimary), noLayers...)

	blocking := copied(noLayers)
	if len(primary) == 0 || local.Composition == AllOf {
		blocking = dropped
	}
	if len(blocking) > 0 {
		return Graph{}, dropped, &ProhibitedError{Methods: blocking}
	}
	local.Methods, local.Supplementary = primary, layers
	return build(local), dropped, nil
}

// split parts methods into those allowed and the rest.
func split(methods []rules.Method, allowed Allowed) (kept, dropped []rules.Method) {
	for _, m := range methods {
		if allowed == nil || allowed(m) {
			kept = append(kept, m)
		} else {
			dropped = append(dropped, m)
		}
	}
	return kept, dropped
}
