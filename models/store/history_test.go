package store_test

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules/graph"
)

var historyScenarios = []scenario{
	oldEventsGoWithTheirDeliveries,
	undeliveredEventIsKeptUntilItIsDelivered,
	replayedEventIsKeptForAnotherWindow,
	eventsOfAnOpenSessionAreKept,
	oldHistoryGoesAndTheSessionStays,
	historyIsKeptWhileContactsOrAReviewAre,
	backtestLeavesOutDeletedHistories,
	oldAuditEntriesGo,
	oldRecoveriesGoOnceTheyAreOver,
	guardiansGoWithTheHistoryOfTheirSession,
	deletedRowsAreCountedByTable,
	retentionGoesInBatches,
	concurrentSweepersAgeEachRowOnce,
}

const window = 90 * day

// ages deletes what is older than the window, until nothing is left to consider.
func (f *fixture) ages(t *testing.T, do func(context.Context, time.Duration, int) (int, error)) (considered int) {
	t.Helper()
	for {
		n, err := do(t.Context(), window, 3)
		require.NoError(t, err)
		if considered += n; n < 3 {
			return considered
		}
	}
}

// verified is a session that was verified at creation and has got its signal.
func (f *fixture) verified(t *testing.T) models.Session {
	t.Helper()
	n := f.newSession(t)
	n.Verified = true
	session := f.created(t, n)
	require.NoError(t, f.WorkflowStarted(t.Context(), session))
	return f.reread(t, session)
}

// eventsLeft returns the number of events of the session.
func (f *fixture) eventsLeft(t *testing.T, session models.Session) int {
	t.Helper()
	events, _, _, err := f.Events(t.Context(), f.org, store.EventFilter{Session: session.ID}, store.Page{Limit: 100})
	require.NoError(t, err)
	return len(events)
}

func oldEventsGoWithTheirDeliveries(t *testing.T, f *fixture) {
	f.endpoint(t, models.AllEvents)
	old := f.verified(t)
	events, _, _, err := f.Events(t.Context(), f.org, store.EventFilter{Session: old.ID}, store.Page{Limit: 100})
	require.NoError(t, err)
	require.Len(t, events, 2)
	trail, err := f.Trail(t.Context(), f.org, old.ID)
	require.NoError(t, err)
	for _, d := range trail.Deliveries {
		f.answered(t, d, acknowledged)
	}
	f.clock.Advance(window)
	young := f.verified(t)
	require.Zero(t, f.ages(t, f.Across().DeleteEvents), "not before the window is over")
	f.clock.Advance(time.Second)
	require.Equal(t, 2, f.ages(t, f.Across().DeleteEvents))

	require.Equal(t, 2, f.eventsLeft(t, young))
	require.Zero(t, f.eventsLeft(t, old))
	_, _, err = f.Event(t.Context(), f.org, events[0].ID)
	require.Equal(t, models.CodeResourceMissing, models.CodeOf(err))
	_, err = f.Dispatch(t.Context(), f.org, trail.Deliveries[0].ID)
	require.Equal(t, models.CodeResourceMissing, models.CodeOf(err))
	require.Equal(t, old, f.reread(t, old))
	require.Len(t, trail.Transitions, 1)
	trail, err = f.Trail(t.Context(), f.org, old.ID)
	require.NoError(t, err)
	require.Len(t, trail.Transitions, 1, "they have a window of their own")
}

func undeliveredEventIsKeptUntilItIsDelivered(t *testing.T, f *fixture) {
	f.endpoint(t, models.AllEvents)
	session := f.verified(t)
	trail, err := f.Trail(t.Context(), f.org, session.ID)
	require.NoError(t, err)
	require.Len(t, trail.Deliveries, 2)
	f.answered(t, trail.Deliveries[0], acknowledged)
	f.clock.Advance(window + day)
	require.Equal(t, 2, f.ages(t, f.Across().DeleteEvents))
	require.Equal(t, 1, f.eventsLeft(t, session))

	f.answered(t, trail.Deliveries[1], acknowledged)
	require.Zero(t, f.ages(t, f.Across().DeleteEvents), "the pass has gone by")
	f.clock.Advance(day)
	require.Zero(t, f.ages(t, f.Across().DeleteEvents), "this call begins the next one")
	require.Equal(t, 1, f.ages(t, f.Across().DeleteEvents))
	require.Zero(t, f.eventsLeft(t, session))
}

