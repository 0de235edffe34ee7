package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"github.com/stile-id/stile/workflows"
)

// answerWithin limits each question to another server.
const answerWithin = 5 * time.Second

func (e *examination) temporal(ctx context.Context) {
	c := e.config
	temporal, err := DialTemporal(c, slog.New(slog.DiscardHandler), TemporalOptions{})
	if err != nil {
		e.fault("temporal", "check the variables that begin with TEMPORAL_", err)
		return
	}
	defer temporal.Close()
	ctx, cancel := context.WithTimeout(ctx, 3*answerWithin)
	defer cancel()
	if !e.namespace(ctx, temporal) {
		return
	}
	missing, err := missingSearchAttributes(ctx, temporal, c.TemporalNamespace, workflows.SearchAttributes())
	switch {
	case err != nil:
		e.fault("search_attributes", "check the rights of TEMPORAL_API_KEY or of the client certificate", err)
	case len(missing) > 0:
		names := strings.Join(slices.Sorted(maps.Keys(missing)), ", ")
		e.fault("search_attributes", "run stile migrate", fmt.Errorf("missing, so no session can start: %s", names))
	default:
		e.ok("search_attributes", "they are registered")
	}
	e.workers(ctx, temporal)
	before := time.Now()
	at, err := temporalTime(ctx, temporal, c.TemporalNamespace)
	if err != nil {
		e.warn("clock", "compare the clocks of the machines yourself", "that of Temporal cannot be read: %s", err)
		return
	}
	e.clock("Temporal", at, before, time.Now())
}

// namespace reports whether Temporal answers and has the namespace.
func (e *examination) namespace(ctx context.Context, temporal client.Client) bool {
	c := e.config
	within, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	described, err := temporal.WorkflowService().DescribeNamespace(within,
		&workflowservice.DescribeNamespaceRequest{Namespace: c.TemporalNamespace})
	if unknown := (*serviceerror.NamespaceNotFound)(nil); errors.As(err, &unknown) {
		e.ok("temporal", "%s answers", c.TemporalAddress)
		e.fault("namespace", "create it: temporal operator namespace create --namespace "+c.TemporalNamespace+
			" --retention 168h", fmt.Errorf("there is no namespace %s", c.TemporalNamespace))
		return false
	}
	if err != nil {
		e.fault("temporal", "check TEMPORAL_ADDRESS, TLS and credentials, and that the service runs",
			fmt.Errorf("%s does not answer: %w", c.TemporalAddress, err))
		return false
	}
	e.ok("temporal", "%s answers", c.TemporalAddress)
	retention := described.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration()
	e.ok("namespace", "%s keeps ended runs for %s", c.TemporalNamespace, retention)
	return true
}

func (e *examination) workers(ctx context.Context, temporal client.Client) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	queue, err := temporal.DescribeTaskQueue(ctx, workflows.QueueSessions, enumspb.TASK_QUEUE_TYPE_WORKFLOW)
	switch {
	case err != nil:
		e.warn("workers", "check the rights of the credentials", "they cannot be listed: %s", err)
	case len(queue.GetPollers()) == 0:
		e.warn("workers", "start stile worker or stile serve", "none has asked for tasks lately, so sessions do not proceed")
	default:
		e.ok("workers", "%d ask for tasks", len(queue.GetPollers()))
	}
}
