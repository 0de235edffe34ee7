package store

import (
	"context"
	"fmt"
	"maps"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// Progress is the result of one input to the executor, with the steps that led to it.
type Progress struct {
	Session models.Session // as it was read when the executor ran
	State   graph.State
	To      models.SessionStatus
	Failure *rules.ReasonCode
	// Steps are the inputs of the executor, in order.
	Steps []models.Step
	// Flagged is the review that the session enters, or nil.
	Flagged *Flag
	// Lapsed means that the session no longer waits for the review that was pending.
	Lapsed bool
	// ExpiresAt, if set, is the session's new deadline.
	ExpiresAt *models.Timestamp
}

// Flag is a review that begins.
type Flag struct {
	// Node is the review node that waits; "" for a session that is verified already, which the review does not change.
	Node, Reason string
	// Deadline is the new deadline of a session that waits for the decision.
	Deadline models.Timestamp
}

// Moves reports whether the session does not wait for its user.
func (p Progress) Moves() bool { return p.To.Terminal() || p.Flagged != nil }

// Judgement is a verdict with the progress that follows from it.
type Judgement struct {
	Progress
	Submission models.Submission
	// Result is the verdict as it counts. RecordVerdict sets its keys and Created.
	Result models.Result
	// Document names the document that the method has seen, as in methods.Verdict; "" without one.
	Document string
	// Portrait is the portrait of the document that has passed, and Template the numbers of the face, to be kept for
	// later steps or for the retention; nil for none.
	Portrait, Template []byte
	// Matched means that no step to come needs the session's portrait.
	Matched bool
	// Risk is the session's risk after a verdict that assessed one, or nil.
	Risk *rules.Risk
	// Nudge means that the session's run has not got the verdict and must be signalled.
	Nudge bool
	// Unsaved means that Temporal may still lose the run's task. The session goes on to owe the nudge that it owes; the
	// sender of the update that caused the task notes the end of the task.
	Unsaved bool
}

// RecordVerdict stores a verdict, moves the session and erases the submission's payload. Errors: those of Change;
// ErrRefused means that the row has changed, and the executor must run again.
func (s *Store) RecordVerdict(ctx context.Context, j Judgement) (Changed, error) {
	c := s.changeOf(j.Progress, fmt.Sprintf("verdict/%s/%d", j.Submission.Node, j.Submission.Attempt))
	after := j.Session
	after.Status, after.InFlight = j.To, max(j.Session.InFlight-1, 0)
	c.Set["in_flight"] = after.InFlight
	switch {
	case j.Nudge:
		c.Set["nudge_at"] = s.Now()
	case !j.Unsaved:
		c.Set["nudge_at"] = s.nextNudge(after)
	}
	if j.Risk != nil {
		c.Set["risk"] = models.AsJSON(j.Risk)
	}
	if j.isFailedScan() {
		maps.Copy(c.Set, countFailedScan())
	}
	maps.Copy(c.Set, j.biometrics())
	if j.To == models.StatusVerified {
		c.Set["verification_path"] = string(j.Submission.Method)
	}
	if j.Document != "" && j.Result.Status == graph.OutcomePassed {
		j.Result.DocumentHash = new(s.keys.Digest("document", []byte(j.Document)))
		c.DocumentHash = j.Result.DocumentHash
	}
	c.Also = func(tx *gorm.DB, after models.Session) error {
		if err := forgetPhase(tx, after); err != nil {
			return err
		}
		if err := s.keepBiometrics(tx, after, j); err != nil {
			return err
		}
		return eraseMaterial(tx, after, j.Submission)
	}
	c.rows = func(after models.Session) []write {
		rows := append(j.Progress.steps(after), inserting(j.row(after)))
		return append(rows, func(tx *gorm.DB) *gorm.DB { return eraseSubmissions(tx, after, j.Submission) })
	}
	return s.Change(ctx, c)
}

// row returns the result with its keys and its time.
func (j Judgement) row(after models.Session) *models.Result {
	row := j.Result
	row.ID, row.OrgID, row.SessionID = j.Submission.ID, j.Submission.OrgID, j.Submission.SessionID
	row.Node, row.Method, row.Attempt = j.Submission.Node, j.Submission.Method, j.Submission.Attempt
	row.Created = after.Updated
	return &row
}

// changeOf returns the change that stores a progress. id is the transition's.
func (s *Store) changeOf(p Progress, id string) Change {
	c := Change{
		OrgID: p.Session.OrgID, SessionID: p.Session.ID, ID: id,
		From: models.OpenStatuses, To: p.To, Read: &p.Session,
		Set: map[string]any{"graph_state": models.AsJSON(p.State)},
	}
	if p.Failure != nil {
		c.Set["failure_code"] = *p.Failure
	}
	if p.ExpiresAt != nil && !p.To.Terminal() {
		c.Set["expires_at"] = *p.ExpiresAt
	}
	if p.Lapsed {
		c.Set["review_status"] = ""
	}
	if p.Flagged != nil {
		s.flag(&c, *p.Flagged)
	}
	return c
}

// flag adds the beginning of a review to the change.
func (s *Store) flag(c *Change, f Flag) {
	c.Events = append(c.Events, models.EventReviewFlagged)
	maps.Copy(c.Set, map[string]any{
		"review_status": models.ReviewPending, "review_node": f.Node, "review_reason": f.Reason,
		"reviewer": nil, "review_note": nil, "review_flagged_at": s.Now(), "review_decided_at": nil,
	})
	if f.Node != "" {
		c.Set["expires_at"] = f.Deadline
	}
}

// steps returns the write that records the steps of the progress; none without steps.
func (p Progress) steps(after models.Session) []write {
	if len(p.Steps) == 0 {
		return nil
	}
	rows := make([]map[string]any, 0, len(p.Steps))
	for i, step := range p.Steps {
		rows = append(rows, map[string]any{
			"session_id": after.ID, "org_id": after.OrgID, "kind": step.Kind, "node": step.Node, "detail": step.Detail,
			"created": after.Updated,
			// Number the steps after the stored ones. All rows of one INSERT see the same maximum.
			"seq": gorm.Expr("(SELECT COALESCE(MAX(seq), 0) + ? FROM session_steps WHERE session_id = ?)", i+1, after.ID),
		})
	}
	return []write{func(tx *gorm.DB) *gorm.DB { return tx.Model(&models.Step{}).Create(rows) }}
}

// Steps reads the steps of sessions, in order, by session.
func (s *Store) Steps(ctx context.Context, org string, sessions ...string) (map[string][]models.Step, error) {
	var rows []models.Step
	err := s.read(ctx).Where("org_id = ? AND session_id IN ?", org, sessions).Order("session_id, seq").Find(&rows).Error
	bySession := make(map[string][]models.Step, len(sessions))
	for _, row := range rows {
		bySession[row.SessionID] = append(bySession[row.SessionID], row)
	}
	return bySession, err
}
