package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
)

var nudgeScenarios = []scenario{
	claimedSessionIsLeftToItsWorker,
	nudgeIsPutOffForHalfTheTimeSinceTheChange,
	nudgeIsPutOffForARecheckAtMost,
	changedSessionIsNotPutOff,
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
