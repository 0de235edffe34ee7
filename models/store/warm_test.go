package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules/graph"
)

var warmScenarios = []scenario{
	createdSessionIsReadOnceWithoutTheDatabase,
	changedSessionIsReadFromTheDatabase,
	provisionalAndOldRowsAreNotKept,
	submissionIsReadAfterAChangeOfItsSession,
	submissionIsJudgedAsItWasStoredOnlyByItsOwnRow,
	sessionTakesSixTransactionsApartAndFiveTogether,
}

func createdSessionIsReadOnceWithoutTheDatabase(t *testing.T, f *fixture) {
	session := f.session(t)
	for _, want := range []bool{true, false} {
		read, asCreated, err := f.Across().CreatedSession(t.Context(), session.ID)
		require.NoError(t, err)
		require.Equal(t, want, asCreated)
		require.Equal(t, session, read)
	}
	_, asCreated, err := f.replica(t).Across().CreatedSession(t.Context(), session.ID)
	require.NoError(t, err)
	require.False(t, asCreated)
	_, _, err = f.Across().CreatedSession(t.Context(), "vks_unknown")
	requireCode(t, models.CodeSessionNotFound, err)
}

func changedSessionIsReadFromTheDatabase(t *testing.T, f *fixture) {
	session := f.session(t)
	after := f.changed(t, move(session, "open", models.StatusPending)).Session
	read, asCreated, err := f.Across().CreatedSession(t.Context(), session.ID)
	require.NoError(t, err)
	require.False(t, asCreated)
	require.Equal(t, after, read)
}

func provisionalAndOldRowsAreNotKept(t *testing.T, f *fixture) {
	n := f.newSession(t)
	n.Session.Provisional = true
	provisional, old := f.created(t, n), f.session(t)
	f.clock.Advance(time.Minute)
	for _, session := range []models.Session{provisional, old} {
		_, asCreated, err := f.Across().CreatedSession(t.Context(), session.ID)
		require.NoError(t, err)
		require.False(t, asCreated)
	}
}

func submissionIsReadAfterAChangeOfItsSession(t *testing.T, f *fixture) {
	sent, after := f.submitted(t, f.session(t), attestation, born)
	f.changed(t, move(after, "cancel", models.StatusCancelled))

	read, found, err := f.Unjudged(t.Context(), models.SubmissionRef{
		SessionRef: models.SessionRef{OrgID: sent.OrgID, SessionID: sent.SessionID}, SubmissionID: sent.ID,
	})
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, models.StatusCancelled, read.Session.Status)
}

func submissionIsJudgedAsItWasStoredOnlyByItsOwnRow(t *testing.T, f *fixture) {
	sent, after := f.submitted(t, f.session(t), attestation, born)
	ref := models.SubmissionRef{
		SessionRef: models.SessionRef{OrgID: sent.OrgID, SessionID: sent.SessionID}, SubmissionID: sent.ID,
	}
	// Another process has changed the session, and the notification is lost.
	_, err := f.raw().ExecContext(t.Context(), "UPDATE sessions SET revision = revision + 1 WHERE id = $1", after.ID)
	require.NoError(t, err)

	kept, found, err := f.Unjudged(t.Context(), ref)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, after, kept.Session)
	require.Equal(t, born, string(kept.Payload))
	verdict := judgement(kept.Session, kept.Submission, graph.OutcomePassed, models.StatusVerified)
	_, err = f.RecordVerdict(t.Context(), verdict)
	require.ErrorIs(t, err, store.ErrRefused)

	read, found, err := f.Unjudged(t.Context(), ref)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, after.Revision+1, read.Session.Revision)
	require.Equal(t, born, string(read.Payload))
	require.Equal(t, sent, read.Submission)
	f.judged(t, judgement(read.Session, read.Submission, graph.OutcomePassed, models.StatusVerified))
	_, found, err = f.Unjudged(t.Context(), ref)
	require.NoError(t, err)
	require.False(t, found)

	foreign, _ := f.submitted(t, f.session(t), attestation, born)
	ref.SubmissionID = foreign.ID // of another session
	_, found, err = f.Unjudged(t.Context(), ref)
	require.NoError(t, err)
	require.False(t, found)
}

// The calls of the most common session, from its creation to the acknowledged delivery.
func sessionTakesSixTransactionsApartAndFiveTogether(t *testing.T, f *fixture) {
	w := f.workflow(t)
	f.publish(t, w)
	f.endpoint(t, models.EventSessionVerified)
	worker := f.replica(t)
	ofAPI, ofWorker := f.CountTransactions(), worker.CountTransactions()
	verify := func(judge *store.Store) (ofBoth int64) {
		before := ofAPI.Load() + ofWorker.Load()
		f.wholeSession(t, w, judge)
		return ofAPI.Load() + ofWorker.Load() - before
	}
	verify(worker) // fills the caches
	require.LessOrEqual(t, verify(worker), int64(6))
	require.LessOrEqual(t, verify(f.Store), int64(5))
}

func (f *fixture) wholeSession(t *testing.T, w models.Workflow, judge *store.Store) {
	t.Helper()
	version, err := f.KnownPublishedVersion(t.Context(), f.org, w.ID)
	require.NoError(t, err)
	n := f.newSession(t)
	n.Session.WorkflowID, n.Session.WorkflowVersion, n.VersionID = w.ID, version.Version, version.ID
	created := f.created(t, n)
	session, asCreated, err := f.Across().CreatedSession(t.Context(), created.ID)
	require.NoError(t, err)
	require.True(t, asCreated)
	sent, _ := f.submitted(t, session, attestation, born)

	u, found, err := judge.Unjudged(t.Context(), models.SubmissionRef{
		SessionRef: models.SessionRef{OrgID: f.org, SessionID: session.ID}, SubmissionID: sent.ID,
	})
	require.NoError(t, err)
	require.True(t, found)
	verdict := judgement(u.Session, u.Submission, graph.OutcomePassed, models.StatusVerified)
	done, err := judge.RecordVerdict(t.Context(), verdict)
	require.NoError(t, err)
	require.Len(t, done.FirstAttempts, 1)
	dispatch, err := judge.Dispatch(t.Context(), f.org, done.FirstAttempts[0].DeliveryID)
	require.NoError(t, err)
	outcome, err := judge.RecordAnswer(t.Context(), dispatch.Delivery, store.Answer{Acknowledged: true}, schedule)
	require.NoError(t, err)
	require.Equal(t, models.DeliverySucceeded, outcome.Status)
}
