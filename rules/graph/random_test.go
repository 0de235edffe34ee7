package graph_test

import (
	"fmt"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// source reads choices from fuzz data; after the end of the data all choices are
// 0.
type source struct {
	data []byte
}

// pick returns a number from 0 to n-1.
func (s *source) pick(n int) int {
	if len(s.data) == 0 {
		return 0
	}
	b := s.data[0]
	s.data = s.data[1:]
	return int(b) % n
}

// builder makes random graphs that are sound by construction: it works backwards
// from the ends, so every edge leads to an existing node.
type builder struct {
	source *source
	nodes  []graph.Node
	budget int
}

func randomGraph(s *source) graph.Graph {
	b := &builder{source: s, budget: 1 + s.pick(10)}
	start := b.chain("", "yes", "no", 0)
	g := withEnds(b.nodes...)
	g.Start = start
	return g
}

// chain builds up to three nodes of one scope, each leading to earlier ones or
// to an end, and returns the id of the first.
func (b *builder) chain(scope, pass, fail string, depth int) string {
	first := ""
	targets := []string{pass, fail}
	for range 1 + b.source.pick(3) {
		if first != "" && b.budget <= 0 {
			break
		}
		first = b.node(scope, targets, depth)
		targets = append(targets, first)
	}
	return first
}

func (b *builder) node(scope string, targets []string, depth int) string {
	b.budget--
	id := fmt.Sprintf("n%d", len(b.nodes))
	target := func() string { return targets[b.source.pick(len(targets))] }
	at := len(b.nodes)
	b.nodes = append(b.nodes, graph.Node{}) // keeps ids unique while members are built
	var n graph.Node
	switch kind := b.source.pick(6); {
	case kind == 1 && depth < 3:
		n = group(graph.KindAnyOf, id, scope, target(), target(), b.members(id, depth)...)
	case kind == 2 && depth < 3:
		n = group(graph.KindAllOf, id, scope, target(), target(), b.members(id, depth)...)
	case kind == 3:
		n = branch(id, scope, target(), target(), target())
	case kind == 4:
		n = review(id, scope, target(), target())
	case kind == 5:
		n = review(id, scope, "", "")
	default:
		n = method(id, scope, b.source.pick(4), target(), target())
		n.Method = randomMethods[b.source.pick(len(randomMethods))]
	}
	b.nodes[at] = n
	return id
}

// randomMethods are a method that proves an identity, one of the same strength
// that does not, and a weaker one.
var randomMethods = []rules.Method{rules.MethodMDL, rules.MethodSelfieMatch, rules.MethodFacialAge}

func (b *builder) members(id string, depth int) []string {
	var entries []string
	for range 1 + b.source.pick(3) {
		entries = append(entries, b.chain(id, "$pass", "$fail", depth+1))
	}
	return entries
}

// fates holds the final result of each node: 0 passes and 1 fails a method or a
// review; a branch takes the default, first or second case.
type fates map[string]int

func randomFates(s *source, g graph.Graph) fates {
	f := fates{}
	for _, n := range g.Nodes {
		f[n.ID] = s.pick(2)
		if n.Kind == graph.KindBranch {
			f[n.ID] = s.pick(3)
		}
	}
	return f
}

// expectedEnd computes the end of the walk from a node, independent of the order
// of events: a terminal's id, or for a member "$pass" or "$fail".
func (f fates) expectedEnd(g graph.Graph, id string) string {
	n, ok := g.Node(id)
	if !ok || n.Kind == graph.KindVerified || n.Kind == graph.KindFailed {
		return id
	}
	good := f[id] == 0
	switch n.Kind {
	case graph.KindBranch:
		return f.expectedEnd(g, append([]graph.Case{{Next: n.Default}}, n.Cases...)[f[id]].Next)
	case graph.KindAnyOf, graph.KindAllOf:
		good = n.Kind == graph.KindAllOf
		for _, entry := range n.Members {
			if memberPassed := f.expectedEnd(g, entry) == "$pass"; memberPassed != good {
				good = memberPassed
				break
			}
		}
	case graph.KindReview:
		if n.Pass == "" && n.Scope == "" {
			return map[bool]string{true: "yes", false: "no"}[good]
		}
		if n.Pass == "" {
			return map[bool]string{true: "$pass", false: "$fail"}[good]
		}
	}
	if good {
		return f.expectedEnd(g, n.Pass)
	}
	return f.expectedEnd(g, n.Fail)
}
