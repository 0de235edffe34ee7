package workflows

import (
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/stile-id/stile/models"
)

// SignalRetry wakes a RetryDelivery: the DeliveryRef that it brings is to be attempted now.
const SignalRetry = "retry"

// RetryInput starts a RetryDelivery.
type RetryInput struct {
	Delivery models.DeliveryRef `json:"delivery"`
	DueAt    models.Timestamp   `json:"due_at"`
}

// firstAttempts makes the first attempts of events, side by side, and hands what fails to RetryDelivery.
type firstAttempts struct {
	timeout  time.Duration
	started  map[string]bool
	underWay workflow.WaitGroup
	count    int
}

func newFirstAttempts(ctx workflow.Context, timeout time.Duration) *firstAttempts {
	return &firstAttempts{timeout: timeout, started: map[string]bool{}, underWay: workflow.NewWaitGroup(ctx)}
}

// start begins those attempts that have not begun yet.
func (f *firstAttempts) start(ctx workflow.Context, deliveries []models.DeliveryRef) {
	for _, d := range deliveries {
		if f.started[d.DeliveryID] {
			continue
		}
		f.started[d.DeliveryID] = true
		f.count++
		f.underWay.Add(1)
		workflow.GoNamed(ctx, d.DeliveryID, func(ctx workflow.Context) {
			defer f.underWay.Done()
			f.attempt(ctx, d)
			f.count--
		})
	}
}

func (f *firstAttempts) attempt(ctx workflow.Context, d models.DeliveryRef) {
	outcome, err := deliver(ctx, f.timeout, d)
	if err != nil || outcome.Next == nil {
		// The activity retries our faults for ever: an error means that the run is being cancelled. The sweep finds
		// the delivery overdue.
		return
	}
	options := workflow.ChildWorkflowOptions{
		WorkflowID: DeliveryWorkflowID(d), TaskQueue: QueueWebhooks,
		ParentClosePolicy: enumspb.PARENT_CLOSE_POLICY_ABANDON,
		StaticSummary:     d.EventType,
	}
	child := workflow.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, options), NameRetryDelivery,
		RetryInput{Delivery: *outcome.Next, DueAt: *outcome.NextDueAt})
	// A run under this id already owns the delivery.
	_ = child.GetChildWorkflowExecution().Get(ctx, nil)
}

func (f *firstAttempts) wait(ctx workflow.Context) { f.underWay.Wait(ctx) }

func deliver(ctx workflow.Context, timeout time.Duration, d models.DeliveryRef) (models.DeliveryOutcome, error) {
	var outcome models.DeliveryOutcome
	ctx = workflow.WithActivityOptions(ctx, delivery(timeout, d))
	err := workflow.ExecuteActivity(ctx, models.ActivityDeliverWebhook, d).Get(ctx, &outcome)
	return outcome, err
}

// DispatchEvent makes the first attempts of an event that no session workflow carries. Its id is the event id.
func (w Workflows) DispatchEvent(ctx workflow.Context, event models.EventRef) error {
	deliveries, err := decide[[]models.DeliveryRef](ctx, models.ActivityEventDeliveries, event, "Who is owed "+event.EventID)
	if err != nil {
		return err
	}
	attempts := newFirstAttempts(ctx, w.WebhookTimeout)
	attempts.start(ctx, deliveries)
	attempts.wait(ctx)
	return nil
}

// RetryDelivery owns the schedule of an event's way to one endpoint from the first failed attempt on. A signal brings
// the next attempt forward. A run that wakes to a closed row ends.
func (w Workflows) RetryDelivery(ctx workflow.Context, in RetryInput) error {
	next, due := &in.Delivery, in.DueAt
	for next != nil {
		if err := untilDue(ctx, next, due); err != nil {
			return err
		}
		outcome, err := deliver(ctx, w.WebhookTimeout, *next)
		if err != nil {
			return err
		}
		if next = outcome.Next; next != nil {
			due = *outcome.NextDueAt
			continue
		}
		next, due = asked(ctx), models.At(workflow.Now(ctx))
	}
	return nil
}

// asked is the attempt that a signal asked for while the last one was being made.
func asked(ctx workflow.Context) *models.DeliveryRef {
	var next models.DeliveryRef
	if workflow.GetSignalChannel(ctx, SignalRetry).ReceiveAsync(&next) {
		return &next
	}
	return nil
}

// untilDue waits for the time of the attempt, or for a signal that names the attempt to make now.
func untilDue(ctx workflow.Context, next *models.DeliveryRef, due models.Timestamp) error {
	retries := workflow.GetSignalChannel(ctx, SignalRetry)
	timerCtx, cancel := workflow.WithCancel(ctx)
	defer cancel()
	wait := due.Sub(workflow.Now(ctx))
	timer := workflow.NewTimerWithOptions(timerCtx, wait, workflow.TimerOptions{Summary: "Next attempt"})
	var err error
	workflow.NewSelector(ctx).
		AddFuture(timer, func(f workflow.Future) { err = f.Get(ctx, nil) }).
		AddReceive(retries, func(c workflow.ReceiveChannel, _ bool) { c.Receive(ctx, next) }).
		Select(ctx)
	if temporal.IsCanceledError(err) {
		return err
	}
	return nil
}
