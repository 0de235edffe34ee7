package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

var nudgeScenarios = []scenario{
	claimedSessionIsLeftToItsWorker,
	nudgeIsPutOffForHalfTheTimeSinceTheChange,
	nudgeIsPutOffForARecheckAtMost,
	changedSessionIsNotPutOff,
	owingSessionsAreThoseThatTheSweepShouldHaveTold,
	claimedSessionStillOwes,
	recheckIsOwedFromItsTimeOn,
	recheckUnderWayIsNotOwed,
	noMoreSessionsAreReadThanMostOwing,
	owingSessionsAreReadByTheIndexOfNudges,
}

// leased claims all sessions that owe a nudge, for a minute.
func (f *fixture) leased(t *testing.T) []models.Session {
	t.Helper()
	until := models.At(f.clock.Now().Add(time.Minute))
	sessions, err := f.Across().SessionsToNudge(t.Context(), f.clock.Now(), until, 100)
	require.NoError(t, err)
	return sessions
}

func claimedSessionIsLeftToItsWorker(t *testing.T, f *fixture) {
	session := f.session(t)
	f.clock.Advance(time.Second)
	claimed := f.leased(t)
	require.Equal(t, []string{session.ID}, sessionIDs(claimed))
	require.Equal(t, claimed[0], f.reread(t, session))
	f.clock.Advance(time.Minute)
	require.Empty(t, f.leased(t))
	f.clock.Advance(time.Microsecond)
	require.Len(t, f.leased(t), 1)
}

func nudgeIsPutOffForHalfTheTimeSinceTheChange(t *testing.T, f *fixture) {
	f.session(t)
	f.clock.Advance(4 * time.Minute)
	require.NoError(t, f.Across().PutOffNudge(t.Context(), f.leased(t)[0]))
	f.clock.Advance(2 * time.Minute)
	require.Empty(t, f.leased(t))
	f.clock.Advance(time.Microsecond)
	require.Len(t, f.leased(t), 1)
}

func nudgeIsPutOffForARecheckAtMost(t *testing.T, f *fixture) {
	f.session(t)
	f.clock.Advance(20 * time.Hour)
	require.NoError(t, f.Across().PutOffNudge(t.Context(), f.leased(t)[0]))
	f.clock.Advance(models.SweepRecheckDefault + time.Microsecond)
	require.Len(t, f.leased(t), 1)
}

func changedSessionIsNotPutOff(t *testing.T, f *fixture) {
	session := f.session(t)
	f.clock.Advance(time.Hour)
	claimed := f.leased(t)[0]
	_, after := f.submitted(t, session, attestation, born)
	require.NoError(t, f.Across().PutOffNudge(t.Context(), claimed))
	require.Equal(t, after, f.reread(t, session))
}

// owing returns the sessions that have owed a nudge for more than ten seconds.
func (f *fixture) owing(t *testing.T) store.Owing {
	t.Helper()
	owing, err := f.Across().Owing(t.Context(), f.clock.Now().Add(-10*time.Second))
	require.NoError(t, err)
	return owing
}

func owingSessionsAreThoseThatTheSweepShouldHaveTold(t *testing.T, f *fixture) {
	require.Equal(t, store.Owing{}, f.owing(t))
	first := f.session(t)
	f.clock.Advance(10 * time.Second)
	second := f.session(t)
	require.Equal(t, store.Owing{}, f.owing(t))
	f.clock.Advance(time.Microsecond)
	require.Equal(t, store.Owing{Sessions: 1, Oldest: &first.Created}, f.owing(t))
	f.clock.Advance(10 * time.Second)
	require.Equal(t, store.Owing{Sessions: 2, Oldest: &first.Created}, f.owing(t))

	require.NoError(t, f.WorkflowStarted(t.Context(), first))
	require.Equal(t, store.Owing{Sessions: 1, Oldest: &second.Created}, f.owing(t))
	f.changed(t, move(second, "open", models.StatusPending)) // which no run is told
	require.Equal(t, store.Owing{Sessions: 1, Oldest: &second.Created}, f.owing(t))
	require.NoError(t, f.WorkflowStarted(t.Context(), second))
	require.Equal(t, store.Owing{}, f.owing(t))
}

