package graph

import "slices"

// Upcoming returns the nodes that the session has not entered and may still
// enter, in the order of the graph: those reachable from the nodes at which it
// waits, and from the groups under way.
func (s State) Upcoming(g Graph) []string {
	w := &outlook{graph: g}
	if s.Entered == 0 {
		w.look(g.Start)
	}
	for _, token := range s.Tokens {
		w.beyond(token.Node)
	}
	for _, group := range s.Groups {
		w.beyond(group.Node)
	}
	upcoming := []string{}
	for _, n := range g.Nodes {
		if slices.Contains(w.seen, n.ID) {
			upcoming = append(upcoming, n.ID)
		}
	}
	return upcoming
}

// outlook collects the nodes that may still be entered.
type outlook struct {
	graph Graph
	seen  []string
}

// beyond visits the nodes that may follow a node in its scope. The nodes after
// the scope belong to the enclosing group, which is visited itself.
func (w *outlook) beyond(id string) {
	n, _ := w.graph.Node(id)
	for _, next := range n.next() {
		w.look(next)
	}
}

func (w *outlook) look(id string) {
	n, found := w.graph.Node(id)
	if !found || slices.Contains(w.seen, id) {
		return
	}
	w.seen = append(w.seen, id)
	for _, entry := range n.Members {
		w.look(entry)
	}
	w.beyond(id)
}