func replayedEventIsKeptForAnotherWindow(t *testing.T, f *fixture) {
	f.endpoint(t, models.AllEvents)
	session := f.verified(t)
	trail, err := f.Trail(t.Context(), f.org, session.ID)
	require.NoError(t, err)
	for _, d := range trail.Deliveries {
		f.answered(t, d, acknowledged)
	}
	f.clock.Advance(window - time.Hour)
	again, err := f.Replay(t.Context(), f.org, actor, trail.Events[0].ID)
	require.NoError(t, err)
	require.Len(t, again, 1)
	f.clock.Advance(2 * time.Hour)
	f.answered(t, again[0], acknowledged)
	f.ages(t, f.Across().DeleteEvents)
	require.Equal(t, 1, f.eventsLeft(t, session))
}

func eventsOfAnOpenSessionAreKept(t *testing.T, f *fixture) {
	n := f.newSession(t)
	n.TTL = 2 * window
	session := f.created(t, n)
	f.clock.Advance(window + day)
	require.Equal(t, 1, f.ages(t, f.Across().DeleteEvents))
	require.Equal(t, 1, f.eventsLeft(t, session))
}

// rowsOf counts the rows of the session's history.
func (f *fixture) rowsOf(t *testing.T, session models.Session) (rows int) {
	t.Helper()
	for _, table := range []string{"session_transitions", "session_steps", "submissions", "results", "handoffs"} {
		rows += f.count(t, "SELECT count(*) FROM "+table+" WHERE session_id = '"+session.ID+"'")
	}
	return rows
}

func oldHistoryGoesAndTheSessionStays(t *testing.T, f *fixture) {
	f.mint(t, f.session(t))
	session := f.session(t)
	f.mint(t, session)
	sent, session := f.submitted(t, session, attestation, born)
	session = f.judged(t, judgement(session, sent, graph.OutcomePassed, models.StatusVerified)).Session
	require.NoError(t, f.WorkflowStarted(t.Context(), session))
	session = f.reread(t, session)
	require.GreaterOrEqual(t, f.rowsOf(t, session), 4)
	f.clock.Advance(window)
	require.Zero(t, f.ages(t, f.Across().DeleteHistories))
	f.clock.Advance(time.Second)
	require.Equal(t, 1, f.ages(t, f.Across().DeleteHistories), "an open session has not ended")

	require.Zero(t, f.rowsOf(t, session))
	require.Equal(t, session, f.reread(t, session))
	require.Equal(t, 1, f.count(t, "SELECT count(*) FROM handoffs"), "that of the open session")
	results, err := f.Results(t.Context(), f.org, session.ID)
	require.NoError(t, err)
	require.Empty(t, results)
}

func historyIsKeptWhileContactsOrAReviewAre(t *testing.T, f *fixture) {
	years := 3650
	kept := f.ended(t, f.org, &years)
	reviewed := f.verified(t)
	owed := f.ended(t, f.org, nil)
	for _, session := range []models.Session{kept, reviewed} {
		require.NoError(t, f.WorkflowStarted(t.Context(), f.reread(t, session)))
	}
	_, err := f.raw().ExecContext(t.Context(),
		"UPDATE sessions SET review_status = 'escalated' WHERE id = $1", reviewed.ID)
	require.NoError(t, err)
	f.clock.Advance(window + day)
	require.Equal(t, 3, f.ages(t, f.Across().DeleteHistories))
	for _, session := range []models.Session{kept, reviewed, owed} {
		require.NotZero(t, f.rowsOf(t, session))
	}
}

func backtestLeavesOutDeletedHistories(t *testing.T, f *fixture) {
	end := func() models.Session {
		session := f.endedAs(t, f.session(t), models.StatusCancelled)
		require.NoError(t, f.WorkflowStarted(t.Context(), session))
		return f.reread(t, session)
	}
	ended := func() []string {
		rows, _, err := f.EndedSessions(t.Context(), f.org, store.SessionFilter{}, store.Page{Limit: 10})
		require.NoError(t, err)
		return sessionIDs(rows)
	}
	old := end()
	f.clock.Advance(window + day)
	young := end()
	require.Equal(t, []string{young.ID, old.ID}, ended())
	require.Equal(t, 1, f.ages(t, f.Across().DeleteHistories))
	f.clock.Advance(time.Second)
	require.NotZero(t, f.rowsOf(t, young))
	require.Zero(t, f.rowsOf(t, old))
	require.Equal(t, []string{young.ID}, ended())
	f.clock.Advance(day)
	require.Zero(t, f.ages(t, f.Across().DeleteHistories), "this call begins another pass")
	require.Equal(t, []string{young.ID}, ended())
}

func oldAuditEntriesGo(t *testing.T, f *fixture) {
	f.key(t, models.SecretKey)
	before := f.count(t, "SELECT count(*) FROM audit_log")
	f.clock.Advance(window + time.Microsecond)
	f.key(t, models.SecretKey)
	require.Equal(t, before, f.ages(t, f.Across().DeleteAudit))
	require.Equal(t, 1, f.count(t, "SELECT count(*) FROM audit_log"))
}

