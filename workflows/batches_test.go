package workflows_test

import (
	"context"
	"log/slog"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/workflows"
)

// crowd is an organization with many endpoints. None of them acknowledges.
type crowd struct {
	endpoints int

	mu                                    sync.Mutex
	pending, mostPending, made, scheduled int
	children                              int
}

func (c *crowd) deliveries(context.Context, models.EventRef) ([]models.DeliveryRef, error) {
	refs := make([]models.DeliveryRef, c.endpoints)
	for i := range refs {
		refs[i] = models.DeliveryRef{
			DeliveryID: "whd_" + strconv.Itoa(i), EventID: "evt_1", EndpointID: "we_" + strconv.Itoa(i),
		}
	}
	return refs, nil
}

func (c *crowd) deliver(_ context.Context, d models.DeliveryRef) (models.DeliveryOutcome, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made++
	d.DeliveryID += "_again"
	return models.DeliveryOutcome{
		Status: models.DeliveryFailed, Next: &d, NextDueAt: models.AtPtr(began.Add(5 * time.Minute)),
	}, nil
}

func (c *crowd) schedule(_ context.Context, d models.ScheduledDelivery) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d.DueAt.Equal(began.Add(5 * time.Minute)) {
		c.scheduled++
	}
	return nil
}

func (c *crowd) count(pending, children int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pending += pending
	c.children += children
	c.mostPending = max(c.mostPending, c.pending)
}

// nursery counts the children that a run starts without starting them: many children take minutes in the SDK's test
// environment.
type nursery struct {
	interceptor.WorkerInterceptorBase
	crowd *crowd
}

func (n *nursery) InterceptWorkflow(
	_ workflow.Context, next interceptor.WorkflowInboundInterceptor,
) interceptor.WorkflowInboundInterceptor {
	return &nurseryInbound{interceptor.WorkflowInboundInterceptorBase{Next: next}, n.crowd}
}

type nurseryInbound struct {
	interceptor.WorkflowInboundInterceptorBase
	crowd *crowd
}

func (n *nurseryInbound) Init(next interceptor.WorkflowOutboundInterceptor) error {
	return n.Next.Init(&nurseryOutbound{interceptor.WorkflowOutboundInterceptorBase{Next: next}, n.crowd})
}

type nurseryOutbound struct {
	interceptor.WorkflowOutboundInterceptorBase
	crowd *crowd
}

func (n *nurseryOutbound) ExecuteChildWorkflow(ctx workflow.Context, _ string, _ ...any) workflow.ChildWorkflowFuture {
	n.crowd.count(0, 1)
	started, settable := workflow.NewFuture(ctx)
	settable.SetValue(nil)
	return startedChild{started}
}

// startedChild is a child that has started.
type startedChild struct{ workflow.Future }

func (c startedChild) GetChildWorkflowExecution() workflow.Future { return c.Future }

func (c startedChild) SignalChildWorkflow(workflow.Context, string, any) workflow.Future {
	return c.Future
}

// The limits of the runs in these tests. The shipped ones would keep the SDK's test environment busy for half a minute.
const mostUnderWay, mostChildren = 50, 100

// serve runs DispatchEvent for the crowd, within the limits.
func (c *crowd) serve(t *testing.T) {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestWorkflowEnvironment()
	env.SetStartTime(began)
	env.SetTestTimeout(testkit.Patience)
	env.SetWorkerOptions(worker.Options{
		DeadlockDetectionTimeout: time.Minute, Interceptors: []interceptor.WorkerInterceptor{&nursery{crowd: c}},
	})
	dispatch := workflows.Workflows{WebhookTimeout: webhookTimeout}.DispatchWithin(mostUnderWay, mostChildren)
	env.RegisterWorkflowWithOptions(dispatch, workflow.RegisterOptions{Name: workflows.NameDispatchEvent})
	for name, f := range map[string]any{
		models.ActivityEventDeliveries: c.deliveries, models.ActivityDeliverWebhook: c.deliver,
		models.ActivityScheduleDelivery: c.schedule,
	} {
		env.RegisterActivityWithOptions(f, activity.RegisterOptions{Name: name})
	}
	env.SetOnActivityStartedListener(func(*activity.Info, context.Context, converter.EncodedValues) { c.count(1, 0) })
	env.SetOnActivityCompletedListener(func(*activity.Info, converter.EncodedValue, error) { c.count(-1, 0) })

	env.ExecuteWorkflow(workflows.NameDispatchEvent, models.EventRef{OrgID: "org_1", EventID: "evt_1"})

	require.True(t, env.IsWorkflowCompleted())
	require.NoError(t, env.GetWorkflowError())
}

func TestFirstAttemptsAreMadeInBatches(t *testing.T) {
	t.Parallel()
	c := &crowd{endpoints: 120}

	c.serve(t)

	require.Equal(t, c.endpoints, c.made)
	require.LessOrEqual(t, c.mostPending, mostUnderWay)
	require.Equal(t, mostChildren, c.children)
	require.Equal(t, c.endpoints-c.children, c.scheduled, "the rest of the later attempts is handed over")
}

// Temporal refuses the whole workflow task of a run with more than 2,000 pending activities or children.
func TestBatchesStayBelowTemporalsLimits(t *testing.T) {
	t.Parallel()
	require.LessOrEqual(t, workflows.MostUnderWay, 1000)
	require.LessOrEqual(t, workflows.MostChildren, 1000)
}

func TestAFewFirstAttemptsAreMadeAtOnce(t *testing.T) {
	t.Parallel()
	c := &crowd{endpoints: mostUnderWay}

	c.serve(t)

	require.Equal(t, []int{mostUnderWay, mostUnderWay, 0}, []int{c.made, c.children, c.scheduled})
}
