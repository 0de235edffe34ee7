package graph

import "slices"

// Upcoming returns the nodes that the session has not come to and still can,
// in the order of the graph: those that a way leads to from where it waits,
// or from a group under way once that is decided. Which way it takes, nobody
// knows yet.
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

// outlook looks along all ways ahead.
type outlook struct {
	graph Graph
	seen  []string
}

// beyond looks at what may follow a node in its scope. What follows the scope
// is for the group to tell, which is under way, or seen with its members.
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
