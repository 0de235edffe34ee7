package app

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	failurepb "go.temporal.io/api/failure/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func TestFailedWorkflowTaskIsCountedAndLogged(t *testing.T) {
	t.Parallel()
	completed := &workflowservice.RespondWorkflowTaskCompletedRequest{ResourceId: "workflow:vks_1"}
	for name, c := range map[string]struct {
		request any
		answer  error
		cause   string // "" means neither counted nor logged
	}{
		"a panic": {&workflowservice.RespondWorkflowTaskFailedRequest{
			ResourceId: "workflow:vks_1", Cause: enumspb.WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE,
			Failure: &failurepb.Failure{Message: "index out of range"},
		}, nil, "WorkflowWorkerUnhandledFailure"},
		"other code than before": {&workflowservice.RespondWorkflowTaskFailedRequest{
			ResourceId: "workflow:vks_1", Cause: enumspb.WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR,
		}, nil, "NonDeterministicError"},
		"a limit": {completed, status.Error(codes.InvalidArgument,
			"PendingActivitiesLimitExceeded: the number of pending activities has reached the limit of 2000"),
			"PendingActivitiesLimitExceeded"},
		"anything else refused":   {completed, status.Error(codes.InvalidArgument, "no such thing"), "Refused"},
		"a signal came meanwhile": {completed, status.Error(codes.InvalidArgument, "UnhandledCommand"), ""},
		"Temporal is away":        {completed, status.Error(codes.Unavailable, "away"), ""},
		"another worker had it":   {completed, status.Error(codes.NotFound, "gone"), ""},
		"a task that is taken":    {completed, nil, ""},
		"a request that is no task": {
			&workflowservice.SignalWorkflowExecutionRequest{}, status.Error(codes.InvalidArgument, "x"), "",
		},
	} {
		var log bytes.Buffer
		registry := prometheus.NewRegistry()
		w := newTaskWatch(registry, slog.New(slog.NewTextHandler(&log, nil)))
		answer := func(context.Context, string, any, any, *grpc.ClientConn, ...grpc.CallOption) error { return c.answer }
		require.Equal(t, c.answer, w.intercept(t.Context(), "/any", c.request, nil, nil, answer), name)
		scraped := httptest.NewRecorder()
		promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).
			ServeHTTP(scraped, httptest.NewRequest(http.MethodGet, "/metrics", http.NoBody))
		if c.cause == "" {
			require.NotRegexp(t, `(?m)^stile_workflow_tasks_failed_total\{.*\} [1-9]`, scraped.Body.String(), name)
			require.Empty(t, log.String(), name)
			continue
		}
		require.Contains(t, scraped.Body.String(), `stile_workflow_tasks_failed_total{cause="`+c.cause+`"} 1`, name)
		require.Contains(t, log.String(), "level=ERROR", name)
		require.Contains(t, log.String(), "run=workflow:vks_1", name)
		require.Contains(t, log.String(), "cause="+c.cause, name)
	}
}
