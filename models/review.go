package models

import (
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// ReviewStatus is where a review stands. An escalated one still waits.
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

// ParseReviewStatus reads a status of the public API.
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

// Review is the latest review of a session; its columns stand in the session's row.
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
	Node      *string      `json:"node"` // nil for the review of a session that was verified before
	Reason    string       `json:"reason"`
	Reviewer  *string      `json:"reviewer"`
	Note      *string      `json:"note"`
	FlaggedAt *Timestamp   `json:"flagged_at"`
	DecidedAt *Timestamp   `json:"decided_at"`
}

// Public renders the review; nil where there never was one.
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

// Event is what a review that comes to this status fires.
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

// ParseDecision reads a decision of the public API.
func ParseDecision(s string) (graph.Decision, bool) {
	switch d := graph.Decision(s); d {
	case graph.Approve, graph.Reject, graph.Escalate:
		return d, true
	default:
		return "", false
	}
}

// After is the status that a decision brings a review to.
func After(d graph.Decision) ReviewStatus {
	switch d {
	case graph.Approve:
		return ReviewApproved
	case graph.Reject:
		return ReviewRejected
	default:
		return ReviewEscalated
	}
}

// ReviewDecision is what a reviewer says of a session in review.
type ReviewDecision struct {
	SessionRef
	Decision graph.Decision `json:"decision"`
	// Node is the review that the reviewer saw, "" for whichever waits.
	Node string `json:"node,omitempty"`
	// Reason is the reviewer's, for the audit trail and the session's review.
	Reason string `json:"reason,omitempty"`
	// Reviewer names who decided, as the merchant knows them.
	Reviewer string `json:"reviewer,omitempty"`
}

// StepKind says what a step recorded.
type StepKind string

// The kinds of step: what was put into the executor, in order, and where a branch led.
const (
	StepMethodResult StepKind = "method_result"
	StepBranch       StepKind = "branch"
	StepReview       StepKind = "review"
)

// Step is one input that moved a session along its graph. Replayed in order, the steps give the session's state again.
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

// StepDetail holds what the kind of the step needs.
type StepDetail struct {
	MethodResult *graph.MethodResult  `json:"method_result,omitempty"`
	Branch       *graph.BranchTaken   `json:"branch,omitempty"`
	Review       *graph.ReviewDecided `json:"review,omitempty"`
	// Risk is what the method of a result told of the session's risk, if it did.
	Risk *rules.Risk `json:"risk,omitempty"`
	// Reason says why a branch led where it did, or who decided a review and why.
	Reason string `json:"reason,omitempty"`
}

// Input is what the executor was given at the step; nil where the step was none of its.
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
