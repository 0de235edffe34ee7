package simulation

import (
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// OutcomeWaiting is the outcome of a session whose script ran out. The others
// are [graph.OutcomeVerified] and [graph.OutcomeFailed].
const OutcomeWaiting graph.Outcome = "waiting"

// Trace is the way that a session took.
type Trace struct {
	Steps   []Step        `json:"steps"`
	Outcome graph.Outcome `json:"outcome"`
	// FailureReason is set when Outcome is failed.
	FailureReason rules.ReasonCode `json:"failure_reason,omitempty"`
	// Waiting says for what, when Outcome is waiting.
	Waiting []Waiting `json:"waiting,omitempty"`
	// UnusedResults and UnusedReviews are left of the script.
	UnusedResults []Result `json:"unused_results,omitempty"`
	UnusedReviews []Review `json:"unused_reviews,omitempty"`
}

// Step is one thing that happened: a submission judged, a branch taken, a
// review decided, or, as the last step, a terminal reached.
type Step struct {
	Node string     `json:"node"`
	Kind graph.Kind `json:"kind"`

	// Method, Attempt and ReasonCodes belong to a submission; Outcome is its
	// verdict.
	Method      rules.Method       `json:"method,omitempty"`
	Attempt     int                `json:"attempt,omitzero"`
	Outcome     graph.Outcome      `json:"outcome,omitempty"`
	ReasonCodes []rules.ReasonCode `json:"reason_codes,omitempty"`

	// Case, from 0 or [graph.DefaultCase], and Next belong to a branch.
	Case *int   `json:"case,omitempty"`
	Next string `json:"next,omitempty"`

	// Decision belongs to a review.
	Decision graph.Decision `json:"decision,omitempty"`

	// Reason says in words why a branch was taken or a review asked for.
	Reason string `json:"reason,omitempty"`
}

// Waiting is one place where a session waits for more of the script.
type Waiting struct {
	Node string     `json:"node"`
	Kind graph.Kind `json:"kind"` // method or review
	// Method and Attempt belong to a method: what it waits for.
	Method  rules.Method `json:"method,omitempty"`
	Attempt int          `json:"attempt,omitzero"`
}

// Path lists the nodes of the steps, each once, in the order of their first
// step.
func (t Trace) Path() []string {
	path := []string{}
	seen := map[string]bool{}
	for _, step := range t.Steps {
		if !seen[step.Node] {
			seen[step.Node] = true
			path = append(path, step.Node)
		}
	}
	return path
}
