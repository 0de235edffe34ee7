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
	// askTemporalWithin bounds the question to Temporal, and temporalFor is how long its answer holds.
	askTemporalWithin = 2 * time.Second
	temporalFor       = time.Second
)

var errNotPolling = errors.New("Temporal does not list this process among those that poll " + workflows.QueueSessions)

// workerFaults reports what keeps a worker from its work: what is wrong with the store, and whether Temporal hands tasks
// to this process.
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

// polls asks Temporal whether this process takes tasks. The answer may be a second old.
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
