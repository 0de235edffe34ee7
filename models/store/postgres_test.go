package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
)

// Of PostgreSQL's own: it serves many processes, and many transactions that write at once.
var postgresScenarios = []scenario{
	otherReplicasAreWoken,
	answerThatDisablingWaitsForLeavesNothingPending,
}

func otherReplicasAreWoken(t *testing.T, f *fixture) {
	session := f.session(t)
	other := f.replica(t)
	const listeners = 2 // both replicas, each on a connection of its own
	require.Eventually(t, func() bool {
		return listeners == f.count(t, `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND query LIKE 'LISTEN%' AND state = 'idle'`)
	}, longEnough, 10*time.Millisecond)

	woken := other.Subscribe(session.ID)
	defer woken.Close()
	for _, to := range []models.SessionStatus{models.StatusPending, models.StatusProcessing, models.StatusVerified} {
		f.changed(t, move(session, string(to), to))
		requireWoken(t, woken.Changed)
	}
}

func answerThatDisablingWaitsForLeavesNothingPending(t *testing.T, f *fixture) {
	endpoint := f.endpoint(t, models.AllEvents)
	delivery := f.delivery(t, f.session(t))
	release := f.lockRow(t, "webhook_deliveries", delivery.ID)
	done := make(chan error, 2)
	go func() {
		_, err := f.RecordAnswer(t.Context(), delivery, refused, schedule)
		done <- err
	}()
	f.requireBlocked(t, 1)
	go func() {
		_, err := f.UpdateEndpoint(t.Context(), f.org, actor, endpoint.ID, setDisabled)
		done <- err
	}()
	f.requireBlocked(t, 2)
	release()
	require.NoError(t, errors.Join(<-done, <-done))
	require.Zero(t, f.pending(t, delivery.EventID))
}

// requireBlocked waits until n statements wait for a lock of PostgreSQL.
func (f *fixture) requireBlocked(t *testing.T, n int) {
	t.Helper()
	require.Eventually(t, func() bool {
		return n == f.count(t, `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock'`)
	}, longEnough, time.Millisecond)
}
