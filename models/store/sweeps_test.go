package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

var sweepScenarios = []scenario{
	startedWorkflowNeedsNoSignal,
	startedWorkflowStillNeedsLaterSignals,
	sessionIsNudgedOnceItIsOverdue,
	sessionThatWaitsForItsRunIsSignalledAgain,
	endedSessionIsNotSignalledAgain,
	concurrentSweepersClaimASessionOnce,
	claimedSessionIsNudgedAgainIfNotStarted,
	claimedSessionIsNotNudgedOnceStarted,
	overdueSessionsAreThoseStillOpen,
	overdueDeliveriesAreThoseStillPending,
	backlogCountsPendingAttempts,
	forgetKeepsRowsInUse,
	expiredRowsAreDeletedInBatches,
}

// owed returns the sessions that a sweep claims now: those with a signal owed for a minute.
func (f *fixture) owed(t *testing.T) []models.Session {
	t.Helper()
	sessions, err := f.Across().SessionsToNudge(t.Context(), f.clock.Now().Add(-time.Minute), f.Now(), 100)
	require.NoError(t, err)
	return sessions
}

func startedWorkflowNeedsNoSignal(t *testing.T, f *fixture) {
	session := f.session(t)
	require.NoError(t, f.WorkflowStarted(t.Context(), session))
	started := f.reread(t, session)
	require.Nil(t, started.NudgeAt)
	require.Equal(t, session.Revision, started.Revision)
	require.NoError(t, f.WorkflowStarted(t.Context(), started))
	f.clock.Advance(time.Hour)
	require.Empty(t, f.owed(t))
}

func startedWorkflowStillNeedsLaterSignals(t *testing.T, f *fixture) {
	session := f.session(t)
	f.clock.Advance(time.Second)
	_, after := f.submitted(t, session, attestation, born)
	require.NoError(t, f.WorkflowStarted(t.Context(), session))
	require.Equal(t, after, f.reread(t, session))

	foreign := after
	foreign.OrgID = f.foreign
	require.NoError(t, f.WorkflowStarted(t.Context(), foreign))
	require.Equal(t, after, f.reread(t, session))
}

func sessionIsNudgedOnceItIsOverdue(t *testing.T, f *fixture) {
	older := f.session(t)
	f.clock.Advance(time.Second)
	f.session(t)
	f.clock.Advance(time.Minute - time.Second)
	require.Empty(t, f.owed(t))
	f.clock.Advance(time.Microsecond)
	require.Equal(t, []string{older.ID}, sessionIDs(f.owed(t)))
	f.clock.Advance(time.Hour)

	some, err := f.Across().SessionsToNudge(t.Context(), f.clock.Now(), f.Now(), 1)
	require.NoError(t, err)
	require.Len(t, some, 1)
}

func sessionThatWaitsForItsRunIsSignalledAgain(t *testing.T, f *fixture) {
	_, judging := f.submitted(t, f.session(t), attestation, born)
	_, token := f.mint(t, f.session(t))
	held := f.takeOver(t, token, "phone").Session
	require.False(t, f.Rechecked(judging), "a lost signal would be repeated before")
	for _, session := range []models.Session{judging, held} {
		require.NoError(t, f.WorkflowStarted(t.Context(), session))
		session = f.reread(t, session)
		f.clock.Advance(models.SweepRecheckDefault)
		require.NoError(t, f.WorkflowStarted(t.Context(), session)) // a signal came before
	}
	require.Empty(t, f.owed(t))
	f.clock.Advance(models.SweepRecheckDefault + time.Minute + time.Microsecond)
	owed := f.owed(t)
	require.ElementsMatch(t, []string{judging.ID, held.ID}, sessionIDs(owed))
	require.True(t, f.Rechecked(owed[0]))
}

func endedSessionIsNotSignalledAgain(t *testing.T, f *fixture) {
	_, session := f.submitted(t, f.session(t), attestation, born)
	ended, err := f.End(t.Context(), f.org, session.ID, models.OpenStatuses, models.StatusExpired)
	require.NoError(t, err)
	require.NoError(t, f.WorkflowStarted(t.Context(), ended.Session))
	f.clock.Advance(time.Hour)
	require.Empty(t, f.owed(t))
}

func concurrentSweepersClaimASessionOnce(t *testing.T, f *fixture) {
	var want []string
	for range 10 {
		want = append(want, f.session(t).ID)
	}
	f.clock.Advance(time.Hour)
	replicas := []*store.Store{f.Store, f.replica(t)}
	var claimed []string
	for _, sessions := range allOf(t, race(6, func(i int) ([]models.Session, error) {
		return replicas[i%2].Across().SessionsToNudge(t.Context(), f.clock.Now().Add(-time.Minute), f.Now(), 100)
	})) {
		claimed = append(claimed, sessionIDs(sessions)...)
	}
	require.ElementsMatch(t, want, claimed)
}

func claimedSessionIsNudgedAgainIfNotStarted(t *testing.T, f *fixture) {
	session := f.session(t)
	for range 3 {
		f.clock.Advance(2 * time.Minute)
		require.Equal(t, []string{session.ID}, sessionIDs(f.owed(t)))
		require.Empty(t, f.owed(t))
	}
}

