package simulation

import (
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// OutcomeWaiting is the outcome of a session that still waits after the end of
// the script. The others are [graph.OutcomeVerified] and [graph.OutcomeFailed].
const OutcomeWaiting graph.Outcome = "waiting"

// Trace is the path of a session.
type Trace struct {
	Steps   []Step        `json:"steps"`
	Outcome graph.Outcome `json:"outcome"`
	// FailureReason is set when Outcome is failed.
	FailureReason rules.ReasonCode `json:"failure_reason,omitempty"`
	// Waiting lists the nodes at which the session waits, if Outcome is waiting.
	Waiting []Waiting `json:"waiting,omitempty"`
	// UnusedResults and UnusedReviews are the rest of the script.
	UnusedResults []Result `json:"unused_results,omitempty"`
	UnusedReviews []Review `json:"unused_reviews,omitempty"`
}

// Step is one step of a session: a submission judged, a branch decided, a review
// decided, or, as the last step, a terminal reached.
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

	// Reason is the reason for a branch's case, or for a review.
	Reason string `json:"reason,omitempty"`
}

// Waiting is a node at which a session waits for a result or a review.
type Waiting struct {
	Node string     `json:"node"`
	Kind graph.Kind `json:"kind"` // method or review
	// Method and Attempt belong to a method: the method, and the number of the
	// next submission.
	Method  rules.Method `json:"method,omitempty"`
	Attempt int          `json:"attempt,omitzero"`
}

// Path returns the nodes of the steps, each once, in the order of their first
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
