package store

import (
	"context"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/stile-id/stile/models"
)

const (
	// warmFor is the time for which a row that this process has written is used without being read.
	warmFor = time.Minute
	// warmSize bounds the kept rows of a kind; a session takes some 4 kB.
	warmSize = 1000
	// warmPayload is the greatest length of a sealed submission that is kept.
	warmPayload = 8 << 10
)

// warm keeps rows that this process has written, each until its next reader takes it. The reader must write by a
// condition on the revision, which refuses an outdated row.
type warm[T any] struct {
	rows *lru.Cache[string, warmRow[T]]
	now  func() time.Time
}

type warmRow[T any] struct {
	row   T
	until time.Time
}

func newWarm[T any](now func() time.Time) (warm[T], error) {
	rows, err := lru.New[string, warmRow[T]](warmSize)
	return warm[T]{rows, now}, err
}

func (w warm[T]) keep(id string, row T) { w.rows.Add(id, warmRow[T]{row, w.now().Add(warmFor)}) }

// take returns a kept row once.
func (w warm[T]) take(id string) (row T, found bool) {
	kept, found := w.rows.Peek(id)
	if !found || !w.rows.Remove(id) { // another reader has taken it
		return row, false
	}
	return kept.row, w.now().Before(kept.until)
}

func (w warm[T]) drop(id string) { w.rows.Remove(id) }

// keepCreated keeps a new session for the request that submits to it. A provisional one is opened before.
func (s *Store) keepCreated(session models.Session) {
	if !session.Provisional && !session.Status.Terminal() {
		s.created.keep(session.ID, session)
	}
}

// CreatedSession returns a session as this process has created it, if nothing tells that it has changed since, and
// otherwise as PublicSession does. The caller must read the row again before it refuses anything for its state.
func (a Across) CreatedSession(ctx context.Context, id string) (session models.Session, asCreated bool, err error) {
	if session, found := a.s.created.take(id); found {
		return session, true, nil
	}
	session, err = a.PublicSession(ctx, id)
	return session, false, err
}

// keepSubmitted keeps the latest submission of a session for a judge in this process.
func (s *Store) keepSubmitted(session models.Session, submission models.Submission) {
	if submission.ConnectorID == nil && submission.Payload != nil && len(*submission.Payload) <= warmPayload {
		s.submitted.keep(session.ID, unjudgedRow{Session: session, Submission: submission})
	}
}

// submittedHere returns a submission as this process has stored it, unless this process has changed the session since.
func (s *Store) submittedHere(ref models.SubmissionRef) (unjudgedRow, bool) {
	row, found := s.submitted.take(ref.SessionID)
	return row, found && row.Submission.ID == ref.SubmissionID && row.Session.OrgID == ref.OrgID
}

// forget drops the kept rows of a session that this process has changed. A notification drops no submission, because
// it may be that of the submission itself.
func (s *Store) forget(sessionID string) {
	s.created.drop(sessionID)
	s.submitted.drop(sessionID)
}
