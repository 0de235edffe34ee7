package merchant

import (
	"net/http"
	"strings"

	"github.com/stile-id/stile/api/rest"
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
	rest.ListObject
	Waiting store.ReviewAges `json:"waiting"`
}

func (hs *Handlers) listReviews(c *rest.Call) (rest.Answer, error) {
	page, filter := c.Query.Page(), reviewFilter(c.Query)
	if c.Query.Err != nil {
		return rest.Answer{}, c.Query.Err
	}
	rows, more, err := hs.store.Reviewed(c.Ctx, c.Org().ID, filter, page)
	if err != nil {
		return rest.Answer{}, err
	}
	waiting, err := hs.store.WaitingReviews(c.Ctx, c.Org().ID)
	if err != nil {
		return rest.Answer{}, err
	}
	list, err := rest.NewList(c, rows, more, showReview)
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, reviewList{ListObject: list, Waiting: waiting})
}

// reviewFilter reads the filter of a list of reviews: those that wait, unless a status is asked for.
func reviewFilter(q *rest.Query) store.ReviewFilter {
	f := store.ReviewFilter{
		Statuses: models.WaitingReviews, WorkflowID: q.Text("workflow_id"), Reviewer: q.Text("reviewer"),
		Flagged: q.Window("flagged"),
	}
	if asked := q.Text("jurisdiction"); asked != "" {
		jurisdiction, known := rules.ParseJurisdiction(asked)
		if !known {
			q.Fail("jurisdiction", "jurisdiction must be an ISO 3166 country or subdivision, such as DE or US-CA")
		}
		f.Jurisdiction = jurisdiction
	}
	if asked := q.Text("status"); asked != "" {
		status, known := models.ParseReviewStatus(asked)
		if !known {
			q.Fail("status", "status must be pending, escalated, approved or rejected")
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

func (hs *Handlers) decideReview(c *rest.Call) (rest.Answer, error) {
	var in reviewInput
	if err := rest.Decode(c.Body, &in); err != nil {
		return rest.Answer{}, err
	}
	decision, err := in.decision(c.Actor())
	if err != nil {
		return rest.Answer{}, err
	}
	decision.SessionRef = models.SessionRef{OrgID: c.Org().ID, SessionID: c.ID()}
	session, err := hs.sessions.Decide(c.Ctx, decision, c.Actor())
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, session.Public())
}

// decision reads a reviewer's decision. Without a reviewer it is in the name of the API key.
func (in reviewInput) decision(actor string) (models.ReviewDecision, error) {
	d := models.ReviewDecision{Reviewer: actor}
	if in.Decision == nil {
		return d, rest.Missing("decision")
	}
	d.Decision = graph.Decision(*in.Decision) // sessions.Decide refuses unknown ones
	if err := rest.CheckText("node", in.Node, longestNode); err != nil {
		return d, err
	}
	if err := rest.CheckText("reason", in.Reason, longestReason); err != nil {
		return d, err
	}
	if err := rest.CheckText("reviewer", in.Reviewer, longestReviewer); err != nil {
		return d, err
	}
	if in.Reviewer != nil && strings.TrimSpace(*in.Reviewer) != "" {
		d.Reviewer = *in.Reviewer
	}
	rest.Set(&d.Reason, in.Reason)
	rest.Set(&d.Node, in.Node) // without a name whichever review waits
	return d, nil
}
