package graph

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/stile-id/stile/rules"
)

// trail is the part of a session's past that a walk carries from node to node.
type trail struct {
	member   string         // entry node of the member's sub-graph, "" at the top
	previous *StepResult    // the last step
	proved   bool           // a method that proves identity passed
	methods  []rules.Method // that passed; never changed in place
}

// enter arrives at a node, which must lie in scope.
func (r *run) enter(id, scope string, w trail) error {
	n, ok := r.graph.Node(id)
	if !ok || n.Scope != scope {
		return fmt.Errorf("%w: no node %q in scope %q", ErrCorruptGraph, id, scope)
	}
	if r.state.Entered++; r.state.Entered > len(r.graph.Nodes) {
		return fmt.Errorf("%w: node %s is entered again", ErrCorruptGraph, id)
	}
	switch n.Kind {
	case KindMethod, KindBranch, KindReview:
		return r.wait(n, w)
	case KindAnyOf, KindAllOf:
		return r.open(n, w)
	case KindVerified, KindFailed:
		return r.terminate(n, w)
	default:
		return fmt.Errorf("%w: node %s is of kind %q", ErrCorruptGraph, id, n.Kind)
	}
}

// wait puts a token at a node and emits the effect that the node waits for.
func (r *run) wait(n Node, w trail) error {
	if _, taken := r.state.token(n.ID); taken {
		return fmt.Errorf("%w: two ways wait at node %s", ErrCorruptGraph, n.ID)
	}
	r.state.Tokens = append(r.state.Tokens, Token{
		Node: n.ID, Member: w.member, Previous: w.previous, Proved: w.proved, Methods: w.methods,
	})
	switch n.Kind {
	case KindBranch:
		r.emit(EvaluateBranch{Node: n.ID, Cases: slices.Clone(n.Cases), Previous: w.previous})
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

// tally counts a result. The run owns the result's reason codes.
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

// endStep leaves a method or review with its result and continues at target.
func (r *run) endStep(n Node, token Token, target string, result StepResult) error {
	r.leave(n.ID)
	r.state.Previous = &result
	return r.follow(n, target, r.after(token, result))
}

// after returns the trail of a token after its step has ended.
func (r *run) after(token Token, result StepResult) trail {
	w := token.trail()
	w.previous = &result
	if r.graph.Identity && result.Outcome == OutcomePassed && result.Method.ProvesIdentity() {
		w.proved = true
	}
	if result.Outcome == OutcomePassed && result.Method != "" {
		w.methods = union(w.methods, []rules.Method{result.Method})
	}
	return w
}

// endReview is endStep for a review. If target is empty, the review decides its
// member, or at the top the session.
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
		r.verify(n, token.trail())
	} else {
		r.finish(n, OutcomeFailed, rules.ReasonReviewRejected)
	}
	return nil
}

// follow continues at the target of a node, within the same member.
func (r *run) follow(from Node, target string, w trail) error {
	switch target {
	case PassMember, FailMember:
		return r.endMember(from.Scope, target == PassMember, w)
	default:
		return r.enter(target, from.Scope, w)
	}
}

// terminate ends the session at a terminal node. A terminal within a group would
// bypass the other members, so compilers place none there.
func (r *run) terminate(n Node, w trail) error {
	switch {
	case n.Scope != "":
		return fmt.Errorf("%w: terminal %s within a group", ErrCorruptGraph, n.ID)
	case n.Kind == KindVerified:
		r.verify(n, w)
	default:
		r.finish(n, OutcomeFailed, failureReason(w.previous))
	}
	return nil
}

// verify ends the session verified. It ends it failed if the session must prove
// an identity and the path did not.
func (r *run) verify(n Node, w trail) {
	if r.graph.Identity && !w.proved {
		r.finish(n, OutcomeFailed, rules.ReasonIdentityUnproven)
		return
	}
	r.state.Methods = w.methods
	r.finish(n, OutcomeVerified, "")
}

// finish ends the session at a node.
func (r *run) finish(n Node, outcome Outcome, reason rules.ReasonCode) {
	r.state.Tokens, r.state.Groups = nil, nil
	r.state.Outcome, r.state.FailureReason = outcome, reason
	r.emit(Finish{Node: n.ID, Outcome: outcome, Reason: reason})
}

// failureReason returns the first reason of the failed step before the end. If
// that step passed, a branch led here, and the reason is workflow_rule.
func failureReason(previous *StepResult) rules.ReasonCode {
	if previous == nil || previous.Outcome != OutcomeFailed {
		return rules.ReasonWorkflowRule
	}
	if len(previous.ReasonCodes) == 0 {
		return rules.ReasonAttemptsExhausted
	}
	return cmp.Or(previous.ReasonCodes[0], rules.ReasonAttemptsExhausted)
}
