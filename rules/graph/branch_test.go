package graph_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// stepUp is the step-up workflow of the design: any of two methods, then, if the
// risk is high, a document, two more checks, and a reviewer if these fail.
func stepUp() graph.Graph {
	return withEnds(
		group(graph.KindAnyOf, "pick", "", "risky", "no", "face", "mdl"),
		method("face", "pick", 1, "$pass", "$fail"),
		method("mdl", "pick", 1, "$pass", "$fail"),
		branch("risky", "", "yes", "doc", "no"),
		method("doc", "", 2, "both", "human"),
		group(graph.KindAllOf, "both", "", "yes", "human", "live", "match"),
		method("live", "both", 1, "$pass", "$fail"),
		method("match", "both", 1, "$pass", "$fail"),
		review("human", "", "", ""),
	)
}

func TestBranchCases(t *testing.T) {
	t.Parallel()
	cases := []struct {
		taken int
		want  string
	}{
		{graph.DefaultCase, "finish verified"},
		{0, "offer doc #1 left 2"},
		{1, "finish failed: workflow_rule"},
	}
	for _, c := range cases {
		p := begin(t, stepUp(), "offer face #1 left 1", "offer mdl #1 left 1")
		p.step(passed("mdl", 1), "branch risky of 2 after mdl passed")
		p.offered()
		p.step(graph.BranchTaken{Node: "risky", Case: c.taken}, c.want)
		p.ignored(graph.BranchTaken{Node: "risky", Case: 0}, graph.BranchTaken{Node: "risky", Case: graph.DefaultCase})
	}
}

func TestBranchAfterAFailedStepKeepsItsReason(t *testing.T) {
	t.Parallel()
	p := begin(t, withEnds(method("doc", "", 1, "yes", "risky"), branch("risky", "", "no", "yes")), "offer doc #1 left 1")
	p.step(failed("doc", 1, rules.ReasonDocumentExpired), "branch risky of 1 after doc failed")
	p.step(graph.BranchTaken{Node: "risky", Case: graph.DefaultCase}, "finish failed: document_expired")
}

func TestBranchAtTheStart(t *testing.T) {
	t.Parallel()
	p := begin(t, withEnds(branch("risky", "", "no")), "branch risky of 0")
	p.step(graph.BranchTaken{Node: "risky", Case: graph.DefaultCase}, "finish failed: workflow_rule")
	require.Nil(t, p.state.Previous)
}

// TestBranchSeesOnlyStepsOfItsMember: members run side by side. If one saw the
// steps of another, the order of arrival would decide the result of its
// conditions.
func TestBranchSeesOnlyStepsOfItsMember(t *testing.T) {
	t.Parallel()
	p := begin(t, withEnds(
		group(graph.KindAllOf, "g", "", "yes", "no", "a", "b"),
		method("a", "g", 1, "fork", "fork"),
		branch("fork", "g", "a2", "$fail"),
		method("a2", "g", 1, "$pass", "$fail"),
		method("b", "g", 1, "$pass", "$fail"),
	), "offer a #1 left 1", "offer b #1 left 1")
	p.step(failed("a", 1, rules.ReasonUnreadable), "branch fork of 1 after a failed")
	p.step(passed("b", 1))
	require.Equal(t, "b", p.state.Previous.Node, "of the session as a whole")
	p.step(graph.BranchTaken{Node: "fork", Case: 0}, "finish failed: unreadable")
}

func TestReviewThatEndsTheSession(t *testing.T) {
	t.Parallel()
	atReview := func(t *testing.T) *play {
		t.Helper()
		p := begin(t, stepUp(), "offer face #1 left 1", "offer mdl #1 left 1")
		p.step(passed("face", 1), "branch risky of 2 after face passed")
		p.step(graph.BranchTaken{Node: "risky", Case: 0}, "offer doc #1 left 2")
		p.step(passed("doc", 1), "offer live #1 left 1", "offer match #1 left 1")
		p.step(failed("match", 1, rules.ReasonFaceMismatch), "review human: why")
		p.ignored(passed("live", 1))
		p.offered()
		return p
	}
	t.Run("approved", func(t *testing.T) {
		t.Parallel()
		p := atReview(t)
		p.step(graph.ReviewDecided{Node: "human", Decision: graph.Approve}, "finish verified")
		p.ignored(graph.ReviewDecided{Node: "human", Decision: graph.Reject})
	})
	t.Run("rejected", func(t *testing.T) {
		t.Parallel()
		p := atReview(t)
		p.step(graph.ReviewDecided{Node: "human", Decision: graph.Reject}, "finish failed: review_rejected")
		require.Equal(t, rules.ReasonReviewRejected, p.state.FailureReason)
		p.ignored(graph.ReviewDecided{Node: "human", Decision: graph.Approve})
	})
	t.Run("escalated, then approved", func(t *testing.T) {
		t.Parallel()
		p := atReview(t)
		p.ignored(
			graph.ReviewDecided{Node: "human", Decision: graph.Escalate},
			graph.ReviewDecided{Node: "doc", Decision: graph.Reject},
		)
		p.step(graph.ReviewDecided{Node: "human", Decision: graph.Approve}, "finish verified")
	})
}

func TestReviewWithTargets(t *testing.T) {
	t.Parallel()
	g := withEnds(review("human", "", "doc", "no"), method("doc", "", 1, "yes", "no"))
	p := begin(t, g, "review human: why")
	p.step(graph.ReviewDecided{Node: "human", Decision: graph.Approve}, "offer doc #1 left 1")
	require.Equal(t, &graph.StepResult{Node: "human", Outcome: graph.OutcomePassed}, p.state.Previous)
	p = begin(t, g, "review human: why")
	p.step(graph.ReviewDecided{Node: "human", Decision: graph.Reject}, "finish failed: review_rejected")
}

// TestReviewOfAMember: a review in a sub-graph, without targets of its own,
// decides the member alone and not the session.
func TestReviewOfAMember(t *testing.T) {
	t.Parallel()
	g := withEnds(
		group(graph.KindAllOf, "g", "", "yes", "no", "human", "b"),
		review("human", "g", "", ""),
		method("b", "g", 1, "$pass", "$fail"),
	)
	p := begin(t, g, "review human: why", "offer b #1 left 1")
	p.step(graph.ReviewDecided{Node: "human", Decision: graph.Approve})
	p.step(passed("b", 1), "finish verified")
	p = begin(t, g, "review human: why", "offer b #1 left 1")
	p.step(graph.ReviewDecided{Node: "human", Decision: graph.Reject}, "finish failed: review_rejected")
	p.ignored(passed("b", 1))
}
