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

// edges returns the edges of a node, in the order of its fields. A node of an
// unknown kind keeps all its edges; its kind is reported separately.
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

// shape reports unreachable nodes and cycles. It need not check that every path
// ends: without a cycle, and with a target at each node, every path does.
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
			"leads back (%s): a way must not return, so point it further on", strings.Join(found.path, " → "))
	}
}

// cycle is a path that returns to an earlier node, by a field of the node from.
type cycle struct {
	from, field string
	path        []string
}

// walker walks all paths, depth first.
type walker struct {
	nodes  SourceNodes
	seen   []string
	path   []string // from the start of the walk to the current node
	cycles []cycle
}

func (w *walker) walk(id string) {
	n, ok := w.nodes.node(id)
	if !ok || slices.Contains(w.seen, id) {
		return
	}
	w.seen = append(w.seen, id)
	w.path = append(w.path, id)
	returned := false
	for _, e := range n.edges() {
		if at := slices.Index(w.path, e.target); at < 0 {
			w.walk(e.target)
		} else if !returned {
			returned = true // report one cycle for each node that closes one
			w.cycles = append(
				w.cycles,
				cycle{from: id, field: e.field, path: shortened(append(w.path[at:len(w.path):len(w.path)], e.target))},
			)
		}
	}
	w.path = w.path[:len(w.path)-1]
}

func shortened(ids []string) []string {
	short := make([]string, len(ids))
	for i, id := range ids {
		short[i] = shorten(id)
	}
	return short
}
