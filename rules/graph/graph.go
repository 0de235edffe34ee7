package graph

import (
	"slices"

	"github.com/stile-id/stile/rules"
)

// FormatVersion marks the compiled form, so that a later executor can tell
// what an old session's graph means.
const FormatVersion = 1

// Kind says what a node does.
type Kind string

// The node kinds.
const (
	KindMethod   Kind = "method"   // offers a method until it passes or is exhausted
	KindAnyOf    Kind = "any_of"   // offers its members side by side; the first to pass passes it
	KindAllOf    Kind = "all_of"   // offers its members side by side; the first to fail fails it
	KindBranch   Kind = "branch"   // goes where the first true condition points
	KindReview   Kind = "review"   // waits for a reviewer
	KindVerified Kind = "verified" // ends the session verified
	KindFailed   Kind = "failed"   // ends the session failed
)

// Reserved targets that end a member's sub-graph within its group.
const (
	PassMember = "$pass"
	FailMember = "$fail"
)

// Graph is a compiled workflow: immutable, stored with the session, and all
// that the executor needs. It has no cycle, and every node belongs to one
// member's sub-graph at most.
type Graph struct {
	Version int    `json:"version"`
	Start   string `json:"start"`
	// Identity marks the graph of a session that must prove who the user is: it
	// ends verified only on a way on which a method that proves identity passed.
	// [ForIdentity] sets it.
	Identity bool `json:"identity,omitzero"`
	// Nodes begin with the start node; a group is followed by its members in
	// declared order, then by what comes after it; the terminals are last.
	Nodes []Node `json:"nodes"`
}

// Node is one step. Which fields count depends on Kind; edges lead to a node of
// the same scope, or from within a group to [PassMember] or [FailMember].
type Node struct {
	ID   string `json:"id"`
	Kind Kind   `json:"kind"`
	// Scope is the id of the enclosing group, empty at the top.
	Scope string `json:"scope,omitempty"`

	// Method, MaxAttempts and Options belong to a method node. MaxAttempts
	// counts failures; 0 means [DefaultMaxAttempts].
	Method      rules.Method `json:"method,omitempty"`
	MaxAttempts int          `json:"max_attempts,omitzero"`
	Options     Options      `json:"options,omitzero"`

	// Members of a group: the entry node of each member's sub-graph.
	Members []string `json:"members,omitempty"`

	// Pass and Fail lead on from a method, a group or a review. A review may
	// leave them empty: it then decides its member, or at the top the session.
	Pass string `json:"pass,omitempty"`
	Fail string `json:"fail,omitempty"`

	// Cases and Default belong to a branch.
	Cases   []Case `json:"cases,omitempty"`
	Default string `json:"default,omitempty"`

	// Reason tells reviewers why the review was asked for.
	Reason string `json:"reason,omitempty"`
}

// Options tune one method node.
type Options struct {
	DocumentTypes    []string `json:"document_types,omitempty"`
	LivenessStrategy string   `json:"liveness_strategy,omitempty"`
}

// Case is one edge of a branch: a CEL condition and where it leads.
type Case struct {
	When string `json:"when"`
	Next string `json:"next"`
}

// Node returns the node with this id, or false.
func (g Graph) Node(id string) (Node, bool) {
	i := slices.IndexFunc(g.Nodes, func(n Node) bool { return n.ID == id })
	if i < 0 {
		return Node{}, false
	}
	return g.Nodes[i], true
}

// OfferedMethods returns the methods a session may meet, each once, in the
// order of the nodes: of a simple workflow the primary ones, then the
// supplementary ones, as declared. It is never nil.
func OfferedMethods(g Graph) []rules.Method {
	methods := []rules.Method{}
	for _, n := range g.Nodes {
		if n.Kind == KindMethod && !slices.Contains(methods, n.Method) {
			methods = append(methods, n.Method)
		}
	}
	return methods
}
