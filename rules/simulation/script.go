// Package simulation plays sessions without a user, a clock or a database. It
// drives the executor of rules/graph with a script of results, as the session
// workflow drives it with real results, and records the path. The same graph and
// script always give the same trace.
package simulation

import (
	"fmt"
	"slices"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/condition"
	"github.com/stile-id/stile/rules/graph"
)

// Script is the input of a simulated session.
type Script struct {
	// Variables are the values that conditions read beside the previous step.
	// Results raise the risk.
	Variables condition.Facts `json:"variables"`
	// Results are the verdicts, in the order of the submissions. Each goes to
	// the first open method that it fits, and waits until there is one. The
	// order of results therefore also chooses between open methods.
	Results []Result `json:"results"`
	// Reviews are the reviewers' decisions, in order. They are used when no
	// result fits any more.
	Reviews []Review `json:"reviews"`
}

// Result is the verdict on one submission, addressed by method, node or both.
type Result struct {
	Method rules.Method `json:"method,omitempty"`
	// Node selects a node, if the graph has a method node of this id. Results
	// recorded with one graph can so be played with another.
	Node string `json:"node,omitempty"`
	// Outcome is passed, failed, requires_input or error.
	Outcome     graph.Outcome      `json:"outcome"`
	ReasonCodes []rules.ReasonCode `json:"reason_codes,omitempty"`
	// Risk is the verdict's assessment, or nil. The later branches read it.
	Risk *rules.Risk `json:"risk,omitempty"`
}

// Review is a reviewer's decision. An empty Node addresses any waiting review.
type Review struct {
	Node     string         `json:"node,omitempty"`
	Decision graph.Decision `json:"decision"`
}

// fits reports whether the result is for an offer of the graph with these method
// nodes.
func (r Result) fits(nodes map[string]rules.Method, offer graph.Offer) bool {
	if r.Method != "" && r.Method != offer.Method {
		return false
	}
	if method, ok := nodes[r.Node]; ok && (r.Method == "" || r.Method == method) {
		return r.Node == offer.Node
	}
	return r.Method != ""
}

var (
	outcomes = []graph.Outcome{
		graph.OutcomePassed, graph.OutcomeFailed, graph.OutcomeRequiresInput, graph.OutcomeError,
	}
	decisions = []graph.Decision{graph.Approve, graph.Reject, graph.Escalate}
)

// Check returns the faults of a script, in words for its author. A result that
// no graph would use is not a fault.
func (s Script) Check() []graph.Fault {
	var faults []graph.Fault
	add := func(list string, i int, field, format string, args ...any) {
		path := fmt.Sprintf("%s[%d].%s", list, i, field)
		faults = append(faults, graph.Fault{Field: path, Message: fmt.Sprintf(format, args...)})
	}
	for i, r := range s.Results {
		if _, ok := rules.ParseMethod(string(r.Method)); !ok && r.Method != "" {
			add("results", i, "method", "unknown method %q", r.Method)
		}
		if r.Method == "" && r.Node == "" {
			add("results", i, "method", "is required, or node")
		}
		if !slices.Contains(outcomes, r.Outcome) {
			add("results", i, "outcome", "must be one of %q", outcomes)
		}
		if r.Risk != nil && (r.Risk.Score < 0 || r.Risk.Score > rules.HighestRisk) {
			add("results", i, "risk.score", "must be from 0 to %d", rules.HighestRisk)
		}
	}
	for i, r := range s.Reviews {
		if !slices.Contains(decisions, r.Decision) {
			add("reviews", i, "decision", "must be one of %q", decisions)
		}
	}
	return faults
}
