package models

import (
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// ReviewStatus is the status of a review. An escalated review still waits for a decision.
type ReviewStatus string

// The statuses of a review.
const (
	ReviewPending   ReviewStatus = "pending"
	ReviewEscalated ReviewStatus = "escalated"
	ReviewApproved  ReviewStatus = "approved"
	ReviewRejected  ReviewStatus = "rejected"
)

// WaitingReviews are the statuses in which a reviewer may decide.
var WaitingReviews = []ReviewStatus{ReviewPending, ReviewEscalated}

// ParseReviewStatus returns the status of this name, or false.
func ParseReviewStatus(s string) (ReviewStatus, bool) {
	switch status := ReviewStatus(s); status {
	case ReviewPending, ReviewEscalated, ReviewApproved, ReviewRejected:
		return status, true
	default:
		return "", false
	}
}

// Waits reports whether a reviewer may still decide.
func (s ReviewStatus) Waits() bool { return s == ReviewPending || s == ReviewEscalated }

// Review is the latest review of a session, stored in the session's row.
type Review struct {
	Status    ReviewStatus `gorm:"column:review_status"`
	Node      string       `gorm:"column:review_node"`
	Reason    string       `gorm:"column:review_reason"`
	Reviewer  *string      `gorm:"column:reviewer"`
	Note      *string      `gorm:"column:review_note"`
	FlaggedAt *Timestamp   `gorm:"column:review_flagged_at"`
	DecidedAt *Timestamp   `gorm:"column:review_decided_at"`
}

// ReviewObject is a review as the session object shows it.
type ReviewObject struct {
	Status    ReviewStatus `json:"status"`
	Node      *string      `json:"node"` // nil for a review of a session that was verified before
	Reason    string       `json:"reason"`
	Reviewer  *string      `json:"reviewer"`
	Note      *string      `json:"note"`
	FlaggedAt *Timestamp   `json:"flagged_at"`
	DecidedAt *Timestamp   `json:"decided_at"`
}

// Public returns the review as the API shows it, nil if there is none.
func (r Review) Public() *ReviewObject {
	if r.Status == "" {
		return nil
	}
	var node *string
	if r.Node != "" {
		node = &r.Node
	}
	return &ReviewObject{
		Status: r.Status, Node: node, Reason: r.Reason, Reviewer: r.Reviewer, Note: r.Note,
		FlaggedAt: r.FlaggedAt, DecidedAt: r.DecidedAt,
	}
}

// Event returns the event that a review fires when it reaches this status.
func (s ReviewStatus) Event() EventType {
	switch s {
	case ReviewApproved:
		return EventReviewApproved
	case ReviewRejected:
		return EventReviewRejected
	case ReviewEscalated:
		return EventReviewEscalated
	default:
		return EventReviewFlagged
	}
}

// ParseDecision returns the decision of this name, or false.
func ParseDecision(s string) (graph.Decision, bool) {
	switch d := graph.Decision(s); d {
	case graph.Approve, graph.Reject, graph.Escalate:
		return d, true
	default:
		return "", false
	}
}

// ReviewStatusAfter returns the status of a review after the decision.
func ReviewStatusAfter(d graph.Decision) ReviewStatus {
	switch d {
	case graph.Approve:
		return ReviewApproved
	case graph.Reject:
		return ReviewRejected
	default:
		return ReviewEscalated
	}
}

// ReviewDecision is a reviewer's decision on a session in review.
type ReviewDecision struct {
	SessionRef
	Decision graph.Decision `json:"decision"`
	// Node is the review that the reviewer saw, "" for any that waits.
	Node string `json:"node,omitempty"`
	// Reason is the reviewer's reason, for the audit log and the session's review.
	Reason string `json:"reason,omitempty"`
	// Reviewer is the merchant's name for the reviewer.
	Reviewer string `json:"reviewer,omitempty"`
}

// StepKind is the kind of a step.
type StepKind string

// The kinds of step. Each is an input of the executor, in order.
const (
	StepMethodResult StepKind = "method_result"
	StepBranch       StepKind = "branch"
	StepReview       StepKind = "review"
)

// Step is one input that moved a session along its graph. A replay of the steps, in order, gives the session's state.
type Step struct {
	SessionID string `gorm:"primaryKey"`
	Seq       int    `gorm:"primaryKey"`
	OrgID     string
	Kind      StepKind
	Node      string
	Detail    JSON[StepDetail]
	Created   Timestamp
}

// TableName names the table for gorm.
func (Step) TableName() string { return "session_steps" }

// StepDetail holds the input of the step. One of the first three fields is set, according to the kind.
type StepDetail struct {
	MethodResult *graph.MethodResult  `json:"method_result,omitempty"`
	Branch       *graph.BranchTaken   `json:"branch,omitempty"`
	Review       *graph.ReviewDecided `json:"review,omitempty"`
	// Risk is the assessment of the method's verdict, or nil.
	Risk *rules.Risk `json:"risk,omitempty"`
	// Reason is the reason for a branch's case, or the reviewer and reason of a decision.
	Reason string `json:"reason,omitempty"`
}

// Input returns the input of the executor at the step, or nil if there is none.
func (d StepDetail) Input() graph.Input {
	switch {
	case d.MethodResult != nil:
		return *d.MethodResult
	case d.Branch != nil:
		return *d.Branch
	case d.Review != nil:
		return *d.Review
	default:
		return nil
	}
}
