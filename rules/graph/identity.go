package graph

import (
	"errors"
	"slices"

	"github.com/stile-id/stile/rules"
)

// ErrUnprovable means that no way through a graph proves an identity.
var ErrUnprovable = errors.New("no way to verified proves an identity")

// ForIdentity returns the graph for a session that must prove who the user is,
// with the methods that were dropped: of an any_of the members that would lead
// to verified without a method that proves identity, where others would not.
// Where no member is better, the group stays, and [Next] ends such a way failed.
//
// Errors: [ErrUnprovable].
func ForIdentity(g Graph) (Graph, []rules.Method, error) {
	offered := OfferedMethods(g)
	g.Identity = true
	g.Nodes = slices.Clone(g.Nodes)
	// Inner groups stand behind outer ones. They come first: a member whose
	// weaker half can be dropped need not go as a whole.
	for i, n := range slices.Backward(g.Nodes) {
		g.Nodes[i].Members = g.provingMembers(n)
	}
	p := &pruner{graph: g}
	p.walk(g.Start)
	g = p.rest()
	left := OfferedMethods(g)
	dropped := slices.DeleteFunc(offered, func(m rules.Method) bool { return slices.Contains(left, m) })
	if !newForecast(g, "").whole().pass[proved] {
		return Graph{}, dropped, ErrUnprovable
	}
	return g, dropped, nil
}

// provingMembers leaves out the members of an any_of that may pass without
// proof, where verified may follow from that and other members remain.
func (g Graph) provingMembers(n Node) []string {
	if n.Kind != KindAnyOf || !newForecast(g, n.ID).whole().pass[marked] {
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

// Strongest returns the method node with the strongest method of the graph, of
// several the first, or false for a graph without methods.
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

// stronger prefers what proves identity: a selfie has the rank of a document.
func stronger(a, b rules.Method) bool {
	if a.Rank() != b.Rank() {
		return a.Rank() > b.Rank()
	}
	return a.ProvesIdentity() && !b.ProvesIdentity()
}
