package graph

import (
	"slices"

	"github.com/stile-id/stile/rules"
)

// prune removes from a compiled graph the parts that cannot run in a
// jurisdiction. A method node is blocked if its method is not allowed, an any_of
// if all of its members are, an all_of if one is. prune drops the blocked
// members of an any_of that keeps another. Any other blocked node prohibits the
// graph, on every path, because the session's path is not known yet.
func prune(g Graph, allowed Allowed) (Graph, []rules.Method, error) {
	p := &pruner{graph: g, allowed: allowed}
	dropped := p.dropped()
	if blocked := p.walk(g.Start); len(blocked) > 0 {
		return Graph{}, dropped, &ProhibitedError{Methods: blocked}
	}
	return p.rest(), dropped, nil
}

// Without returns the graph without those members of any_of groups that need an unavailable method, as long as another
// member of the group remains. All other nodes remain, even if they need an unavailable method.
func Without(g Graph, unavailable func(rules.Method) bool) Graph {
	p := &pruner{graph: g, allowed: func(m rules.Method) bool { return !unavailable(m) }, lenient: true}
	p.walk(g.Start)
	return p.rest()
}

// pruner computes the parts of a graph that remain.
type pruner struct {
	graph   Graph
	allowed Allowed
	seen    []string
	kept    []Node // the remaining nodes, groups with their remaining members
	lenient bool   // a blocked group keeps all its members
}

func (p *pruner) allows(m rules.Method) bool {
	return p.allowed == nil || p.allowed(m)
}

// dropped lists the methods that are not allowed, in the order of the nodes.
func (p *pruner) dropped() []rules.Method {
	_, dropped := split(OfferedMethods(p.graph), p.allowed)
	return copied(dropped)
}

// walk visits a node and all nodes that may follow it in its scope, and returns
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

// members returns the remaining members of a group, and the methods that block
// the group.
func (p *pruner) members(group Node) (stay []string, blocked []rules.Method) {
	var dropped []Node
	for _, entry := range group.Members {
		before := len(p.kept)
		lost := p.walk(entry)
		if len(lost) == 0 {
			stay = append(stay, entry)
			continue
		}
		blocked = union(blocked, lost)
		dropped = append(dropped, p.kept[before:]...)
		p.kept = p.kept[:before]
	}
	switch {
	case group.Kind == KindAnyOf && len(stay) > 0:
		return stay, nil
	case p.lenient:
		p.kept = append(p.kept, dropped...)
		return group.Members, blocked
	}
	return stay, blocked
}

// rest returns the graph of the remaining nodes, in their original order.
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

// next returns the targets of a node within its scope.
func (n Node) next() []string {
	all := []string{n.Pass, n.Fail}
	for _, v := range n.Cases {
		all = append(all, v.Next)
	}
	all = append(all, n.Default)
	return slices.DeleteFunc(all, func(id string) bool { return id == "" || id == PassMember || id == FailMember })
}

// union returns the methods of both lists, each once. It changes neither list.
func union(methods, more []rules.Method) []rules.Method {
	for _, m := range more {
		if !slices.Contains(methods, m) {
			methods = append(slices.Clip(methods), m)
		}
	}
	return methods
}
