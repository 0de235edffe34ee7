package store

import (
	"context"
	"fmt"
	"sync"
	"time"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/seal"
	"github.com/stile-id/stile/rules"
)

// NewSubmission is a user's submission for the next attempt at a method.
type NewSubmission struct {
	Session models.Session // as it was read when the offer was looked up
	Node    string
	Method  rules.Method
	Attempt int
	Payload []byte
	// Delay holds back the verdict that Stile gives itself: the simulated delay, or the time that a provider has.
	Delay time.Duration
	// ConnectorID is the connector of the provider that judges; nil if Stile judges.
	ConnectorID *string
	// ChallengeID is the challenge that the submission uses up; "" if there is none.
	ChallengeID string
	// Elsewhere reports whether a wallet, a bank or another person sent it, and not the user's device.
	Elsewhere bool
	// Decision is the guardian's decision that the submission carries; nil for other submissions.
	Decision *GuardianDecision
}

// Submit stores a submission and makes its session processing. An attempt takes one submission. A repeat of the same
// payload returns the first. Errors: those of Change; CodeSubmissionInProgress for another payload; CodeSessionTerminal
// after the session's end; CodeRateLimitExceeded at MaxSubmissions; CodeChallengeInvalid.
func (s *Store) Submit(ctx context.Context, n NewSubmission) (models.Submission, Changed, error) {
	if n.Session.Submissions >= models.MaxSubmissions {
		return models.Submission{}, Changed{}, models.Errorf(models.CodeRateLimitExceeded,
			"The session has taken %d submissions and takes no more", models.MaxSubmissions)
	}
	submission := s.newSubmission(ctx, n)
	set := map[string]any{
		"submissions": gorm.Expr("submissions + 1"), "in_flight": gorm.Expr("in_flight + 1"), "nudge_at": s.Now(),
	}
	if n.Session.AttemptID != nil && !n.Elsewhere { // sent by the device that holds the session
		set["device_seen_at"] = s.Now()
	}
	var mail *models.Mail
	changed, err := s.Change(ctx, Change{
		OrgID: submission.OrgID, SessionID: submission.SessionID,
		ID: fmt.Sprintf("submission/%s/%d", n.Node, n.Attempt),
		// The offer must still be valid: it was computed from the row that was read.
		From: models.OpenStatuses, To: models.StatusProcessing, Read: &n.Session,
		Set: set,
		Also: func(tx *gorm.DB, _ models.Session) error {
			err := s.useChallenge(tx, n)
			if err == nil && n.Decision != nil {
				mail, err = s.decide(tx, n.Decision)
			}
			if err != nil {
				return err
			}
			return tx.Create(&submission).Error
		},
	})
	if err != nil || !changed.Repeated {
		if err == nil {
			s.keepSubmitted(changed.Session, submission)
		}
		changed.Mail = mail
		return submission, changed, err
	}
	first, err := s.submissionAt(ctx, submission)
	if err != nil {
		return first, changed, err
	}
	if first.Fingerprint == "" { // erased at the session's end
		return first, changed, refusal(changed.Session)
	}
	if first.Fingerprint != submission.Fingerprint {
		return first, changed, models.Errorf(models.CodeSubmissionInProgress,
			"Another submission for this attempt at %s is being processed", n.Method)
	}
	return first, changed, nil
}

func (s *Store) newSubmission(ctx context.Context, n NewSubmission) models.Submission {
	now := s.Now()
	row := models.Submission{
		ID: s.NewID(ctx, models.PrefixResult), OrgID: n.Session.OrgID, SessionID: n.Session.ID,
		Node: n.Node, Method: n.Method, Attempt: n.Attempt,
		Fingerprint: s.keys.Digest("submission", []byte(n.Session.ID), []byte(n.Node), n.Payload),
		ReadyAt:     models.At(now.Add(n.Delay)), ConnectorID: n.ConnectorID, Created: now,
	}
	sealed := s.keys.Seal(n.Payload, submissionPlace(row))
	row.Payload = &sealed
	return row
}

func submissionPlace(row models.Submission) seal.Place {
	return seal.Place{Table: "submissions", Row: row.ID, Org: row.OrgID}
}

func (s *Store) submissionAt(ctx context.Context, like models.Submission) (models.Submission, error) {
	var row models.Submission
	found, err := one(s.read(ctx).Where("session_id = ? AND node = ? AND attempt = ? AND org_id = ?",
		like.SessionID, like.Node, like.Attempt, like.OrgID), &row)
	if err != nil || !found {
		return row, orMissing(err, "submission", like.ID)
	}
	return row, nil
}

// Submission reads a submission with its payload, which is nil once it has been judged. Errors: CodeResourceMissing.
func (s *Store) Submission(ctx context.Context, org, id string) (models.Submission, []byte, error) {
	var row models.Submission
	found, err := one(s.read(ctx).Where("id = ? AND org_id = ?", id, org), &row)
	if err != nil || !found {
		return row, nil, orMissing(err, "submission", id)
	}
	if row.Payload == nil {
		return row, nil, nil
	}
	payload, err := s.keys.Open(*row.Payload, submissionPlace(row))
	return row, payload, err
}

// Unjudged is a submission without a verdict, with its session.
type Unjudged struct {
	Session    models.Session
	Submission models.Submission
	Payload    []byte
}

// unjudgedRow is a submission with its session, read by one statement.
type unjudgedRow struct {
	Session    models.Session    `gorm:"embedded;embeddedPrefix:session_"`
	Submission models.Submission `gorm:"embedded;embeddedPrefix:submission_"`
}

