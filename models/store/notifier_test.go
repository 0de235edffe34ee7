package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/models"
)

var notifierScenarios = []scenario{
	subscriberWakesOnAChange,
	unsubscribedIsNotWoken,
	unannouncedChangeIsFound,
	closeToleratesASecondCall,
}

func requireWoken(t *testing.T, woken <-chan struct{}) {
	t.Helper()
	testkit.Receive(t, woken)
}

func requireAsleep(t *testing.T, woken <-chan struct{}) {
	t.Helper()
	select {
	case <-woken:
		require.Fail(t, "the subscriber was woken")
	default:
	}
}

func subscriberWakesOnAChange(t *testing.T, f *fixture) {
	session := f.session(t)
	first, second := f.Subscribe(session.ID), f.Subscribe(session.ID)
	defer first.Close()
	defer second.Close()
	for _, to := range []models.SessionStatus{models.StatusPending, models.StatusProcessing, models.StatusVerified} {
		f.changed(t, move(session, string(to), to))
		requireWoken(t, first.Changed)
		requireWoken(t, second.Changed)
	}
}

func unsubscribedIsNotWoken(t *testing.T, f *fixture) {
	session := f.session(t)
	gone, stays := f.Subscribe(session.ID), f.Subscribe(session.ID)
	defer stays.Close()
	gone.Close()
	gone.Close() // a second call does nothing
	f.changed(t, move(session, "open", models.StatusPending))
	requireWoken(t, stays.Changed)
	requireAsleep(t, gone.Changed)
}

// The row is changed without the store, as if a notification were lost.
func unannouncedChangeIsFound(t *testing.T, f *fixture) {
	changed, same := f.session(t), f.session(t)
	behind, abreast := f.Subscribe(changed.ID), f.Subscribe(same.ID)
	defer behind.Close()
	defer abreast.Close()
	abreast.Seen(same.Revision)
	for range 2 {
		requireWoken(t, behind.Changed)
	}
	behind.Seen(changed.Revision)
	_, err := f.raw().ExecContext(t.Context(), "UPDATE sessions SET revision = revision + 1 WHERE id = $1", changed.ID)
	require.NoError(t, err)
	requireWoken(t, behind.Changed)
	requireAsleep(t, abreast.Changed)
}

func closeToleratesASecondCall(t *testing.T, f *fixture) {
	s := f.replica(t)
	require.NoError(t, s.Ping(t.Context()))
	require.NoError(t, s.Close())
	require.NoError(t, s.Close())
	require.Error(t, s.Ping(t.Context()))
}
