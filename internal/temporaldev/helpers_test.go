package temporaldev_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/stile-id/stile/internal/temporaldev"
	"github.com/stile-id/stile/internal/testkit"
)

const (
	queue    = "temporaldev"
	goOn     = "go-on"
	patience = time.Minute
)

var status = temporal.NewSearchAttributeKeyKeyword("StileStatus")

var attributes = map[string]enumspb.IndexedValueType{
	"StileStatus": enumspb.INDEXED_VALUE_TYPE_KEYWORD,
	"StileOrg":    enumspb.INDEXED_VALUE_TYPE_KEYWORD,
	"StileReview": enumspb.INDEXED_VALUE_TYPE_BOOL,
}

// passThrough sets its status and ends.
func passThrough(ctx workflow.Context) (string, error) {
	err := workflow.UpsertTypedSearchAttributes(ctx, status.ValueSet("verified"))
	return "done", err
}

// waitForSignal waits for a signal and returns its text.
func waitForSignal(ctx workflow.Context) (answer string, err error) {
	workflow.GetSignalChannel(ctx, goOn).Receive(ctx, &answer)
	return answer, nil
}

func start(t testing.TB, o temporaldev.Options) *temporaldev.Server {
	t.Helper()
	o.SearchAttributes = attributes
	o.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	began := time.Now()
	s, err := temporaldev.Start(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(s.Stop)
	t.Logf("ready after %v", time.Since(began))
	return s
}

// dial returns a client with a worker behind it, in the namespace "default". Both end before the server does.
func dial(t testing.TB, s *temporaldev.Server) client.Client {
	t.Helper()
	return dialNamespace(t, s, "default")
}

func dialNamespace(t testing.TB, s *temporaldev.Server, namespace string) client.Client {
	t.Helper()
	quiet := sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler))
	c, err := client.DialContext(t.Context(), client.Options{
		HostPort: s.FrontendAddress(), Namespace: namespace, Logger: quiet,
	})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	w := worker.New(c, queue, worker.Options{})
	w.RegisterWorkflow(passThrough)
	w.RegisterWorkflow(waitForSignal)
	w.RegisterWorkflow(listen)
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
	return c
}

func execute(t testing.TB, c client.Client, id string, definition any) client.WorkflowRun {
	t.Helper()
	run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{
		ID:                    id,
		TaskQueue:             queue,
		TypedSearchAttributes: temporal.NewSearchAttributes(status.ValueSet("created")),
	}, definition)
	require.NoError(t, err)
	return run
}

// executeWaiting returns when the workflow waits for its signal. If the worker ended during the first task, the server
// would repeat the task only after 10 s.
func executeWaiting(t testing.TB, c client.Client, id string) {
	t.Helper()
	execute(t, c, id, waitForSignal)
	ctx, cancel := context.WithTimeout(t.Context(), patience) // otherwise the client's own ten seconds
	defer cancel()
	_, err := c.QueryWorkflow(ctx, id, "", client.QueryTypeStackTrace)
	require.NoError(t, err)
}

func result(t testing.TB, run client.WorkflowRun) (answer string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	require.NoError(t, run.Get(ctx, &answer))
	return answer
}

// listed waits until the run is found under the status: visibility follows the
// history with a delay.
func listed(t testing.TB, c client.Client, wanted, id string) {
	t.Helper()
	request := &workflowservice.ListWorkflowExecutionsRequest{
		Query: fmt.Sprintf("StileStatus = %q AND WorkflowId = %q", wanted, id),
	}
	testkit.Eventually(t, func() bool {
		found, err := c.ListWorkflow(t.Context(), request)
		return err == nil && len(found.Executions) == 1
	})
}
