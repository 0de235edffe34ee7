package graph

import (
	"fmt"
	"slices"
	"strings"
)

// edge leads from a node, by one of its fields, to another.
type edge struct {
	field, target string
}

// edges are the ways on from a node, in the order of its fields. Those of a
// kind that is not known count all: their mistake is another one.
func (n SourceNode) edges() []edge {
	if end, _ := n.ends(); end {
		return nil
	}
	var all []edge
	if n.Kind != KindBranch {
		all = append(all, edge{"pass", n.Pass}, edge{"fail", n.Fail})
	}
	for i, v := range n.Cases {
		all = append(all, edge{fmt.Sprintf("cases[%d].next", i), v.Next})
	}
	all = append(all, edge{"default", n.Default})
	return slices.DeleteFunc(all, func(e edge) bool { return e.target == "" })
}

// shape reports nodes that no way leads to, and ways that come back. That every
// way ends needs no check of its own: without a cycle, and with each node
// leading somewhere, it must.
func (c *checker) shape(s scope) {
	w := &walker{nodes: s.nodes}
	w.walk(s.start)
	if _, ok := s.nodes.node(s.start); ok {
		for _, n := range s.nodes {
			if !slices.Contains(w.seen, n.ID) {
				c.at(s.prefix+shorten(n.ID), "id", "no way from the start leads here: point a node at it, or remove it")
			}
		}
	}
	for _, n := range s.nodes {
		w.walk(n.ID)
	}
	for _, found := range w.cycles {
		c.at(s.prefix+shorten(found.from), found.field,
			"leads back (%s): a way must not return, so point it further on", strings.Join(found.way, " → "))
	}
}

// cycle is a way that returns to where it was, by a field of the node from.
type cycle struct {
	from, field string
	way         []string
}

// walker walks all ways, depth first.
type walker struct {
	nodes  SourceNodes
	seen   []string
	way    []string // from where the walk began to where it stands
	cycles []cycle
}

func (w *walker) walk(id string) {
	n, ok := w.nodes.node(id)
	if !ok || slices.Contains(w.seen, id) {
		return
	}
	w.seen = append(w.seen, id)
	w.way = append(w.way, id)
	returned := false
	for _, e := range n.edges() {
		if at := slices.Index(w.way, e.target); at < 0 {
			w.walk(e.target)
		} else if !returned {
			returned = true // one cycle for each node that closes any
			w.cycles = append(w.cycles, cycle{from: id, field: e.field, way: shortened(append(w.way[at:len(w.way):len(w.way)], e.target))})
		}
	}
	w.way = w.way[:len(w.way)-1]
}

func shortened(ids []string) []string {
	short := make([]string, len(ids))
	for i, id := range ids {
		short[i] = shorten(id)
	}
	return short
}
