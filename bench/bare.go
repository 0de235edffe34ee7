package main

import (
	"context"
	"strconv"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/stile-id/stile/internal/app"
)

const (
	bareQueue, bareSignal = "bare", "go"
	bareWorkflow          = "Bare"
	barePrefix            = "bare-"
	bareActivity          = "Act"
	// bareTask is the smallest useful workflow: one activity.
	bareTask       = "Task"
	bareTaskPrefix = "task-"
)

// bare runs bare workflows of a session's shape: start, 24 h timer, one signal, one activity, completion.
type bare struct {
	client   client.Client
	worker   worker.Worker
	acted    *arrivals
	sequence atomic.Int64
	timers   *timers
}

func newBare(s *site, t *timers, pollers int) (*bare, error) {
	b := &bare{acted: newArrivals(), timers: t}
	var err error
	b.client, err = client.Dial(client.Options{
		HostPort: s.temporal.FrontendAddress(), Logger: log.NewStructuredLogger(app.NewLogger("error")),
	})
	if err != nil {
		return nil, err
	}
	b.worker = worker.New(b.client, bareQueue, worker.Options{MaxConcurrentWorkflowTaskPollers: pollers})
	b.worker.RegisterWorkflowWithOptions(b.workflow, workflow.RegisterOptions{Name: bareWorkflow})
	b.worker.RegisterWorkflowWithOptions(b.task, workflow.RegisterOptions{Name: bareTask})
	b.worker.RegisterActivityWithOptions(b.act, activity.RegisterOptions{Name: bareActivity})
	if err := b.worker.Start(); err != nil {
		b.client.Close()
		return nil, err
	}
	return b, nil
}

func (b *bare) close() {
	b.worker.Stop()
	b.client.Close()
}

func (b *bare) workflow(ctx workflow.Context) error {
	timerCtx, cancel := workflow.WithCancel(ctx)
	defer cancel()
	timer := workflow.NewTimer(timerCtx, 24*time.Hour)
	workflow.NewSelector(ctx).
		AddFuture(timer, func(workflow.Future) {}).
		AddReceive(
			workflow.GetSignalChannel(ctx, bareSignal),
			func(c workflow.ReceiveChannel, _ bool) { c.Receive(ctx, nil) },
		).
		Select(ctx)
	return b.task(ctx)
}

func (b *bare) task(ctx workflow.Context) error {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: patience})
	return workflow.ExecuteActivity(ctx, bareActivity, workflow.GetInfo(ctx).WorkflowExecution.ID).Get(ctx, nil)
}

func (b *bare) act(_ context.Context, id string) error {
	b.acted.arrive(id)
	return nil
}

// once runs one workflow from its start to its activity and returns the duration.
func (b *bare) once(ctx context.Context) (time.Duration, error) {
	began := time.Now()
	id, acted, err := b.start(ctx, barePrefix, bareWorkflow)
	if err != nil {
		return 0, err
	}
	if err := b.timers.await(ctx, id); err != nil {
		return 0, err
	}
	if err := b.client.SignalWorkflow(ctx, id, "", bareSignal, nil); err != nil {
		return 0, err
	}
	err = await(ctx, acted, id)
	return time.Since(began), err
}

// onceTask runs one workflow of a single activity and returns the duration.
func (b *bare) onceTask(ctx context.Context) (time.Duration, error) {
	began := time.Now()
	id, acted, err := b.start(ctx, bareTaskPrefix, bareTask)
	if err != nil {
		return 0, err
	}
	err = await(ctx, acted, id)
	return time.Since(began), err
}

func (b *bare) start(ctx context.Context, prefix, name string) (id string, acted <-chan struct{}, err error) {
	id = prefix + strconv.FormatInt(b.sequence.Add(1), 10)
	acted = b.acted.expect(id)
	_, err = b.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: id, TaskQueue: bareQueue}, name)
	return id, acted, err
}
