package graph

import (
	"slices"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/condition"
)

// Outcome is the result of a step, a session or a submission.
type Outcome string

// The outcomes. A session ends verified or failed, a step passed or failed. A
// submission can also be judged requires_input or error; these end nothing.
const (
	OutcomeVerified      Outcome = "verified"
	OutcomeFailed        Outcome = "failed"
	OutcomePassed        Outcome = "passed"
	OutcomeRequiresInput Outcome = "requires_input"
	OutcomeError         Outcome = "error"
)

// State is the position of a session in its graph. The zero State has not begun. It is plain data that survives JSON
// unchanged; [Next] returns new states and never changes its argument.
type State struct {
	// Tokens are the nodes the session waits at, oldest first.
	Tokens []Token `json:"tokens,omitempty"`
	// Groups are the any_of and all_of nodes under way, outer before inner.
	Groups   []GroupState   `json:"groups,omitempty"`
	Attempts []AttemptCount `json:"attempts,omitempty"`
	// Previous is the last step that ended, anywhere in the graph.
	Previous *StepResult `json:"previous,omitempty"`
	// Outcome is empty until the session has ended, verified or failed.
	Outcome Outcome `json:"outcome,omitempty"`
	// Methods are the methods that passed on the path to verified, in order. They are set when Outcome is verified. A
	// session that an older version began may lack the first ones.
	Methods []rules.Method `json:"methods,omitempty"`
	// FailureReason is set when Outcome is failed.
	FailureReason rules.ReasonCode `json:"failure_reason,omitempty"`
	// Entered counts the nodes entered so far. A sound graph enters each node at
	// most once, so a count above the number of nodes reveals a cycle.
	Entered int `json:"entered,omitzero"`
	// TracksProof is set at the beginning of a graph that must prove an
	// identity: tokens and groups then record proofs. A state without it was
	// stored by an older version and has to be replayed from its inputs.
	TracksProof bool `json:"tracks_proof,omitzero"`
}

// Token is a node at which the session waits: a method, a branch or a review.
type Token struct {
	Node string `json:"node"`
	// Member is the entry node of the member's sub-graph, empty at the top.
	Member string `json:"member,omitempty"`
	// Previous is the last step on this token's own path. Members of a group do
	// not see each other's steps.
	Previous *StepResult `json:"previous,omitempty"`
	// Proved reports whether a method that proves identity passed on the path to
	// the node.
	Proved bool `json:"proved,omitzero"`
	// Methods are the methods that passed on the path to the node.
	Methods []rules.Method `json:"methods,omitempty"`
}

func (t Token) trail() trail { return trail{t.Member, t.Previous, t.Proved, t.Methods} }

// GroupState is an any_of or all_of under way.
type GroupState struct {
	Node string `json:"node"`
	// Member is the member of the enclosing group that this group is part of.
	Member string `json:"member,omitempty"`
	// Passed and Failed are the members that have ended.
	Passed []string `json:"passed,omitempty"`
	Failed []string `json:"failed,omitempty"`
	// Proved reports whether the identity was proved before the group, or by a
	// member that has passed.
	Proved bool `json:"proved,omitzero"`
	// Methods are the methods that passed before the group, or in a member that has passed.
	Methods []rules.Method `json:"methods,omitempty"`
}

// AttemptCount tallies one method node.
type AttemptCount struct {
	Node string `json:"node"`
	// Judged counts every result, Failed those that used up an attempt.
	Judged int `json:"judged"`
	Failed int `json:"failed,omitzero"`
	// LastReasonCodes are those of the last result.
	LastReasonCodes []rules.ReasonCode `json:"last_reason_codes,omitempty"`
}

// StepResult is the result of a method or a review: passed or failed.
type StepResult struct {
	Node        string             `json:"node"`
	Method      rules.Method       `json:"method,omitempty"` // empty for a review
	Outcome     Outcome            `json:"outcome"`
	ReasonCodes []rules.ReasonCode `json:"reason_codes,omitempty"`
	// Attempts counts the submissions that were judged, 0 for a review.
	Attempts int `json:"attempts,omitzero"`
}

// Variable returns the step as conditions read it, empty for none.
func (r *StepResult) Variable() condition.Previous {
	if r == nil {
		return condition.Previous{}
	}
	codes := make([]string, len(r.ReasonCodes))
	for i, code := range r.ReasonCodes {
		codes[i] = string(code)
	}
	return condition.Previous{
		Method: string(r.Method), Outcome: string(r.Outcome), ReasonCodes: codes, Attempts: r.Attempts,
	}
}

// Done reports whether the session has ended.
func (s State) Done() bool {
	return s.Outcome != ""
}

// NextAttempt returns the number of the next submission to a method node: one
// more than the number of verdicts, whatever these were.
func (s State) NextAttempt(node string) int {
	return s.attempts(node).Judged + 1
}

// AttemptsLeft returns the number of failures that a method node has left, and 0
// if there is no such method node.
func (s State) AttemptsLeft(g Graph, node string) int {
	n, ok := g.Node(node)
	if !ok || n.Kind != KindMethod {
		return 0
	}
	return max(0, n.AttemptsAllowed()-s.attempts(node).Failed)
}

// attempts returns the tally of a node, an empty one before its first result.
func (s State) attempts(node string) AttemptCount {
	i := slices.IndexFunc(s.Attempts, func(a AttemptCount) bool { return a.Node == node })
	if i < 0 {
		return AttemptCount{Node: node}
	}
	return s.Attempts[i]
}

func (s State) token(node string) (Token, bool) {
	i := slices.IndexFunc(s.Tokens, func(t Token) bool { return t.Node == node })
	if i < 0 {
		return Token{}, false
	}
	return s.Tokens[i], true
}

// clone copies everything that [Next] may write to. Step results and lists of methods are shared,
// because they are never changed.
func (s State) clone() State {
	s.Tokens = slices.Clone(s.Tokens)
	s.Attempts = slices.Clone(s.Attempts)
	s.Groups = slices.Clone(s.Groups)
	for i, group := range s.Groups {
		s.Groups[i].Passed = slices.Clone(group.Passed)
		s.Groups[i].Failed = slices.Clone(group.Failed)
	}
	return s
}

// tidy turns empty slices into nil, as JSON does.
func (s State) tidy() State {
	if len(s.Tokens) == 0 {
		s.Tokens = nil
	}
	if len(s.Groups) == 0 {
		s.Groups = nil
	}
	return s
}

// AttemptsAllowed returns how often a method node may fail before it is exhausted.
func (n Node) AttemptsAllowed() int {
	if n.MaxAttempts <= 0 {
		return DefaultMaxAttempts
	}
	return n.MaxAttempts
}
