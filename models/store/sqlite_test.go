package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
)

// Scenarios for SQLite alone: one process uses the file, so wake-ups happen before the change returns.
var sqliteScenarios = []scenario{
	subscriberSleepsThroughOtherSessionsAndRepeats,
	wakeUpsDoNotPileUp,
	everyListIsReadInTheOrderOfAnIndex,
	fullDiskIsUnavailable,
	unreadableFileIsUnavailable,
	fullDiskIsAFault,
	nothingIsGrantedOnSQLite,
}

func nothingIsGrantedOnSQLite(t *testing.T, f *fixture) {
	require.ErrorContains(t, f.GrantService(t.Context(), "stile_service"), "SQLite has no roles")
	reads, err := f.ReadsAnchors(t.Context())
	require.NoError(t, err)
	require.False(t, reads)
}

func subscriberSleepsThroughOtherSessionsAndRepeats(t *testing.T, f *fixture) {
	session, other := f.session(t), f.session(t)
	f.changed(t, move(session, "open", models.StatusPending))
	woken := f.Subscribe(session.ID)
	defer woken.Close()

	f.changed(t, move(session, "open", models.StatusPending))
	f.changed(t, move(other, "open", models.StatusPending))
	_, err := f.End(t.Context(), f.foreign, session.ID, models.OpenStatuses, models.StatusCancelled)
	requireCode(t, models.CodeSessionNotFound, err)
	requireAsleep(t, woken.Changed)
}

func wakeUpsDoNotPileUp(t *testing.T, f *fixture) {
	session := f.session(t)
	woken := f.Subscribe(session.ID)
	defer woken.Close()
	f.changed(t, move(session, "open", models.StatusPending))
	f.changed(t, move(session, "end", models.StatusCancelled))
	requireWoken(t, woken.Changed)
	requireAsleep(t, woken.Changed)
}
