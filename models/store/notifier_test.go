package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
)

var notifierScenarios = []scenario{
	subscriberWakesOnAChange,
	unsubscribedIsNotWoken,
	closeToleratesASecondCall,
}

const longEnough = 30 * time.Second

func requireWoken(t *testing.T, woken <-chan struct{}) {
	t.Helper()
	select {
	case <-woken:
	case <-time.After(longEnough):
		require.Fail(t, "nobody woke the subscriber")
	}
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
	first, stopFirst := f.Subscribe(session.ID)
	defer stopFirst()
	second, stopSecond := f.Subscribe(session.ID)
	defer stopSecond()
	for _, to := range []models.SessionStatus{models.StatusPending, models.StatusProcessing, models.StatusVerified} {
		f.changed(t, move(session, string(to), to))
		requireWoken(t, first)
		requireWoken(t, second)
	}
}

func unsubscribedIsNotWoken(t *testing.T, f *fixture) {
	session := f.session(t)
	gone, stopGone := f.Subscribe(session.ID)
	stays, stop := f.Subscribe(session.ID)
	defer stop()
	stopGone()
	stopGone() // a second time does nothing
	f.changed(t, move(session, "open", models.StatusPending))
	requireWoken(t, stays)
	requireAsleep(t, gone)
}

func closeToleratesASecondCall(t *testing.T, f *fixture) {
	s := f.replica(t)
	require.NoError(t, s.Ping(t.Context()))
	require.NoError(t, s.Close())
	require.NoError(t, s.Close())
	require.Error(t, s.Ping(t.Context()))
}
