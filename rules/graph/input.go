package graph

import (
	"fmt"
	"slices"

	"github.com/stile-id/stile/rules"
)

// Input is an event of a session: [Begin], [MethodResult], [BranchTaken] or
// [ReviewDecided].
type Input interface {
	// apply returns false if no token waits for the input.
	apply(r *run) (applied bool, err error)
}

// Begin starts the session. A second Begin is ignored.
type Begin struct{}

// MethodResult is the verdict on one submission.
type MethodResult struct {
	Node    string `json:"node"`
	Attempt int    `json:"attempt"` // the number from the offer
	// Outcome is passed, failed, requires_input or error. The last two use up no
	// attempt.
	Outcome     Outcome            `json:"outcome"`
	ReasonCodes []rules.ReasonCode `json:"reason_codes,omitempty"`
}

// DefaultCase as the case of a [BranchTaken] means that no condition was true.
const DefaultCase = -1

// BranchTaken gives the first case of a branch that was true, counted from 0, or
// [DefaultCase].
type BranchTaken struct {
	Node string `json:"node"`
	Case int    `json:"case"`
}

// Decision is a reviewer's decision.
type Decision string

// The decisions. Escalate leaves the review waiting.
const (
	Approve  Decision = "approve"
	Reject   Decision = "reject"
	Escalate Decision = "escalate"
)

// ReviewDecided is a reviewer's decision at a review node.
type ReviewDecided struct {
	Node     string   `json:"node"`
	Decision Decision `json:"decision"`
}

func (Begin) apply(r *run) (bool, error) {
	if r.state.Entered > 0 {
		return false, nil
	}
	r.state.TracksProof = r.graph.Identity
	return true, r.enter(r.graph.Start, "", trail{})
}

func (in MethodResult) apply(r *run) (bool, error) {
	n, token, ok := r.waiting(in.Node, KindMethod)
	if !ok || in.Attempt != r.state.NextAttempt(in.Node) {
		return false, nil
	}
	in.ReasonCodes = nonEmpty(in.ReasonCodes)
	switch in.Outcome {
	case OutcomePassed:
		r.tally(in)
		return true, r.endStep(n, token, n.Pass, r.step(n, in))
	case OutcomeFailed:
		r.tally(in)
		if r.state.AttemptsLeft(r.graph, n.ID) == 0 {
			return true, r.endStep(n, token, n.Fail, r.step(n, in))
		}
	case OutcomeRequiresInput, OutcomeError:
		r.tally(in)
	default:
		return false, fmt.Errorf("%w: outcome %q at node %s", ErrInvalidInput, in.Outcome, n.ID)
	}
	r.offer(n)
	return true, nil
}

// step returns the result of a method, after its last verdict has been counted.
func (r *run) step(n Node, in MethodResult) StepResult {
	return StepResult{
		Node: n.ID, Method: n.Method, Outcome: in.Outcome, ReasonCodes: in.ReasonCodes,
		Attempts: r.state.attempts(n.ID).Judged,
	}
}

// nonEmpty copies the codes, so that the caller cannot change them, and returns
// nil for an empty slice.
func nonEmpty(codes []rules.ReasonCode) []rules.ReasonCode {
	if len(codes) == 0 {
		return nil
	}
	return slices.Clone(codes)
}

func (in BranchTaken) apply(r *run) (bool, error) {
	n, token, ok := r.waiting(in.Node, KindBranch)
	if !ok {
		return false, nil
	}
	target := n.Default
	switch {
	case in.Case == DefaultCase:
	case in.Case >= 0 && in.Case < len(n.Cases):
		target = n.Cases[in.Case].Next
	default:
		return false, fmt.Errorf("%w: case %d at node %s", ErrInvalidInput, in.Case, in.Node)
	}
	r.leave(n.ID)
	return true, r.follow(n, target, token.trail())
}

func (in ReviewDecided) apply(r *run) (bool, error) {
	n, token, ok := r.waiting(in.Node, KindReview)
	if !ok {
		return false, nil
	}
	switch in.Decision {
	case Approve:
		return true, r.endReview(n, token, n.Pass, StepResult{Node: n.ID, Outcome: OutcomePassed})
	case Reject:
		return true, r.endReview(n, token, n.Fail, StepResult{
			Node: n.ID, Outcome: OutcomeFailed, ReasonCodes: []rules.ReasonCode{rules.ReasonReviewRejected},
		})
	case Escalate:
		return false, nil
	default:
		return false, fmt.Errorf("%w: decision %q at node %s", ErrInvalidInput, in.Decision, in.Node)
	}
}
