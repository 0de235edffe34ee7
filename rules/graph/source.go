package graph

import (
	"cmp"
	"slices"

	"github.com/stile-id/stile/rules"
)

// Limits of a graph as a merchant writes it.
const (
	MostNodes    = 100 // of the graph and its sub-graphs together
	MostCases    = 20  // of one branch
	DeepestGraph = 5   // the graph itself, and sub-graphs within one another

	longestID     = 40
	longestReason = 200
)

// Source is a graph as its merchant wrote it: the graph of a definition, or the
// sub-graph of a group's member. In a sub-graph, nodes of kind verified and
// failed end the member and not the session.
type Source struct {
	// Start is the id of the first node.
	Start string      `json:"start"`
	Nodes SourceNodes `json:"nodes"`
}

// SourceNodes are sorted by id in memory, so that iteration is deterministic,
// and an object keyed by id in JSON.
type SourceNodes []SourceNode

// SourceNode is one node. Its kind decides which fields it takes.
type SourceNode struct {
	ID   string `json:"-"` // the key of the JSON object
	Kind Kind   `json:"kind"`

	// Method, Options and MaxAttempts belong to a method node. The definition's
	// [Preferences] fill in omitted settings.
	Method      rules.Method `json:"method,omitempty"`
	Options     Options      `json:"options,omitzero"`
	MaxAttempts int          `json:"max_attempts,omitzero"`

	// Methods and Members belong to a group. Methods are the short form for
	// single methods without settings.
	Methods []rules.Method `json:"methods,omitempty"`
	Members []SourceMember `json:"members,omitempty"`

	// Pass and Fail are the targets of a method, a group or a review. A review
	// may leave them out: it then decides the session, or in a sub-graph the
	// member.
	Pass string `json:"pass,omitempty"`
	Fail string `json:"fail,omitempty"`

	// Cases and Default belong to a branch.
	Cases   []Case `json:"cases,omitempty"`
	Default string `json:"default,omitempty"`

	// Reason tells reviewers why the review was requested.
	Reason string `json:"reason,omitempty"`
}

// SourceMember is one member of a group: a method, or a sub-graph.
type SourceMember struct {
	Method      rules.Method `json:"method,omitempty"`
	Options     Options      `json:"options,omitzero"`
	MaxAttempts int          `json:"max_attempts,omitzero"`
	Graph       *Source      `json:"graph,omitempty"`
}

// node returns the node with this id, or false.
func (n SourceNodes) node(id string) (SourceNode, bool) {
	i := slices.IndexFunc(n, func(v SourceNode) bool { return v.ID == id })
	if i < 0 {
		return SourceNode{}, false
	}
	return n[i], true
}

func (n SourceNodes) sort() {
	slices.SortStableFunc(n, func(a, b SourceNode) int { return cmp.Compare(a.ID, b.ID) })
}

// normalised returns a copy with sorted nodes, at every depth. The contents of
// the nodes are shared, because they are never written to.
func (s *Source) normalised() *Source {
	if s == nil {
		return nil
	}
	nodes := slices.Clone(s.Nodes)
	nodes.sort()
	for i, n := range nodes {
		nodes[i].Members = slices.Clone(n.Members)
		for j, member := range n.Members {
			nodes[i].Members[j].Graph = member.Graph.normalised()
		}
	}
	return &Source{Start: s.Start, Nodes: nodes}
}

// size counts the nodes, including those of sub-graphs.
func (s *Source) size() int {
	if s == nil {
		return 0
	}
	total := len(s.Nodes)
	for _, n := range s.Nodes {
		for _, member := range n.Members {
			total += member.Graph.size()
		}
	}
	return total
}

// ends reports whether a node ends its graph, and whether it ends it verified.
func (n SourceNode) ends() (end, good bool) {
	return n.Kind == KindVerified || n.Kind == KindFailed, n.Kind == KindVerified
}
