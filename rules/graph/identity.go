package graph

import (
	"errors"
	"slices"

	"github.com/stile-id/stile/rules"
)

// ErrUnprovable reports that no path through a graph proves an identity.
var ErrUnprovable = errors.New("no way to verified proves an identity")

// ForIdentity returns the graph for a session that must prove the user's
// identity, and the methods that were dropped. It drops the members of an any_of
// that would lead to verified without proof, if another member proves an
// identity. Where no member does, the group is kept, and [Next] ends such a path
// failed.
//
// Errors: [ErrUnprovable].
func ForIdentity(g Graph) (Graph, []rules.Method, error) {
	offered := OfferedMethods(g)
	g.Identity = true
	g.Nodes = slices.Clone(g.Nodes)
	// Inner groups come after outer ones in the list, and are pruned first: a
	// member can be kept if its weaker half can be dropped.
	for i, n := range slices.Backward(g.Nodes) {
		g.Nodes[i].Members = g.provingMembers(n)
	}
	p := &pruner{graph: g}
	p.walk(g.Start)
	g = p.rest()
	left := OfferedMethods(g)
	dropped := slices.DeleteFunc(offered, func(m rules.Method) bool { return slices.Contains(left, m) })
	if !newForecast(g, "").ofGraph().pass[proved] {
		return Graph{}, dropped, ErrUnprovable
	}
	return g, dropped, nil
}

// provingMembers returns the members of a group without those members of an
// any_of that may pass without proof, if this could lead to verified and a
// member that proves an identity remains.
func (g Graph) provingMembers(n Node) []string {
	if n.Kind != KindAnyOf || !newForecast(g, n.ID).ofGraph().pass[marked] {
		return n.Members
	}
	f := newForecast(g, "")
	weak := func(entry string) bool { return f.from(entry, unproved).pass[unproved] }
	proves := func(entry string) bool { return f.from(entry, unproved).pass[proved] }
	stay := slices.DeleteFunc(slices.Clone(n.Members), weak)
	if !slices.ContainsFunc(stay, proves) {
		return n.Members
	}
	return stay
}

// Strongest returns the node with the strongest method of the graph, the first
// of several, or false for a graph without methods.
func Strongest(g Graph) (Node, bool) {
	best, found := Node{}, false
	for _, n := range g.Nodes {
		if n.Kind != KindMethod || found && !stronger(n.Method, best.Method) {
			continue
		}
		best, found = n, true
	}
	return best, found
}

// stronger compares methods by rank. Of two methods of the same rank the one
// that proves identity is stronger, because a selfie has the rank of a document.
func stronger(a, b rules.Method) bool {
	if a.Rank() != b.Rank() {
		return a.Rank() > b.Rank()
	}
	return a.ProvesIdentity() && !b.ProvesIdentity()
}