var unjudgedColumns = sync.OnceValue(func() string {
	return columnsAs(models.Session{}, "s", "session_") + ", " + columnsAs(models.Submission{}, "u", "submission_")
})

// Unjudged returns a submission to judge: once as this process has stored it, if it has, and otherwise as it is read.
// So the verdict must depend on the revision of the session, and the reader of a refused one calls Unjudged again. It
// returns false if the session has no such submission, or it has been judged.
func (s *Store) Unjudged(ctx context.Context, ref models.SubmissionRef) (u Unjudged, found bool, err error) {
	if kept, found := s.submittedHere(ref); found {
		return s.opened(kept)
	}
	var row unjudgedRow
	found, err = one(s.read(ctx).Table("submissions AS u").Select(unjudgedColumns()).
		Joins("JOIN sessions AS s ON s.id = u.session_id AND s.org_id = u.org_id").
		Where("u.id = ? AND u.session_id = ? AND u.org_id = ? AND u.payload IS NOT NULL",
			ref.SubmissionID, ref.SessionID, ref.OrgID), &row)
	if err != nil || !found {
		return u, false, err
	}
	return s.opened(row)
}

func (s *Store) opened(row unjudgedRow) (u Unjudged, found bool, err error) {
	payload, err := s.keys.Open(*row.Submission.Payload, submissionPlace(row.Submission))
	return Unjudged{Session: row.Session, Submission: row.Submission, Payload: payload}, true, err
}

// Promise records that a provider will send its verdict by callback, within wait. It does not change a judged
// submission.
func (s *Store) Promise(ctx context.Context, org, id string, wait time.Duration) error {
	now := s.Now()
	return s.read(ctx).Model(&models.Submission{}).
		Where("id = ? AND org_id = ? AND payload IS NOT NULL AND promised_at IS NULL", id, org).
		Updates(map[string]any{"promised_at": now, "ready_at": models.At(now.Add(wait))}).Error
}

// PendingSubmissions lists the submissions of a session without a verdict, oldest first.
func (s *Store) PendingSubmissions(ctx context.Context, org, sessionID string) ([]models.Submission, error) {
	var rows []models.Submission
	err := s.read(ctx).
		Where("session_id = ? AND org_id = ? AND payload IS NOT NULL", sessionID, org).
		Order("created, id").Find(&rows).Error
	return rows, err
}

// erase erases the payloads and the material of all submissions of a session that has ended without a verdict.
func erase(tx *gorm.DB, session models.Session) error {
	if err := eraseMaterial(tx, session, models.Submission{}); err != nil {
		return err
	}
	return eraseSubmissions(tx, session, models.Submission{}).Error
}

// eraseSubmissions erases the payload of the judged submission, or those of all submissions if the session has ended.
func eraseSubmissions(tx *gorm.DB, session models.Session, judged models.Submission) *gorm.DB {
	q := tx.Model(&models.Submission{}).Where("session_id = ?", session.ID)
	if session.Status.Terminal() {
		return forgetSubmissions(q)
	}
	return q.Where("id = ?", judged.ID).Updates(map[string]any{"payload": nil})
}

// forgetSubmissions erases payloads and fingerprints. With the lookup key a fingerprint could be matched by trying
// dates of birth.
func forgetSubmissions(q *gorm.DB) *gorm.DB {
	return q.Model(&models.Submission{}).Updates(map[string]any{"payload": nil, "fingerprint": ""})
}

// End ends a session without a verdict if its status is one of from and its deadline has not passed; see Expire for the
// others. It erases the unjudged submissions. Errors: those of Change.
func (s *Store) End(
	ctx context.Context, org, id string, from []models.SessionStatus, to models.SessionStatus,
) (Changed, error) {
	return s.Change(ctx, s.ending(org, id, from, to))
}

// ending returns the change that ends a session without a verdict. Its id is the status, so that it happens once.
func (s *Store) ending(org, id string, from []models.SessionStatus, to models.SessionStatus) Change {
	return Change{
		OrgID: org, SessionID: id, ID: string(to), From: from, To: to, Set: map[string]any{"nudge_at": s.Now()},
		Also: func(tx *gorm.DB, after models.Session) error { return erase(tx, after) },
	}
}

// Consent records the user's consent to biometric processing, and the version of the text that the user has read, if it
// is known. A repeat changes nothing. Errors: CodeSessionNotFound,
// CodeSessionTerminal.
func (s *Store) Consent(ctx context.Context, org, id string, textVersion *string) (models.Session, error) {
	now := s.Now()
	res := s.read(ctx).Model(&models.Session{}).
		Where("id = ? AND org_id = ? AND status IN ? AND consented_at IS NULL", id, org, models.OpenStatuses).
		Where("expires_at > ?", now).
		Updates(map[string]any{
			"consented_at": now, "consent_text_version": textVersion, "updated": now, "revision": gorm.Expr("revision + 1"),
		})
	if res.Error != nil {
		return models.Session{}, res.Error
	}
	if res.RowsAffected == 1 {
		s.announce(id)
	}
	return s.openSession(ctx, org, id)
}

// openSession returns the session. Errors: CodeResourceMissing; CodeSessionTerminal, with the session that has ended.
func (s *Store) openSession(ctx context.Context, org, id string) (models.Session, error) {
	session, err := s.Session(ctx, org, id)
	if err != nil {
		return session, err
	}
	if session.Status.Terminal() {
		return session, refusal(session)
	}
	return session, nil
}
