package orchestrator_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/stile-id/stile/internal/orchestrator"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/methods/simulated"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/worker/workertest"
	"github.com/stile-id/stile/worker/workertest/scene"
	"github.com/stile-id/stile/workflows"
)

// unattended returns a house without workers, with a submission to a session with a delayed run.
func unattended(t *testing.T) (*workertest.House, models.Session, models.Submission) {
	t.Helper()
	h := workertest.Open(t, workertest.Options{Judge: simulated.Judge{}})
	s := h.Sandbox(t)
	session := s.Begin(t, scene.AnyOf(document))
	h.Start(t, session)
	return h, session, s.Simulate(t, session, document, simulated.Pass)
}

func TestAsideDoesNotKeepItsCallerWaiting(t *testing.T) {
	t.Parallel()
	h, session, submission := unattended(t)
	aside := orchestrator.NewAside(t.Context(), h.Orchestrator, 2, slog.New(slog.DiscardHandler))
	t.Cleanup(func() { aside.Close(testkit.Patience) })

	require.NoError(t, aside.SubmissionReceived(t.Context(), session, submission.ID)) // no worker answers
	require.NoError(t, aside.SessionChanged(t.Context(), session))

	w := h.NewWorker()
	w.Start(t.Context())
	t.Cleanup(w.Stop)
	h.Await(t, session, models.StatusVerified)
	h.Completed(t, session.ID)
}

func TestAsideWithoutRoomWaits(t *testing.T) {
	t.Parallel()
	h, session, submission := unattended(t)
	h.Patience = time.Second
	aside := orchestrator.NewAside(t.Context(), h.Orchestrator, 0, slog.New(slog.DiscardHandler))

	require.Error(t, aside.SubmissionReceived(t.Context(), session, submission.ID))
}

func TestClosedAsideEndsItsCalls(t *testing.T) {
	t.Parallel()
	h, session, submission := unattended(t)
	log := make(lines, 1)
	aside := orchestrator.NewAside(t.Context(), h.Orchestrator, 1, slog.New(slog.NewTextHandler(log, nil)))
	require.NoError(t, aside.SubmissionReceived(t.Context(), session, submission.ID))

	aside.Close(time.Millisecond)

	require.Contains(t, testkit.Receive(t, log), "the sweep will tell it")
}

type lines chan string

func (l lines) Write(line []byte) (int, error) {
	l <- string(line)
	return len(line), nil
}

// earlier is the workflow of a version that knows no updates. Like that, it starts a timer in its first task: Temporal
// forgets a first task without a command, and the run stays delayed.
func earlier(ctx workflow.Context, _ workflows.SessionInput) error {
	workflow.NewTimer(ctx, time.Hour)
	workflow.GetSignalChannel(ctx, workflows.SignalMethodResult).Receive(ctx, nil)
	return nil
}

func TestWorkerOfAnEarlierVersionIsSignalled(t *testing.T) {
	t.Parallel()
	h, session, submission := unattended(t)
	require.True(t, h.Delayed(t, session.ID))
	w := worker.New(h.Temporal, workflows.QueueSessions, worker.Options{})
	w.RegisterWorkflowWithOptions(earlier, workflow.RegisterOptions{Name: workflows.NameSession})
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)

	require.NoError(t, h.SubmissionReceived(t.Context(), session, submission.ID))

	h.Completed(t, session.ID)
}

func TestRunsBeginAtOnceWithoutDelay(t *testing.T) {
	t.Parallel()
	h := house.House(t)
	s := h.Sandbox(t)
	session := s.Begin(t, scene.AnyOf(document))
	prompt := *h.Orchestrator
	prompt.Delay = false

	require.NoError(t, prompt.StartSession(t.Context(), store.Changed{Session: session}))

	require.False(t, h.Delayed(t, session.ID))
}
