package graph

import (
	"fmt"
	"slices"
)

// noGraph reports a graph in simple mode, where it would be ignored.
func (c *checker) noGraph() {
	if c.d.Graph != nil {
		c.add("graph", "belongs to mode %q: set that, or remove the graph", ModeGraph)
	}
}

// noSimpleFields reports fields that would be ignored in graph mode.
func (c *checker) noSimpleFields() {
	set := []struct {
		field string
		given bool
	}{
		{"methods", len(c.d.Methods) > 0},
		{"composition", c.d.Composition != ""},
		{"supplementary", len(c.d.Supplementary) > 0},
		{"overrides", len(c.d.Overrides) > 0},
	}
	for _, s := range set {
		if s.given {
			c.add(s.field, "belongs to mode %q: remove it, and say the same with nodes", ModeSimple)
		}
	}
}

func (c *checker) graph() {
	if c.d.Graph == nil {
		c.add("graph", "is required: an object with start and nodes")
		return
	}
	if size := c.d.Graph.size(); size > MostNodes {
		c.add(
			"graph.nodes",
			"must not hold more than %d nodes, those of sub-graphs among them; there are %d",
			MostNodes,
			size,
		)
		return
	}
	if c.tooManyConditions() {
		return
	}
	c.scope(scope{field: "graph", depth: 1, start: c.d.Graph.Start, nodes: c.d.Graph.Nodes})
	if c.cost > MostConditionCost {
		c.add("graph.nodes", "the conditions may take too much work together (%d units, %d are allowed): "+
			"loop over less, or compare with == instead of searching", c.cost, MostConditionCost)
	}
}

// scope is a graph being checked: the top graph, or the sub-graph of a member.
type scope struct {
	// prefix of the nodes' ids: "" at the top, else such as "pick.0.".
	prefix string
	// owner is the id of the group that the graph is a member of, "" at the top;
	// field is the path from the group to the graph.
	owner, field string
	depth        int
	start        string
	nodes        SourceNodes
}

// member returns the scope of a group's member i.
func (s scope) member(owner string, i int, g *Source) scope {
	return scope{
		prefix: fmt.Sprintf("%s.%d.", owner, i),
		owner:  owner,
		field:  fmt.Sprintf("members[%d].graph", i),
		depth:  s.depth + 1,
		start:  g.Start,
		nodes:  g.Nodes,
	}
}

func (c *checker) scope(s scope) {
	if s.depth > DeepestGraph {
		c.at(s.owner, s.field, "%s", errTooDeep)
		return
	}
	c.start(s)
	if len(s.nodes) == 0 {
		c.at(s.owner, s.field+".nodes", "at least one node is required")
	}
	for i, n := range s.nodes {
		// The nodes are sorted, so equal ids are adjacent.
		if i > 0 && s.nodes[i-1].ID == n.ID {
			c.at(s.prefix+n.ID, "id", "appears more than once: rename one of the nodes")
			continue
		}
		c.id(s, n.ID)
		c.node(s, n)
	}
	c.shape(s)
}

func (c *checker) start(s scope) {
	field := s.field + ".start"
	n, ok := s.nodes.node(s.start)
	end, _ := n.ends()
	switch {
	case s.start == "":
		c.at(s.owner, field, "is required: the id of the node that comes first")
	case !ok:
		c.at(s.owner, field, "there is no node %q: name one of the nodes", shorten(s.start))
	case end:
		c.at(s.owner, field, "%s ends the graph before anything has happened: start with a step", shorten(s.start))
	}
}

func (c *checker) id(s scope, id string) {
	letter := func(r rune) bool {
		return 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '_' || r == '-'
	}
	switch {
	case len(id) > 0 && id[0] == '$':
		c.at(s.prefix+shorten(id), "id", "ids that begin with $ are reserved: rename the node")
	case id == "" || len(id) > longestID || slices.ContainsFunc([]rune(id), func(r rune) bool { return !letter(r) }):
		c.at(s.prefix+shorten(id), "id", "must have 1 to %d of the characters a-z, 0-9, _ and -: rename the node", longestID)
	}
}

// shorten cuts an id or a name to longestID characters, so that a fault does not
// repeat long input.
func shorten(id string) string {
	if runes := []rune(id); len(runes) > longestID {
		return string(runes[:longestID]) + "…"
	}
	return id
}
