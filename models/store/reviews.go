package store

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// PathReview is the verification path of a session that a reviewer verified.
const PathReview = "review"

// Decided is a reviewer's decision with the resulting progress. An escalation has no progress.
type Decided struct {
	Progress
	Decision models.ReviewDecision
	// Actor is the API key of the request, or Temporal.
	Actor string
}

// DecideReview records a decision, fires its event, and moves the session. Errors: those of Change; ErrRefused means
// that the row has changed since it was read.
func (s *Store) DecideReview(ctx context.Context, d Decided) (Changed, error) {
	status := models.ReviewStatusAfter(d.Decision.Decision)
	c := s.changeOf(d.Progress, s.decisionID(d.Session.Review.Node, d.Decision))
	// The event of the decision precedes those of its consequences, such as another review.
	c.Events = append([]models.EventType{status.Event()}, c.Events...)
	ended := d.Session.Status.Terminal() // a verified session that was flagged
	if ended {
		c.From = []models.SessionStatus{d.Session.Status}
	}
	c.Set["nudge_at"] = s.Now()
	if d.Flagged == nil {
		c.Set["review_status"] = status
		c.Set["reviewer"], c.Set["review_note"] = orNil(d.Decision.Reviewer), orNil(d.Decision.Reason)
		if d.Decision.Decision != graph.Escalate {
			c.Set["review_decided_at"] = s.Now()
		}
		if d.To == models.StatusVerified && !ended {
			c.Set["verification_path"] = PathReview
		}
	}
	c.rows = d.Progress.steps
	var aftermath Aftermath
	c.Also = func(tx *gorm.DB, after models.Session) (err error) {
		if err := s.auditDecision(tx, d, after); err != nil {
			return err
		}
		if ended && d.Decision.Decision == graph.Reject && after.CredentialID != nil {
			aftermath, err = s.revokeCredential(tx, after.OrgID, *after.CredentialID, d.Actor, models.RevokedByReview)
			return err
		}
		if ended || !after.Status.Terminal() {
			return nil
		}
		return erase(tx, after)
	}
	done, err := s.Change(ctx, c)
	done.Aftermath = aftermath
	return done, err
}

// decisionID returns the id of a decision at a node. The same decision of another reviewer is another change, which
// finds the row changed.
func (s *Store) decisionID(node string, d models.ReviewDecision) string {
	by := s.keys.Digest("reviewer", []byte(d.Reviewer))[:16]
	return "review/" + node + "/" + string(models.ReviewStatusAfter(d.Decision)) + "/" + by
}

// Decided reports whether this decision was made at its node, and whether the review at the node has been decided at
// all.
func (s *Store) Decided(ctx context.Context, d models.ReviewDecision) (made, decided bool, err error) {
	var decisions, steps int64
	of := s.read(ctx).Where("org_id = ? AND session_id = ?", d.OrgID, d.SessionID).Session(&gorm.Session{})
	err = of.Model(&models.SessionTransition{}).Where("id = ?", s.decisionID(d.Node, d)).Count(&decisions).Error
	if err != nil {
		return false, false, err
	}
	err = of.Model(&models.Step{}).Where("kind = ? AND node = ?", models.StepReview, d.Node).Count(&steps).Error
	return decisions > 0, steps > 0, err
}

func (s *Store) auditDecision(tx *gorm.DB, d Decided, after models.Session) error {
	return s.audit(tx, after.OrgID, d.Actor, "session_review."+string(d.Decision.Decision), after.ID, map[string]any{
		"node": d.Session.Review.Node, "reviewer": d.Decision.Reviewer, "reason": d.Decision.Reason,
	})
}

func orNil(text string) *string {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	return &text
}

// ReviewFilter narrows a list of reviews. An empty field does not, except for Statuses.
type ReviewFilter struct {
	Statuses     []models.ReviewStatus
	WorkflowID   string
	Jurisdiction rules.Jurisdiction
	Reviewer     string
	Flagged      Window
}

// reviewListed selects the reviews that are decided or may be decided. A review is left out if its session ended
// otherwise before the decision. The indexes of the list have exactly these words as their condition, and PostgreSQL
// and SQLite use them only for queries that repeat the words.
const reviewListed = "review_status <> '' AND (review_status NOT IN ('pending', 'escalated')" +
	" OR completed_at IS NULL OR status = 'verified')"

// Reviewed lists sessions by their latest review, the last flagged first. A session that is flagged again moves to the
// front.
func (s *Store) Reviewed(ctx context.Context, org string, f ReviewFilter, page Page) ([]models.Session, bool, error) {
	q := s.read(ctx).Where("org_id = ? AND review_flagged_at IS NOT NULL", org)
	l := listing{by: "review_flagged_at", window: f.Flagged}
	for _, status := range f.Statuses {
		l.anyOf = append(l.anyOf, func(q *gorm.DB) *gorm.DB { return f.apply(q.Where("review_status = ?", status)) })
	}
	return listWithin[models.Session](s, q, l, page)
}

// apply adds the filter's conditions to q, except for the status and the time.
func (f ReviewFilter) apply(q *gorm.DB) *gorm.DB {
	return equal(q.Where(reviewListed), map[string]string{
		"workflow_id": f.WorkflowID, "jurisdiction": string(f.Jurisdiction), "reviewer": f.Reviewer,
	})
}

// ReviewAges counts the waiting reviews by age.
type ReviewAges struct {
	UnderAnHour int `json:"under_1h"`
	UnderADay   int `json:"under_24h"`
	Older       int `json:"over_24h"`
}

// MostCounted is the number of waiting reviews at which counting stops.
const MostCounted = 2000

// WaitingReviews counts the waiting reviews, up to MostCounted in all. The statuses are literals: with arguments
// PostgreSQL would expect many rows and plan the statement each time, which takes longer than to count.
func (s *Store) WaitingReviews(ctx context.Context, org string) (ages ReviewAges, err error) {
	done, err := s.takeTurn(ctx)
	if err != nil {
		return ages, err
	}
	defer done()
	now := s.now()
	hour, day := models.At(now.Add(-time.Hour)), models.At(now.Add(-24*time.Hour))
	waiting := s.read(ctx).Model(&models.Session{}).Select("review_flagged_at").Where("org_id = ?", org).
		Where("review_status IN ('pending', 'escalated')").Where(reviewListed).Limit(MostCounted)
	err = s.read(ctx).Table("(?) AS waiting", waiting).
		Select(`COALESCE(SUM(CASE WHEN review_flagged_at > ? THEN 1 ELSE 0 END), 0) AS under_an_hour,
			COALESCE(SUM(CASE WHEN review_flagged_at <= ? AND review_flagged_at > ? THEN 1 ELSE 0 END), 0) AS under_a_day,
			COALESCE(SUM(CASE WHEN review_flagged_at <= ? THEN 1 ELSE 0 END), 0) AS older`, hour, hour, day, day).
		Scan(&ages).Error
	return ages, err
}
