package worker_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/activities"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/worker/workertest"
	"github.com/stile-id/stile/worker/workertest/scene"
	"github.com/stile-id/stile/workflows"
)

// refusedBy creates sessions and has the merchant refuse the events of their creation.
func refusedBy(t *testing.T, s *scene.Scene, m *scene.Merchant, sessions int) scene.Endpoint {
	t.Helper()
	m.Answers(http.StatusInternalServerError)
	endpoint := s.Subscribe(t, m, models.EventSessionCreated)
	for range sessions {
		session := s.Begin(t, scene.AnyOf(document))
		require.NoError(t, s.WorkflowStarted(t.Context(), session))
	}
	for _, d := range s.Deliveries(t, endpoint) {
		dispatch, err := s.Dispatch(t.Context(), s.Org, d.ID)
		require.NoError(t, err)
		refused := http.StatusInternalServerError
		_, err = s.RecordAnswer(t.Context(), dispatch.Delivery, store.Answer{ResponseStatus: &refused},
			[]time.Duration{time.Hour})
		require.NoError(t, err)
	}
	m.Answers(http.StatusOK)
	return endpoint
}

// recovered waits for the end of the recovery and requires that it delivered that many events.
func recovered(t *testing.T, s *scene.Scene, r models.Recovery, deliveries int) {
	t.Helper()
	var tally store.RecoveryTally
	testkit.Eventually(t, func() bool {
		var err error
		r, tally, err = s.Recovery(t.Context(), s.Org, r.EndpointID, r.ID)
		require.NoError(t, err)
		return r.Status != models.RecoveryRunning
	})
	require.Equal(t, models.RecoveryCompleted, r.Status)
	require.Equal(t, store.RecoveryTally{models.DeliverySucceeded: deliveries}, tally)
}

func recovery(t *testing.T, s *scene.Scene, endpoint scene.Endpoint) models.Recovery {
	t.Helper()
	r, err := s.CreateRecovery(t.Context(), s.Org, "key_1", endpoint.ID, models.At(time.Unix(0, 0)), s.Now())
	require.NoError(t, err)
	return r
}

func TestRecoveryDeliversEachEventOnce(t *testing.T) {
	t.Parallel()
	h := lonely.House(t) // where the sweep takes no attempt for lost, however busy the machine is
	s := h.Sandbox(t)
	merchant := scene.NewMerchant(t, time.Now)
	const sessions = 40
	endpoint := refusedBy(t, s, merchant, sessions)
	r := recovery(t, s, endpoint)
	require.NoError(t, h.RecoverEndpoint(t.Context(), r))
	require.NoError(t, h.RecoverEndpoint(t.Context(), r), "who asks twice changes nothing")
	recovered(t, s, r, sessions)

	events := map[string]bool{}
	for _, request := range merchant.Requests() {
		require.False(t, events[request.Event.ID])
		events[request.Event.ID] = true
	}
	require.Len(t, events, sessions)
	h.Completed(t, r.ID)
	testkit.Eventually(t, func() bool { // the sweep counts once
		settled, tally, err := s.Recovery(t.Context(), s.Org, r.EndpointID, r.ID)
		require.NoError(t, err)
		require.Equal(t, store.RecoveryTally{models.DeliverySucceeded: sessions}, tally)
		return settled.Tally != nil
	})
}

// A recovery whose heartbeats come late is begun a second time, and sends events twice.
func TestHeartbeatsOfARecoveryComeOften(t *testing.T) {
	t.Parallel()
	h := lonely.House(t)
	s := h.Sandbox(t)
	merchant := scene.NewMerchant(t, time.Now)
	answers, answer := context.WithCancel(t.Context())
	defer answer()
	merchant.Before(func(scene.Request) { <-answers.Done() })
	endpoint := refusedBy(t, s, merchant, 1)
	r := recovery(t, s, endpoint)
	require.NoError(t, h.RecoverEndpoint(t.Context(), r))

	var last time.Time
	testkit.Eventually(t, func() bool { // once, because a busy machine may be late
		before := last
		last = h.Heartbeat(t, r.ID)
		return !before.IsZero() && last.After(before) && last.Sub(before) < 2*activities.HeartbeatEvery
	})

	answer()
	recovered(t, s, r, 1)
}

func TestRecoveryWithoutARunIsResumed(t *testing.T) {
	t.Parallel()
	h := house.House(t)
	s := h.Sandbox(t)
	endpoint := refusedBy(t, s, scene.NewMerchant(t, time.Now), 3)
	r := recovery(t, s, endpoint)
	recovered(t, s, r, 3)
}

// A worker that stops midway has told the runs of some attempts and perhaps not of others.
func TestRecoverySurvivesItsWorker(t *testing.T) {
	t.Parallel()
	h := workertest.Open(t, eager)
	doomed := h.NewWorker()
	doomed.Start(t.Context())
	s := h.Sandbox(t)
	merchant := scene.NewMerchant(t, time.Now)
	const sessions = 30
	endpoint := refusedBy(t, s, merchant, sessions)
	var heard atomic.Int32
	gone := make(chan struct{})
	merchant.Before(func(scene.Request) {
		if heard.Add(1) == sessions/3 {
			go func() { doomed.Stop(); close(gone) }()
		}
	})
	r := recovery(t, s, endpoint)
	require.NoError(t, h.RecoverEndpoint(t.Context(), r))
	recovered(t, s, r, sessions)
	<-gone
}

func TestFailedRecoveryAttemptContinuesOnTheSchedule(t *testing.T) {
	t.Parallel()
	options := eager
	options.WebhookRetrySchedule = []time.Duration{time.Hour, time.Hour, time.Second}
	h := workertest.Open(t, options)
	s := h.Sandbox(t)
	merchant := scene.NewMerchant(t, time.Now)
	endpoint := refusedBy(t, s, merchant, 1)
	merchant.Answers(http.StatusBadGateway, http.StatusOK)
	r := recovery(t, s, endpoint)
	require.NoError(t, h.RecoverEndpoint(t.Context(), r))
	h.Completed(t, r.ID)
	testkit.Eventually(t, func() bool { return len(merchant.Requests()) == 2 })
	h.Completed(t, workflows.DeliveryWorkflowID(s.Deliveries(t, endpoint)[0].Ref()))
	require.Equal(t, []models.DeliveryStatus{
		models.DeliveryFailed, models.DeliveryClosed, models.DeliveryFailed, models.DeliverySucceeded,
	}, s.Statuses(t, endpoint))
}

func TestRecoveryEndsWithItsEndpoint(t *testing.T) {
	t.Parallel()
	h := house.House(t)
	s := h.Sandbox(t)
	endpoint := refusedBy(t, s, scene.NewMerchant(t, time.Now), 3)
	r := recovery(t, s, endpoint)
	s.Disable(t, endpoint)
	require.NoError(t, h.RecoverEndpoint(t.Context(), r))
	h.Completed(t, r.ID)
	ended, _, err := s.Recovery(t.Context(), s.Org, endpoint.ID, r.ID)
	require.NoError(t, err)
	require.Equal(t, models.RecoveryCancelled, ended.Status)
}
