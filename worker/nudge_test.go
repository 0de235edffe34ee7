package worker_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/methods/simulated"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/worker"
	"github.com/stile-id/stile/worker/workertest"
	"github.com/stile-id/stile/worker/workertest/scene"
	"github.com/stile-id/stile/workflows"
)

// stuck returns a session with a submission, whose run has no worker.
func stuck(t *testing.T, h *workertest.House, s *scene.Scene) models.Session {
	t.Helper()
	session := s.Begin(t, scene.AnyOf(document))
	_, err := h.Temporal.ExecuteWorkflow(t.Context(),
		client.StartWorkflowOptions{ID: session.ID, TaskQueue: "nobody"}, workflows.NameSession)
	require.NoError(t, err)
	s.Simulate(t, session, document, simulated.Pass)
	return session
}

// Here a stuck run is waited for an hour, and the other steps of the sweep go on.
func TestStuckRunsDoNotKeepTheSweepWaiting(t *testing.T) {
	t.Parallel()
	o := eager
	o.Workers = 0
	h := workertest.Open(t, o)
	h.Patience = time.Hour
	s := h.Sandbox(t)
	for range worker.NudgeAtOnce + 1 {
		stuck(t, h, s)
	}
	overdue := s.Begin(t, scene.AnyOf(document), scene.Lasting(time.Second))
	require.NoError(t, h.Store.WorkflowStarted(t.Context(), overdue))
	w := h.NewWorker()
	w.Start(t.Context())
	t.Cleanup(w.Stop)

	h.Await(t, overdue, models.StatusExpired)
}

func TestStuckRunIsToldLessOften(t *testing.T) {
	t.Parallel()
	o := eager
	o.Workers = 0
	h := workertest.Open(t, o)
	h.Patience = 50 * time.Millisecond
	s := h.Sandbox(t)
	session := stuck(t, h, s)
	w := h.NewWorker()
	w.Start(t.Context())
	t.Cleanup(w.Stop)

	// A claim is for eleven seconds. Half of the time since the change soon exceeds that.
	testkit.Eventually(t, func() bool {
		now := s.Reread(t, session)
		require.Equal(t, models.StatusProcessing, now.Status)
		return now.NudgeAt.After(s.Now().Add(12 * time.Second))
	})
}

func TestManyStuckRunsLeaveTheOthersTheirTurn(t *testing.T) {
	t.Parallel()
	o := eager
	o.Workers = 0
	h := workertest.Open(t, o)
	h.Patience = 5 * time.Second // enough for the run that answers, on any machine: it is told again
	s := h.Sandbox(t)
	for range worker.NudgeAtOnce + 1 {
		stuck(t, h, s)
	}
	session := s.Begin(t, scene.AnyOf(document))
	s.Simulate(t, session, document, simulated.Pass)
	w := h.NewWorker()
	w.Start(t.Context())
	t.Cleanup(w.Stop)

	h.Await(t, session, models.StatusVerified)
	settled(t, s, session)
}

// Nobody has opened the session, so its run begins with the first change.
func TestSweepStartsAnUnopenedSessionDelayed(t *testing.T) {
	t.Parallel()
	h := house.House(t)
	s := h.Sandbox(t)
	session := s.Begin(t, scene.AnyOf(document))

	settled(t, s, session)

	require.True(t, h.Delayed(t, session.ID))
	h.Simulate(t, s, session, document, simulated.Pass)
	h.Completed(t, session.ID)
}

func TestSweepTellsAnUnopenedSessionThatHasARun(t *testing.T) {
	t.Parallel()
	o := eager
	o.Workers = 0
	h := workertest.Open(t, o)
	s := h.Sandbox(t)
	session := s.Begin(t, scene.AnyOf(document))
	// The answer was lost: the row owes the start.
	require.NoError(t, h.StartSession(t.Context(), store.Changed{Session: session}))
	run := h.Runs(t, session.ID)
	w := h.NewWorker()
	w.Start(t.Context())
	t.Cleanup(w.Stop)

	settled(t, s, session)

	require.Equal(t, run, h.Runs(t, session.ID))
}
