package graph

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/stile-id/stile/rules"
)

// enter arrives at a node that must stand in scope. Member is the member
// sub-graph being walked; previous is the last step on the way.
func (r *run) enter(id, scope, member string, previous *StepResult) error {
	n, ok := r.graph.Node(id)
	if !ok || n.Scope != scope {
		return fmt.Errorf("%w: no node %q in scope %q", ErrCorruptGraph, id, scope)
	}
	if r.state.Entered++; r.state.Entered > len(r.graph.Nodes) {
		return fmt.Errorf("%w: node %s is entered again", ErrCorruptGraph, id)
	}
	switch n.Kind {
	case KindMethod, KindBranch, KindReview:
		return r.wait(n, member, previous)
	case KindAnyOf, KindAllOf:
		return r.open(n, member, previous)
	case KindVerified, KindFailed:
		return r.terminate(n, previous)
	default:
		return fmt.Errorf("%w: node %s is of kind %q", ErrCorruptGraph, id, n.Kind)
	}
}

// wait puts a token at a node and asks for what the node waits for.
func (r *run) wait(n Node, member string, previous *StepResult) error {
	if _, taken := r.state.token(n.ID); taken {
		return fmt.Errorf("%w: two ways wait at node %s", ErrCorruptGraph, n.ID)
	}
	r.state.Tokens = append(r.state.Tokens, Token{Node: n.ID, Member: member, Previous: previous})
	switch n.Kind {
	case KindBranch:
		r.emit(EvaluateBranch{Node: n.ID, Cases: slices.Clone(n.Cases), Previous: previous})
	case KindReview:
		r.emit(EnterReview{Node: n.ID, Reason: n.Reason})
	default:
		r.offer(n)
	}
	return nil
}

func (r *run) offer(n Node) {
	r.emit(OfferMethod{
		Node:         n.ID,
		Method:       n.Method,
		Attempt:      r.state.NextAttempt(n.ID),
		AttemptsLeft: r.state.AttemptsLeft(r.graph, n.ID),
	})
}

// tally counts a result; its reason codes are the run's to keep.
func (r *run) tally(in MethodResult) {
	count := r.state.attempts(in.Node)
	count.Judged++
	if in.Outcome == OutcomeFailed {
		count.Failed++
	}
	count.LastReasonCodes = in.ReasonCodes
	i := slices.IndexFunc(r.state.Attempts, func(a AttemptCount) bool { return a.Node == in.Node })
	if i < 0 {
		r.state.Attempts = append(r.state.Attempts, count)
		return
	}
	r.state.Attempts[i] = count
}

func (r *run) leave(id string) {
	r.state.Tokens = slices.DeleteFunc(r.state.Tokens, func(t Token) bool { return t.Node == id })
}

// endStep leaves a method or review with its result and goes on to target.
func (r *run) endStep(n Node, token Token, target string, result StepResult) error {
	r.leave(n.ID)
	r.state.Previous = &result
	return r.follow(n, target, token.Member, &result)
}

// endReview is endStep for a review, which may leave its target empty: it then
// decides its member, or at the top the session.
func (r *run) endReview(n Node, token Token, target string, result StepResult) error {
	approved := result.Outcome == OutcomePassed
	switch {
	case target != "":
		return r.endStep(n, token, target, result)
	case n.Scope != "" && approved:
		return r.endStep(n, token, PassMember, result)
	case n.Scope != "":
		return r.endStep(n, token, FailMember, result)
	}
	r.state.Previous = &result
	if approved {
		r.finish(n, OutcomeVerified, "")
	} else {
		r.finish(n, OutcomeFailed, rules.ReasonReviewRejected)
	}
	return nil
}

// follow goes from a node to its target within the same member.
func (r *run) follow(from Node, target, member string, previous *StepResult) error {
	switch target {
	case PassMember, FailMember:
		return r.endMember(from.Scope, member, target == PassMember, previous)
	default:
		return r.enter(target, from.Scope, member, previous)
	}
}

// terminate ends the session at a terminal node. Within a group a terminal
// would bypass the other members, so no compiler puts one there.
func (r *run) terminate(n Node, previous *StepResult) error {
	switch {
	case n.Scope != "":
		return fmt.Errorf("%w: terminal %s within a group", ErrCorruptGraph, n.ID)
	case n.Kind == KindVerified:
		r.finish(n, OutcomeVerified, "")
	default:
		r.finish(n, OutcomeFailed, failureReason(previous))
	}
	return nil
}

// finish ends the session at a node.
func (r *run) finish(n Node, outcome Outcome, reason rules.ReasonCode) {
	r.state.Tokens, r.state.Groups = nil, nil
	r.state.Outcome, r.state.FailureReason = outcome, reason
	r.emit(Finish{Node: n.ID, Outcome: outcome, Reason: reason})
}

// failureReason is what the failed step on the way said first. A step that
// passed cannot be the reason: then it was a branch that led here.
func failureReason(previous *StepResult) rules.ReasonCode {
	if previous == nil || previous.Outcome != OutcomeFailed {
		return rules.ReasonWorkflowRule
	}
	if len(previous.ReasonCodes) == 0 {
		return rules.ReasonAttemptsExhausted
	}
	return cmp.Or(previous.ReasonCodes[0], rules.ReasonAttemptsExhausted)
}