func claimedSessionIsNotNudgedOnceStarted(t *testing.T, f *fixture) {
	f.session(t)
	f.clock.Advance(time.Hour)
	claimed := f.owed(t)
	require.Len(t, claimed, 1)
	require.NoError(t, f.WorkflowStarted(t.Context(), claimed[0]))
	f.clock.Advance(time.Hour)
	require.Empty(t, f.owed(t))
}

func overdueSessionsAreThoseStillOpen(t *testing.T, f *fixture) {
	expiresIn := func(d time.Duration) models.Session {
		n := f.newSession(t)
		n.TTL = d
		return f.created(t, n)
	}
	second, first := expiresIn(2*time.Hour), expiresIn(time.Hour)
	expiresIn(3 * time.Hour)
	f.changed(t, move(expiresIn(time.Hour), "end", models.StatusExpired))

	f.clock.Advance(3 * time.Hour)
	overdue, err := f.Across().OverdueSessions(t.Context(), f.clock.Now(), 100)
	require.NoError(t, err)
	require.Equal(t, []models.Session{first, second}, overdue)
	some, err := f.Across().OverdueSessions(t.Context(), f.clock.Now(), 1)
	require.NoError(t, err)
	require.Equal(t, []models.Session{first}, some)
}

func overdueDeliveriesAreThoseStillPending(t *testing.T, f *fixture) {
	f.endpoint(t, models.AllEvents)
	late := f.delivery(t, f.session(t))
	f.answered(t, f.delivery(t, f.session(t)), acknowledged)
	f.clock.Advance(time.Minute)
	f.session(t)

	overdue := func() []models.Delivery {
		deliveries, err := f.Across().OverdueDeliveries(t.Context(), f.clock.Now(), 100)
		require.NoError(t, err)
		return deliveries
	}
	require.Equal(t, []models.Delivery{late}, overdue())
	require.Empty(t, overdue(), "one replica claims it")
	f.clock.Advance(time.Second)
	require.Len(t, overdue(), 2, "an attempt that was claimed and not made is overdue again")
}

func backlogCountsPendingAttempts(t *testing.T, f *fixture) {
	backlog := func() store.Backlog {
		b, err := f.Across().Backlog(t.Context())
		require.NoError(t, err)
		return b
	}
	require.Equal(t, store.Backlog{}, backlog())
	f.endpoint(t, models.AllEvents)
	first := f.delivery(t, f.session(t))
	f.clock.Advance(time.Second)
	second := f.delivery(t, f.session(t))
	require.Equal(t, store.Backlog{Pending: 2, Oldest: &first.Created, Due: &first.DueAt}, backlog())

	f.putOff(t, first, models.At(f.clock.Now().Add(time.Hour)))
	require.Equal(t, store.Backlog{Pending: 2, Oldest: &first.Created, Due: &second.DueAt}, backlog())
	next := f.next(t, second)
	require.Equal(t, store.Backlog{Pending: 2, Oldest: &first.Created, Due: &next.DueAt}, backlog())

	f.answered(t, first, acknowledged)
	f.answered(t, next, acknowledged)
	require.Equal(t, store.Backlog{}, backlog())
}

func (f *fixture) forgets(t *testing.T) {
	t.Helper()
	_, err := f.Across().DeleteExpired(t.Context(), 100)
	require.NoError(t, err)
}

func forgetKeepsRowsInUse(t *testing.T, f *fixture) {
	take := func() {
		_, err := f.ClaimKey(t.Context(), f.org, f.clock.Now().String(), store.Request{})
		require.NoError(t, err)
		_, err = f.TakeRate(t.Context(), "bucket", 10)
		require.NoError(t, err)
	}
	take()
	f.clock.Advance(store.IdempotencyTTL - time.Minute)
	take()
	f.clock.Advance(time.Minute)
	take()
	f.forgets(t)
	require.Equal(t, 3, f.count(t, "SELECT count(*) FROM idempotency_keys"), "not before their day is over")
	require.Equal(t, 2, f.count(t, "SELECT count(*) FROM rate_windows"))

	f.clock.Advance(time.Microsecond)
	f.forgets(t)
	require.Equal(t, 2, f.count(t, "SELECT count(*) FROM idempotency_keys"))
}

func expiredRowsAreDeletedInBatches(t *testing.T, f *fixture) {
	const rows, batch = 25, 10
	for range rows {
		_, err := f.ClaimKey(t.Context(), f.org, f.clock.Now().String(), store.Request{})
		require.NoError(t, err)
		_, err = f.TakeRate(t.Context(), "bucket", 10)
		require.NoError(t, err)
		f.clock.Advance(time.Minute)
	}
	f.clock.Advance(store.IdempotencyTTL + time.Minute)
	for _, want := range []int{batch, batch, rows - 2*batch, 0} {
		deleted, err := f.Across().DeleteExpired(t.Context(), batch)
		require.NoError(t, err)
		require.Equal(t, want, deleted)
	}
	require.Zero(t, f.count(t, "SELECT count(*) FROM idempotency_keys"))
	require.Zero(t, f.count(t, "SELECT count(*) FROM rate_windows"))
}
