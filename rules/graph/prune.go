package graph

import (
	"slices"

	"github.com/stile-id/stile/rules"
)

// prune drops what a compiled graph cannot use where it runs: a member of an
// any_of that cannot do without a method that is not allowed. A group is
// blocked that is left with no member, or as an all_of has lost one; so is a
// method node that is not allowed. What is blocked outside of an any_of
// prohibits the graph, on whichever way it stands: which way a session takes
// is known too late.
func prune(g Graph, allowed Allowed) (Graph, []rules.Method, error) {
	p := &pruner{graph: g, allowed: allowed}
	dropped := p.dropped()
	if blocked := p.walk(g.Start); len(blocked) > 0 {
		return Graph{}, dropped, &ProhibitedError{Methods: blocked}
	}
	return p.rest(), dropped, nil
}

// pruner works out what stays of a graph.
type pruner struct {
	graph   Graph
	allowed Allowed
	seen    []string
	kept    []Node // the nodes that stay, groups with the members that stay
}

func (p *pruner) allows(m rules.Method) bool {
	return p.allowed == nil || p.allowed(m)
}

// dropped lists the methods that are not allowed, in the order of the nodes.
func (p *pruner) dropped() []rules.Method {
	_, dropped := split(OfferedMethods(p.graph), p.allowed)
	return copied(dropped)
}

// walk goes through a node and all that may follow it in its scope, and returns
// the methods that block it, each once.
func (p *pruner) walk(id string) []rules.Method {
	n, ok := p.graph.Node(id)
	if !ok || slices.Contains(p.seen, id) {
		return nil
	}
	p.seen = append(p.seen, id)
	var blocked []rules.Method
	switch n.Kind {
	case KindMethod:
		if !p.allows(n.Method) {
			blocked = []rules.Method{n.Method}
		}
	case KindAnyOf, KindAllOf:
		n.Members, blocked = p.members(n)
	}
	p.kept = append(p.kept, n)
	for _, next := range n.next() {
		blocked = union(blocked, p.walk(next))
	}
	return blocked
}

// members returns the members of a group that stay, and what blocks the group.
func (p *pruner) members(group Node) (stay []string, blocked []rules.Method) {
	for _, entry := range group.Members {
		before := len(p.kept)
		lost := p.walk(entry)
		if len(lost) == 0 {
			stay = append(stay, entry)
			continue
		}
		blocked = union(blocked, lost)
		p.kept = p.kept[:before]
	}
	if group.Kind == KindAnyOf && len(stay) > 0 {
		return stay, nil
	}
	return stay, blocked
}

// rest is the graph of what was kept, in the order that it had.
func (p *pruner) rest() Graph {
	rest := Graph{Version: p.graph.Version, Start: p.graph.Start, Identity: p.graph.Identity}
	for _, n := range p.graph.Nodes {
		i := slices.IndexFunc(p.kept, func(kept Node) bool { return kept.ID == n.ID })
		if i >= 0 {
			rest.Nodes = append(rest.Nodes, p.kept[i])
		}
	}
	return rest
}

// next lists where a node may lead on to within its scope.
func (n Node) next() []string {
	all := []string{n.Pass, n.Fail}
	for _, v := range n.Cases {
		all = append(all, v.Next)
	}
	all = append(all, n.Default)
	return slices.DeleteFunc(all, func(id string) bool { return id == "" || id == PassMember || id == FailMember })
}

// union appends what is new in more.
func union(methods, more []rules.Method) []rules.Method {
	for _, m := range more {
		if !slices.Contains(methods, m) {
			methods = append(methods, m)
		}
	}
	return methods
}
