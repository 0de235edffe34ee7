package graph

import "github.com/stile-id/stile/rules"

// Allowed reports whether a method may be used in the jurisdiction of a session.
type Allowed func(rules.Method) bool

// Specialise compiles a definition for one jurisdiction: it applies the
// override, drops the methods that are not allowed, and returns the dropped
// methods in declared order. A nil allowed allows every method.
//
// A graph has no overrides. In a graph only members of an any_of are dropped, a
// sub-graph as a whole if it cannot run without a method that is not allowed.
//
// The definition must compile. Its conditions and its overall size are not
// checked again.
//
// Errors: [*FaultError] for a definition with any other fault;
// [*ProhibitedError] if an any_of has no member left, if an all_of (such as the
// supplementary layers) has lost one, or if a method node of a graph is not
// allowed, on whichever branch.
func Specialise(d Definition, j rules.Jurisdiction, allowed Allowed) (Graph, []rules.Method, error) {
	d = d.WithDefaults().restrictedTo(j)
	d.Preferences.matchBarred = allowed != nil && !allowed(rules.MethodSelfieMatch)
	if faults := validate(d, nil); len(faults) > 0 {
		return Graph{}, nil, &FaultError{Faults: faults}
	}
	if d.Mode == ModeGraph {
		return prune(build(d), allowed)
	}
	local := d.In(j)
	primary, noPrimary := split(local.Methods, local.Preferences.matchable(allowed))
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

// split separates the allowed methods from the others.
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
