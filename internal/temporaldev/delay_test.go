package temporaldev_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/workflow"

	"github.com/stile-id/stile/internal/temporaldev"
)

// Temporal's documentation says neither that an update begins a delayed run nor that a signal does not.
// The runs of sessions rely on the first.

const wake = "wake"

// listen ends after an update or a cancellation. It returns which of them came, and whether a signal did.
func listen(ctx workflow.Context) (string, error) {
	woken := workflow.NewBufferedChannel(ctx, 1)
	err := workflow.SetUpdateHandler(ctx, wake, func(workflow.Context) error {
		woken.SendAsync(true)
		return nil
	})
	if err != nil {
		return "", err
	}
	cause := "update"
	workflow.NewSelector(ctx).
		AddReceive(woken, func(c workflow.ReceiveChannel, _ bool) { c.Receive(ctx, nil) }).
		AddReceive(ctx.Done(), func(workflow.ReceiveChannel, bool) { cause = "cancellation" }).
		Select(ctx)
	if workflow.GetSignalChannel(ctx, goOn).ReceiveAsync(nil) {
		cause = "signal, " + cause
	}
	return cause, nil
}

func executeDelayed(t testing.TB, c client.Client, id string) client.WorkflowRun {
	t.Helper()
	run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{
		ID: id, TaskQueue: queue, StartDelay: 24 * time.Hour,
	}, listen)
	require.NoError(t, err)
	return run
}

func TestUpdateBeginsADelayedRunAndASignalDoesNot(t *testing.T) {
	t.Parallel()
	c := dial(t, start(t, temporaldev.Options{}))
	run := executeDelayed(t, c, "delayed")

	require.NoError(t, c.SignalWorkflow(t.Context(), run.GetID(), "", goOn, "told"))
	described, err := c.DescribeWorkflowExecution(t.Context(), run.GetID(), "")
	require.NoError(t, err)
	require.EqualValues(t, 2, described.WorkflowExecutionInfo.HistoryLength, "the start and the signal, and no task")
	_, err = c.QueryWorkflow(t.Context(), run.GetID(), "", client.QueryTypeStackTrace)
	require.Error(t, err, "a run that has not begun answers no query")

	update, err := c.UpdateWorkflow(t.Context(), client.UpdateWorkflowOptions{
		WorkflowID: run.GetID(), UpdateName: wake, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	require.NoError(t, err)
	require.NoError(t, update.Get(t.Context(), nil))
	require.Equal(t, "signal, update", result(t, run))
}

func TestCancellationBeginsADelayedRun(t *testing.T) {
	t.Parallel()
	c := dial(t, start(t, temporaldev.Options{}))
	run := executeDelayed(t, c, "delayed")

	require.NoError(t, c.CancelWorkflow(t.Context(), run.GetID(), ""))

	require.Equal(t, "cancellation", result(t, run))
}
