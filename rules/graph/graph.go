package graph

import (
	"slices"

	"github.com/stile-id/stile/rules"
)

// FormatVersion is the version of the compiled form. It is stored with each
// graph, so that a later executor can read the graphs of old sessions.
const FormatVersion = 1

// Kind is the kind of a node.
type Kind string

// The node kinds.
const (
	KindMethod   Kind = "method"   // offers a method until it passes or is exhausted
	KindAnyOf    Kind = "any_of"   // offers its members side by side; passes when the first member passes
	KindAllOf    Kind = "all_of"   // offers its members side by side; fails when the first member fails
	KindBranch   Kind = "branch"   // follows the first condition that is true
	KindReview   Kind = "review"   // waits for a reviewer
	KindVerified Kind = "verified" // ends the session verified
	KindFailed   Kind = "failed"   // ends the session failed
)

// Reserved targets that end a member's sub-graph within its group.
const (
	PassMember = "$pass"
	FailMember = "$fail"
)

// Graph is a compiled workflow. It is immutable, is stored with the session, and
// is all the executor needs. It has no cycle, and every node belongs to the
// sub-graph of at most one member.
type Graph struct {
	Version int    `json:"version"`
	Start   string `json:"start"`
	// Identity is set for a session that must prove the user's identity: it ends
	// verified only if a method that proves identity passed on the path to the
	// end. [ForIdentity] sets it.
	Identity bool `json:"identity,omitzero"`
	// Nodes begin with the start node. A group is followed by its members in
	// declared order, then by the nodes after the group; the terminals come
	// last.
	Nodes []Node `json:"nodes"`
}

// Node is one step. Kind decides which fields apply. Edges lead to a node of the
// same scope, or from within a group to [PassMember] or [FailMember].
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

	// Pass and Fail are the targets of a method, a group or a review. A review
	// may leave them empty: it then decides its member, or at the top the
	// session.
	Pass string `json:"pass,omitempty"`
	Fail string `json:"fail,omitempty"`

	// Cases and Default belong to a branch.
	Cases   []Case `json:"cases,omitempty"`
	Default string `json:"default,omitempty"`

	// Reason tells reviewers why the review was requested.
	Reason string `json:"reason,omitempty"`
}

// Options are the settings of a method node.
type Options struct {
	DocumentTypes    []string `json:"document_types,omitempty"`
	LivenessStrategy string   `json:"liveness_strategy,omitempty"`
	// UnreadText and ScreenPhotographed are those of [Preferences], of document_capture.
	UnreadText         Doubt `json:"unread_text,omitempty"`
	ScreenPhotographed Doubt `json:"screen_photographed,omitempty"`
	// FaceMatch is that of [Preferences], of document_capture.
	FaceMatch FaceMatch `json:"face_match,omitempty"`
	// ApproveAt and BelowApproveAt are those of [Preferences], of facial_age.
	ApproveAt      int            `json:"approve_at,omitempty"`
	BelowApproveAt BelowApproveAt `json:"below_approve_at,omitempty"`
	// MatchBands are those of [Preferences], of selfie_match.
	MatchBands *MatchBands `json:"match_bands,omitempty"`
	// FileUpload allows files besides pictures from the camera. In a compiled graph it is nil or true.
	FileUpload *bool `json:"file_upload,omitempty"`
	// ProofOfAge has eudi_pid accept the EU proof of age, too. In a compiled graph it is nil or true.
	ProofOfAge *bool `json:"proof_of_age,omitempty"`
}

// TakesFiles reports whether the user may give a file instead of a picture from the camera.
func (o Options) TakesFiles() bool { return o.FileUpload != nil && *o.FileUpload }

// TakesProofOfAge reports whether the user may show the EU proof of age instead of person identification data.
func (o Options) TakesProofOfAge() bool { return o.ProofOfAge != nil && *o.ProofOfAge }

// Case is one edge of a branch: a CEL condition and its target.
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

// OfferedMethods returns the methods that a session may offer, each once, in the
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
