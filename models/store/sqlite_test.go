package store_test

import (
	"testing"

	"github.com/stile-id/stile/models"
)

// Of SQLite's own: one process uses the file, so that its wake-ups come at a set time, before the change returns.
var sqliteScenarios = []scenario{
	subscriberSleepsThroughOtherSessionsAndRepeats,
	wakeUpsDoNotPileUp,
}

func subscriberSleepsThroughOtherSessionsAndRepeats(t *testing.T, f *fixture) {
	session, other := f.session(t), f.session(t)
	f.changed(t, move(session, "open", models.StatusPending))
	woken, stop := f.Subscribe(session.ID)
	defer stop()

	f.changed(t, move(session, "open", models.StatusPending))
	f.changed(t, move(other, "open", models.StatusPending))
	_, err := f.End(t.Context(), f.foreign, session.ID, models.OpenStatuses, models.StatusCancelled)
	requireCode(t, models.CodeSessionNotFound, err)
	requireAsleep(t, woken)
}

func wakeUpsDoNotPileUp(t *testing.T, f *fixture) {
	session := f.session(t)
	woken, stop := f.Subscribe(session.ID)
	defer stop()
	f.changed(t, move(session, "open", models.StatusPending))
	f.changed(t, move(session, "end", models.StatusCancelled))
	requireWoken(t, woken)
	requireAsleep(t, woken)
}
