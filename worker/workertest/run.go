package workertest

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"github.com/stile-id/stile/internal/orchestrator"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/methods/simulated"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/worker/workertest/scene"
)

// Sandbox creates a sandbox organization in the house.
func (h *House) Sandbox(t testing.TB) *scene.Scene {
	t.Helper()
	return scene.Sandbox(t, h.Store)
}

// Start starts the session's run as the API does after it has created the session. The run of a session that owes no
// delivery begins with the first update.
func (h *House) Start(t testing.TB, session models.Session) {
	t.Helper()
	require.NoError(t, h.StartSession(t.Context(), store.Changed{Session: session, Repeated: true}))
	require.NoError(t, h.Store.WorkflowStarted(t.Context(), session))
}

// Simulate submits to the method and tells the run, as the API does.
func (h *House) Simulate(t testing.TB, s *scene.Scene, session models.Session, m rules.Method, outcome string) {
	t.Helper()
	var submission models.Submission
	if outcome == simulated.Slow {
		submission = s.SimulateSlowly(t, session, m, outcome, time.Second)
	} else {
		submission = s.Simulate(t, session, m, outcome)
	}
	// On a busy machine the sweep may have told the run before, and the run may be over.
	if err := h.SubmissionReceived(t.Context(), session, submission.ID); !errors.Is(err, orchestrator.ErrCompleted) {
		require.NoError(t, err)
	}
}

// Await waits until the session has the status.
func (h *House) Await(t testing.TB, session models.Session, status models.SessionStatus) {
	t.Helper()
	testkit.Eventually(t, func() bool {
		now, err := h.Store.Session(t.Context(), session.OrgID, session.ID)
		require.NoError(t, err)
		require.False(t, now.Status.Terminal() && now.Status != status, "the session is %s", now.Status)
		return now.Status == status
	})
}

// Begun waits until the workflow has finished its first task, unless its start is delayed. An earlier signal would
// share that task.
func (h *House) Begun(t testing.TB, id string) {
	t.Helper()
	if h.Delayed(t, id) {
		return
	}
	_, err := h.Temporal.QueryWorkflow(t.Context(), id, "", client.QueryTypeStackTrace)
	require.NoError(t, err)
}

// Delayed reports whether the run of the workflow was started with a delay.
func (h *House) Delayed(t testing.TB, id string) bool {
	t.Helper()
	described, err := h.Temporal.DescribeWorkflowExecution(t.Context(), id, "")
	require.NoError(t, err)
	info := described.WorkflowExecutionInfo
	return info.ExecutionTime.AsTime().After(info.StartTime.AsTime())
}

// Completed waits until the workflow exists and its latest run has completed.
func (h *House) Completed(t testing.TB, id string) {
	t.Helper()
	var described *workflowservice.DescribeWorkflowExecutionResponse
	var err error
	defer func() {
		if t.Failed() {
			t.Logf("workflow %s: %v, error: %v", id, described, err)
		}
	}()
	testkit.Eventually(t, func() bool {
		described, err = h.Temporal.DescribeWorkflowExecution(t.Context(), id, "")
		return err == nil && described.WorkflowExecutionInfo.Status == enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED
	})
}

// Runs waits until the workflow exists and returns the id of its latest run.
func (h *House) Runs(t testing.TB, id string) (run string) {
	t.Helper()
	testkit.Eventually(t, func() bool {
		described, err := h.Temporal.DescribeWorkflowExecution(t.Context(), id, "")
		run = described.GetWorkflowExecutionInfo().GetExecution().GetRunId()
		return err == nil
	})
	return run
}

// Terminate terminates the workflow's run.
func (h *House) Terminate(t testing.TB, id string) {
	t.Helper()
	require.NoError(t, h.Temporal.TerminateWorkflow(t.Context(), id, "", "test"))
}

// Heartbeat returns the time of the last heartbeat of the activity that the workflow waits for; the beginning of time
// before the first one.
func (h *House) Heartbeat(t testing.TB, id string) time.Time {
	t.Helper()
	described, err := h.Temporal.DescribeWorkflowExecution(t.Context(), id, "")
	require.NoError(t, err)
	for _, pending := range described.PendingActivities {
		if pending.LastHeartbeatTime != nil {
			return pending.LastHeartbeatTime.AsTime()
		}
	}
	return time.Time{}
}

// History returns the history of the workflow's latest run.
func (h *House) History(t testing.TB, id string) *historypb.History {
	t.Helper()
	history := &historypb.History{}
	events := h.Temporal.GetWorkflowHistory(t.Context(), id, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		require.NoError(t, err)
		history.Events = append(history.Events, event)
	}
	return history
}
