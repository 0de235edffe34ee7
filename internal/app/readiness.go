package app

import (
	"context"
	"errors"
	"slices"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"

	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/workflows"
)

const (
	// askTemporalWithin limits the request to Temporal. temporalFor is how long its answer is reused.
	askTemporalWithin = 2 * time.Second
	temporalFor       = time.Second
)

var errNotPolling = errors.New("Temporal does not list this process as a poller of " + workflows.QueueSessions)

// workerFaults returns the faults that keep a worker from its work: those of the store, and of Temporal if it is
// unreachable or does not list this process as a poller.
func (a *App) workerFaults(ctx context.Context) []store.Fault {
	faults := slices.Clone(a.store.Faults(ctx))
	if err := a.polls(ctx); err != nil {
		message := "does not answer"
		if errors.Is(err, errNotPolling) {
			message = "hands no tasks to this worker yet"
		}
		faults = append(faults, store.Fault{Part: "temporal", Message: message, Err: err})
	}
	return faults
}

// polls asks Temporal whether this process polls for tasks; nil means it does. The answer may be a second old.
func (a *App) polls(ctx context.Context) error {
	a.polling.Lock()
	defer a.polling.Unlock()
	if time.Now().Before(a.polledUntil) {
		return a.polled
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), askTemporalWithin)
	defer cancel()
	queue, err := a.temporal.DescribeTaskQueue(ctx, workflows.QueueSessions, enumspb.TASK_QUEUE_TYPE_WORKFLOW)
	switch {
	case err != nil:
		a.polled = err
	case !slices.ContainsFunc(queue.GetPollers(), isThisProcess):
		a.polled = errNotPolling
	default:
		a.polled = nil
	}
	a.polledUntil = time.Now().Add(temporalFor)
	return a.polled
}

func isThisProcess(p *taskqueuepb.PollerInfo) bool { return p.GetIdentity() == identity() }
