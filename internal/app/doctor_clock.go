package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

const (
	// skewWarned is the difference of clocks from which lists may miss events: a client that polls with ending_before
	// relies on it.
	skewWarned = store.WriteLimit
	// skewFaulty is the difference from which deadlines and signatures are wrong.
	skewFaulty = time.Minute
	// doctorQueue is a task queue without tasks.
	doctorQueue = "stile-doctor"
	// doctorPolls are enough for one to reach the first partition of the queue, which lists its pollers.
	doctorPolls = 8
	// doctorLook is the time between two looks at the pollers.
	doctorLook = 50 * time.Millisecond
)

// clock reports how far the clock of another part is from that of this machine, which read it between two times.
func (e *examination) clock(of string, at, before, after time.Time) {
	var skew time.Duration
	switch {
	case at.Before(before):
		skew = before.Sub(at)
	case at.After(after):
		skew = at.Sub(after)
	}
	const advice = "synchronize the clocks of all machines (chrony, systemd-timesyncd)"
	switch {
	case skew >= skewFaulty:
		e.fault("clock", advice, fmt.Errorf("the clock of %s and that of this machine differ by %s",
			of, skew.Round(time.Second)))
	case skew >= skewWarned:
		e.warn("clock", advice, "the clock of %s and that of this machine differ by %s", of, skew.Round(time.Millisecond))
	default:
		e.ok("clock", "that of %s and that of this machine agree", of)
	}
}

func (e *examination) databaseClock(ctx context.Context, s *store.Store) {
	before := time.Now()
	at, apart, err := s.DatabaseTime(ctx)
	if err != nil {
		e.fault("clock", adviceOnStore["database"], err)
	} else if apart {
		e.clock("the database", at, before, time.Now())
	}
}

// temporalTime returns the time of Temporal's clock. No request of Temporal returns it, but the server notes when a
// poller came: temporalTime polls an empty queue for a moment and reads that note.
func temporalTime(ctx context.Context, c client.Client, namespace string) (at time.Time, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	self := doctorQueue + "-" + models.RandomID()
	queue := &taskqueuepb.TaskQueue{Name: doctorQueue, Kind: enumspb.TASK_QUEUE_KIND_NORMAL}
	for range doctorPolls {
		go func() { // it ends with the context
			_, _ = c.WorkflowService().PollWorkflowTaskQueue(ctx, &workflowservice.PollWorkflowTaskQueueRequest{
				Namespace: namespace, TaskQueue: queue, Identity: self,
			})
		}()
	}
	for {
		described, err := c.DescribeTaskQueue(ctx, doctorQueue, enumspb.TASK_QUEUE_TYPE_WORKFLOW)
		if err != nil {
			return at, err
		}
		pollers := described.GetPollers()
		own := slices.IndexFunc(pollers, func(p *taskqueuepb.PollerInfo) bool { return p.GetIdentity() == self })
		if own >= 0 {
			return pollers[own].GetLastAccessTime().AsTime(), nil
		}
		select {
		case <-ctx.Done():
			return at, errors.New("the server does not list the poller that would show it")
		case <-time.After(doctorLook):
		}
	}
}