func oldRecoveriesGoOnceTheyAreOver(t *testing.T, f *fixture) {
	endpoint := f.endpoint(t, models.AllEvents)
	f.recovered(t, f.recovery(t, endpoint.ID))
	running := f.recovery(t, endpoint.ID)
	f.clock.Advance(window)
	require.Zero(t, f.ages(t, f.Across().DeleteRecoveries))
	f.clock.Advance(time.Second)
	require.Equal(t, 1, f.ages(t, f.Across().DeleteRecoveries))
	require.Equal(t, 1, f.count(t, "SELECT count(*) FROM webhook_recoveries"))
	_, _, err := f.Recovery(t.Context(), f.org, endpoint.ID, running.ID)
	require.NoError(t, err)
}

func guardiansGoWithTheHistoryOfTheirSession(t *testing.T, f *fixture) {
	refused, consented, open := f.session(t), f.session(t), f.session(t)
	for _, session := range []models.Session{refused, consented, open} {
		f.guardians(t, session, "parent@example.com")
	}
	execute := func(statement string, args ...any) {
		t.Helper()
		_, err := f.raw().ExecContext(t.Context(), statement, args...)
		require.NoError(t, err)
	}
	execute("UPDATE guardians SET status = 'consented' WHERE session_id = $1", consented.ID)
	for _, session := range []models.Session{refused, consented} {
		ended := f.endedAs(t, f.reread(t, session), models.StatusCancelled)
		require.NoError(t, f.WorkflowStarted(t.Context(), ended))
	}
	_, credential := f.verify(t, f.newSession(t), attestation)
	execute("UPDATE sessions SET credential_id = $1 WHERE id = $2", credential.ID, consented.ID)

	f.clock.Advance(window + time.Second)
	f.ages(t, f.Across().DeleteHistories)
	require.Empty(t, f.guardiansOf(t, refused))
	require.Len(t, f.guardiansOf(t, consented), 1, "the consent can be withdrawn")
	require.Len(t, f.guardiansOf(t, open), 1)

	execute("UPDATE sessions SET credential_id = NULL")
	f.clock.Advance(day)
	f.ages(t, f.Across().DeleteHistories) // begins another pass
	f.ages(t, f.Across().DeleteHistories)
	require.Empty(t, f.guardiansOf(t, consented))
}

func deletedRowsAreCountedByTable(t *testing.T, f *fixture) {
	f.verified(t)
	f.clock.Advance(window + time.Second)
	f.ages(t, f.Across().DeleteEvents)
	require.Equal(t, map[string]int64{"events": 2, "webhook_deliveries": 0}, f.TakeDeleted())
	require.Empty(t, f.TakeDeleted())

	f.key(t, models.SecretKey)
	f.recovered(t, f.recovery(t, f.endpoint(t, models.AllEvents).ID))
	f.clock.Advance(window + time.Second)
	tables := []string{"events", "webhook_deliveries"}
	for _, step := range []func(context.Context, time.Duration, int) (int, error){
		f.Across().DeleteHistories, f.Across().DeleteRecoveries, f.Across().DeleteAudit,
	} {
		f.ages(t, step)
		tables = slices.AppendSeq(tables, maps.Keys(f.TakeDeleted()))
	}
	require.ElementsMatch(t, store.OldTables, tables, "a counter begins with zero for each of them")
}

func retentionGoesInBatches(t *testing.T, f *fixture) {
	for range 5 {
		f.verified(t) // with two events
	}
	f.clock.Advance(window + day)
	for left := 7; left >= 1; left -= 3 {
		n, err := f.Across().DeleteEvents(t.Context(), window, 3)
		require.NoError(t, err)
		require.Equal(t, 3, n)
		require.Equal(t, left, f.count(t, "SELECT count(*) FROM events"))
	}
}

func concurrentSweepersAgeEachRowOnce(t *testing.T, f *fixture) {
	const sessions = 10
	for range sessions {
		f.verified(t)
	}
	f.clock.Advance(window + day)
	replicas := []*store.Store{f.Store, f.replica(t)}
	considered := 0
	for considered < 2*sessions {
		for _, n := range allOf(t, race(4, func(i int) (int, error) {
			return replicas[i%2].Across().DeleteEvents(t.Context(), window, 3)
		})) {
			considered += n
		}
	}
	require.Equal(t, 2*sessions, considered)
	require.Zero(t, f.count(t, "SELECT count(*) FROM events"))
}
