package graph

import (
	"fmt"
	"slices"

	"github.com/stile-id/stile/rules"
)

// Input is something that happened: [Begin], [MethodResult], [BranchTaken] or
// [ReviewDecided].
type Input interface {
	// apply is false where nothing waits for the input.
	apply(r *run) (applied bool, err error)
}

// Begin starts the session. It counts once.
type Begin struct{}

// MethodResult is the verdict on one submission.
type MethodResult struct {
	Node    string `json:"node"`
	Attempt int    `json:"attempt"` // the number that the offer gave
	// Outcome is passed or failed; or requires_input or error, neither of which
	// uses up an attempt.
	Outcome     Outcome            `json:"outcome"`
	ReasonCodes []rules.ReasonCode `json:"reason_codes,omitempty"`
}

// DefaultCase as the case of a [BranchTaken] means that no condition was true.
const DefaultCase = -1

// BranchTaken says which case of a branch was the first to be true, counted
// from 0, or [DefaultCase].
type BranchTaken struct {
	Node string `json:"node"`
	Case int    `json:"case"`
}

// Decision is a reviewer's answer.
type Decision string

// The decisions. Escalation leaves the review waiting.
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
	return true, r.enter(r.graph.Start, "", way{})
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

// step is how a method ended, once its last result is counted.
func (r *run) step(n Node, in MethodResult) StepResult {
	return StepResult{
		Node: n.ID, Method: n.Method, Outcome: in.Outcome, ReasonCodes: in.ReasonCodes,
		Attempts: r.state.attempts(n.ID).Judged,
	}
}

// nonEmpty copies codes out of the caller's reach, none at all to nil.
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
	return true, r.follow(n, target, token.way())
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
