package app

import (
	"context"
	"log/slog"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// taskWatch counts and logs failed workflow tasks. Temporal retries such a task without end, and until it succeeds its
// run handles no signal and makes no delivery. The SDK logs failures that it detects itself, such as a panic, but logs
// at level DEBUG that the server refused a task because its run would exceed a limit.
type taskWatch struct {
	failed *prometheus.CounterVec
	log    *slog.Logger
}

func newTaskWatch(r prometheus.Registerer, log *slog.Logger) taskWatch {
	failed := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "stile_workflow_tasks_failed_total", Help: "Workflow tasks that failed, and are repeated.",
	}, []string{"cause"})
	r.MustRegister(failed)
	for _, cause := range []enumspb.WorkflowTaskFailedCause{ // from 0 on, so that increase counts the first failure
		enumspb.WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR,
		enumspb.WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE,
		enumspb.WORKFLOW_TASK_FAILED_CAUSE_PENDING_ACTIVITIES_LIMIT_EXCEEDED,
	} {
		failed.WithLabelValues(cause.String())
	}
	return taskWatch{failed: failed, log: log}
}

// intercept is a grpc.UnaryClientInterceptor.
func (w taskWatch) intercept(
	ctx context.Context, method string, request, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker,
	options ...grpc.CallOption,
) error {
	err := invoke(ctx, method, request, reply, conn, options...)
	switch r := request.(type) {
	case *workflowservice.RespondWorkflowTaskFailedRequest:
		w.note(r.GetResourceId(), r.GetCause().String(), r.GetFailure().GetMessage())
	case *workflowservice.RespondWorkflowTaskCompletedRequest:
		if refused := status.Convert(err); refused.Code() == codes.InvalidArgument {
			w.refused(r.GetResourceId(), refused.Message())
		}
	}
	return err
}

// refused reports that the server refused a task. The message begins with the cause. An unhandled command is no
// failure: a signal came meanwhile, and the task is repeated at once with the signal.
func (w taskWatch) refused(run, message string) {
	name, _, _ := strings.Cut(message, ":")
	cause, err := enumspb.WorkflowTaskFailedCauseFromString(name)
	switch {
	case err != nil:
		w.note(run, "Refused", message)
	case cause != enumspb.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND:
		w.note(run, cause.String(), message)
	}
}

func (w taskWatch) note(run, cause, message string) {
	w.failed.WithLabelValues(cause).Inc()
	w.log.Error("workflow task failed; its run makes no progress until a retry succeeds",
		"run", run, "cause", cause, "error", message)
}
