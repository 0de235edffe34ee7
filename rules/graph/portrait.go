package graph

import (
	"cmp"
	"slices"

	"github.com/stile-id/stile/rules"
)

// hasPortrait reports whether a document that passes by the method leaves a portrait, which selfie_match needs.
func hasPortrait(m rules.Method) bool {
	return m == rules.MethodDocumentCapture || m == rules.MethodNFCPassport
}

// unmatchable returns the selfie_match nodes that a session can come to before a document has left a portrait, in the
// order of the graph. It may include a path that the conditions rule out.
func unmatchable(g Graph) (ids []string) {
	s := &portraits{graph: g, known: map[portraitKey]passes{}, bare: map[string]bool{}}
	s.from(g.Start, false)
	for _, n := range g.Nodes {
		if s.bare[n.ID] {
			ids = append(ids, n.ID)
		}
	}
	return ids
}

// passes tells how a scope can pass: without a portrait, and with one.
type passes struct{ without, with bool }

func (p passes) or(other passes) passes {
	return passes{p.without || other.without, p.with || other.with}
}

// portraits follows all paths through a graph, each with or without a portrait.
type portraits struct {
	graph Graph
	known map[portraitKey]passes
	bare  map[string]bool // selfie_match nodes that are reached without one
}

type portraitKey struct {
	node string
	has  bool
}

// from returns how the scope of a target can pass, for a path that reaches the target.
func (s *portraits) from(target string, has bool) passes {
	key := portraitKey{target, has}
	if p, done := s.known[key]; done {
		return p
	}
	s.known[key] = passes{} // ends the recursion on a corrupt graph with a cycle
	n, _ := s.graph.Node(target)
	p := passes{}
	switch {
	case target == PassMember || n.Kind == KindVerified:
		p = passes{without: !has, with: has}
	case n.Kind == KindMethod:
		if n.Method == rules.MethodSelfieMatch && !has {
			s.bare[n.ID] = true
		}
		p = s.from(n.Pass, has || hasPortrait(n.Method)).or(s.from(n.Fail, has))
	case n.Kind == KindReview:
		p = s.from(cmp.Or(n.Pass, PassMember), has).or(s.from(n.Fail, has))
	case n.Kind == KindBranch:
		p = s.from(n.Default, has)
		for _, c := range n.Cases {
			p = p.or(s.from(c.Next, has))
		}
	case n.Kind == KindAnyOf || n.Kind == KindAllOf:
		p = s.group(n, has)
	}
	s.known[key] = p
	return p
}

// group returns how the scope of a group can pass. The members of an all_of wait for each other: a document that one of
// them always shows is there for the others.
func (s *portraits) group(n Node, has bool) passes {
	var inside passes
	for _, entry := range n.Members {
		others := has
		if n.Kind == KindAllOf {
			others = others || slices.ContainsFunc(n.Members, func(other string) bool {
				return other != entry && s.shows(other)
			})
		}
		inside = inside.or(s.from(entry, others))
	}
	if n.Kind == KindAllOf && slices.ContainsFunc(n.Members, s.shows) {
		inside.without = false
	}
	after := s.from(n.Fail, has)
	if inside.without {
		after = after.or(s.from(n.Pass, false))
	}
	if inside.with {
		after = after.or(s.from(n.Pass, true))
	}
	return after
}

// shows reports whether a member passes with a portrait alone.
func (s *portraits) shows(entry string) bool {
	alone := &portraits{graph: s.graph, known: map[portraitKey]passes{}, bare: map[string]bool{}}
	p := alone.from(entry, false)
	return p.with && !p.without
}
