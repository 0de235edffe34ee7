package workflows_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/stile-id/stile/methods/simulated"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/worker/workertest/scene"
)

// hasty makes timers fire early, as Temporal's may.
type hasty struct {
	interceptor.WorkerInterceptorBase
	by time.Duration
}

func (h *hasty) InterceptWorkflow(
	_ workflow.Context, next interceptor.WorkflowInboundInterceptor,
) interceptor.WorkflowInboundInterceptor {
	return &hastyInbound{interceptor.WorkflowInboundInterceptorBase{Next: next}, h.by}
}

type hastyInbound struct {
	interceptor.WorkflowInboundInterceptorBase
	by time.Duration
}

func (h *hastyInbound) Init(next interceptor.WorkflowOutboundInterceptor) error {
	return h.Next.Init(&hastyOutbound{interceptor.WorkflowOutboundInterceptorBase{Next: next}, h.by})
}

type hastyOutbound struct {
	interceptor.WorkflowOutboundInterceptorBase
	by time.Duration
}

func (h *hastyOutbound) NewTimerWithOptions(
	ctx workflow.Context, d time.Duration, options workflow.TimerOptions,
) workflow.Future {
	if d > h.by {
		d -= h.by
	}
	return h.Next.NewTimerWithOptions(ctx, d, options)
}

func newHastyPlay(t *testing.T) *play {
	t.Helper()
	p := newPlay(t)
	p.env.SetStartTime(began.Add(300 * time.Millisecond)) // messages carry whole seconds
	p.env.SetWorkerOptions(worker.Options{
		Interceptors:             []interceptor.WorkerInterceptor{p.tally, &hasty{by: 700 * time.Millisecond}},
		DeadlockDetectionTimeout: time.Minute,
	})
	return p
}

func TestEarlyTimerDoesNotMakeAnAttemptEarly(t *testing.T) {
	t.Parallel()
	p := newHastyPlay(t)
	merchant, endpoint := p.merchant(t, models.EventSessionCreated)
	merchant.Answers(http.StatusServiceUnavailable)

	p.retry(t, p.owed(t, endpoint))

	requests := merchant.Requests()
	require.Len(t, requests, len(schedule)+1)
	for i, delivery := range p.Deliveries(t, endpoint) {
		require.False(t, requests[i].At.Before(delivery.DueAt.Time), "attempt %d", delivery.Attempt)
		if i > 0 {
			require.GreaterOrEqual(t, requests[i].At.Sub(requests[i-1].At), schedule[i-1])
		}
	}
}

func TestEarlyTimerDoesNotEndASessionEarly(t *testing.T) {
	t.Parallel()
	p := newHastyPlay(t)
	session := p.Begin(t, scene.AnyOf(document))
	p.after(time.Minute, func() { p.takes(t, session) })
	p.held(t, session, 3*time.Minute-time.Millisecond, true)
	p.held(t, session, 3*time.Minute+2*time.Second, false)

	p.run(t, session)

	ended := p.Reread(t, session)
	require.Equal(t, models.StatusExpired, ended.Status)
	require.False(t, ended.CompletedAt.Before(session.ExpiresAt.Truncate(time.Second)), "as the API tells it")
}

func TestEarlyTimerDoesNotReleaseAVerdictEarly(t *testing.T) {
	t.Parallel()
	p := newHastyPlay(t)
	session := p.Begin(t, scene.AnyOf(document))
	var due time.Time
	p.after(time.Minute, func() {
		submission := p.Simulate(t, session, document, simulated.Slow)
		due = submission.ReadyAt.Time
		p.signal(submission)
	})

	p.run(t, session)

	ended := p.Reread(t, session)
	require.Equal(t, models.StatusVerified, ended.Status)
	require.False(t, ended.CompletedAt.Before(due))
}