// Temporal is away, and workers claim the sessions again and again.
func claimedSessionStillOwes(t *testing.T, f *fixture) {
	unopened := f.session(t)
	f.submitted(t, f.session(t), attestation, born)
	want := store.Owing{Sessions: 2, Oldest: &unopened.Created}
	for range 20 {
		f.clock.Advance(store.NudgeLease + 5*time.Second)
		require.Equal(t, want, f.owing(t))
		until := models.At(f.clock.Now().Add(store.NudgeLease))
		claimed, err := f.Across().SessionsToNudge(t.Context(), f.clock.Now(), until, 100)
		require.NoError(t, err)
		require.Len(t, claimed, 2)
		require.Equal(t, want, f.owing(t))
	}
}

func recheckIsOwedFromItsTimeOn(t *testing.T, f *fixture) {
	_, judging := f.submitted(t, f.session(t), attestation, born)
	_, token := f.mint(t, f.session(t))
	held := f.takeOver(t, token, "phone").Session
	for _, session := range []models.Session{judging, held} {
		require.NoError(t, f.WorkflowStarted(t.Context(), session))
	}
	due := models.At(f.clock.Now().Add(models.SweepRecheckDefault))
	for range 60 {
		require.Equal(t, store.Owing{}, f.owing(t))
		f.clock.Advance(models.SweepRecheckDefault / 60)
	}
	f.clock.Advance(10 * time.Second)
	require.Equal(t, store.Owing{}, f.owing(t))
	f.clock.Advance(time.Second)
	require.Equal(t, store.Owing{Sessions: 2, Oldest: &due}, f.owing(t))
}

func recheckUnderWayIsNotOwed(t *testing.T, f *fixture) {
	_, judging := f.submitted(t, f.session(t), attestation, born)
	require.NoError(t, f.WorkflowStarted(t.Context(), judging))
	f.clock.Advance(models.SweepRecheckDefault + time.Second)
	until := models.At(f.clock.Now().Add(store.NudgeLease))
	claimed, err := f.Across().SessionsToNudge(t.Context(), f.clock.Now(), until, 100)
	require.NoError(t, err)
	require.Len(t, claimed, 1)
	require.Equal(t, store.Owing{}, f.owing(t))
}

func noMoreSessionsAreReadThanMostOwing(t *testing.T, f *fixture) {
	first := f.session(t)
	f.copyRows(t, "sessions", store.MostOwing, map[string]string{"nudge_at": "nudge_at + i", "updated": "nudge_at + i"})
	f.clock.Advance(time.Minute)
	require.Equal(t, store.Owing{Sessions: store.MostOwing, Oldest: &first.Created}, f.owing(t))
}

func owingSessionsAreReadByTheIndexOfNudges(t *testing.T, f *fixture) {
	const rows, owing = 6_000, 1_000
	f.session(t)
	f.copyRows(t, "sessions", rows, map[string]string{
		"nudge_at": fmt.Sprintf("CASE WHEN i <= %d THEN nudge_at END", owing),
	})
	f.clock.Advance(time.Minute)
	var sent []store.Statement
	require.NoError(t, f.Watch(func(s store.Statement) { sent = append(sent, s) }))
	require.EqualValues(t, owing+1, f.owing(t).Sessions)
	require.Len(t, sent, 1)
	if f.backend.name == sqliteName {
		plan := queryPlan(t, f.raw(), sent[0])
		require.Contains(t, plan, "USING INDEX sessions_to_nudge (nudge_at>? AND nudge_at<?)")
		require.NotContains(t, plan, "TEMP B-TREE")
		return
	}
	plan, text := explained(t, f.planOnce(t), sent[0])
	require.Empty(t, plan.faults(), text)
	require.Contains(t, text, `"sessions_to_nudge"`)
	require.LessOrEqual(t, plan.Hit+plan.Read, float64(owing+mostIdleBlocks), text)
}
