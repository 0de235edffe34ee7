package api

import (
	"net/http"
	"strings"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

const (
	longestReviewer = 200
	longestReason   = 1000
	longestNode     = 300 // five graphs deep
)

// reviewObject is a session in review, as a list of reviews shows it.
type reviewObject struct {
	Object    string `json:"object"`
	SessionID string `json:"session_id"`
	models.ReviewObject
}

func showReview(s models.Session) reviewObject {
	return reviewObject{Object: "session_review", SessionID: s.ID, ReviewObject: *s.Review.Public()}
}

// reviewList is a list with the number of reviews that wait, by age.
type reviewList struct {
	listObject
	Waiting store.ReviewAges `json:"waiting"`
}

func (hs *merchantHandlers) listReviews(c *call) (answer, error) {
	page, filter := c.query.page(), c.query.reviews()
	if c.query.err != nil {
		return answer{}, c.query.err
	}
	rows, more, err := hs.store.Reviewed(c.ctx, c.org().ID, filter, page)
	if err != nil {
		return answer{}, err
	}
	waiting, err := hs.store.WaitingReviews(c.ctx, c.org().ID)
	if err != nil {
		return answer{}, err
	}
	list, err := newList(c, rows, more, showReview)
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, reviewList{listObject: list, Waiting: waiting})
}

// reviews are those that wait, unless a status is asked for.
func (q *query) reviews() store.ReviewFilter {
	f := store.ReviewFilter{
		Statuses: models.WaitingReviews, WorkflowID: q.text("workflow_id"), Reviewer: q.text("reviewer"),
		Flagged: q.window("flagged"),
	}
	if asked := q.text("jurisdiction"); asked != "" {
		jurisdiction, known := rules.ParseJurisdiction(asked)
		if !known {
			q.fail("jurisdiction", "jurisdiction must be an ISO 3166 country or subdivision, such as DE or US-CA")
		}
		f.Jurisdiction = jurisdiction
	}
	if asked := q.text("status"); asked != "" {
		status, known := models.ParseReviewStatus(asked)
		if !known {
			q.fail("status", "status must be pending, escalated, approved or rejected")
		}
		f.Statuses = []models.ReviewStatus{status}
	}
	return f
}

type reviewInput struct {
	Decision *string `json:"decision"`
	Node     *string `json:"node"`
	Reason   *string `json:"reason"`
	Reviewer *string `json:"reviewer"`
}

func (hs *merchantHandlers) decideReview(c *call) (answer, error) {
	var in reviewInput
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	decision, err := in.decision(c.actor())
	if err != nil {
		return answer{}, err
	}
	decision.SessionRef = models.SessionRef{OrgID: c.org().ID, SessionID: c.id()}
	session, err := hs.sessions.Decide(c.ctx, decision, c.actor())
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, session.Public())
}

// decision reads a reviewer's decision. Without a reviewer it is in the name of the API key.
func (in reviewInput) decision(actor string) (models.ReviewDecision, error) {
	d := models.ReviewDecision{Reviewer: actor}
	if in.Decision == nil {
		return d, missing("decision")
	}
	d.Decision = graph.Decision(*in.Decision) // sessions.Decide refuses unknown ones
	if err := checkText("node", in.Node, longestNode); err != nil {
		return d, err
	}
	if err := checkText("reason", in.Reason, longestReason); err != nil {
		return d, err
	}
	if err := checkText("reviewer", in.Reviewer, longestReviewer); err != nil {
		return d, err
	}
	if in.Reviewer != nil && strings.TrimSpace(*in.Reviewer) != "" {
		d.Reviewer = *in.Reviewer
	}
	set(&d.Reason, in.Reason)
	set(&d.Node, in.Node) // without a name whichever review waits
	return d, nil
}
