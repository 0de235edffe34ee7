package workflows

import (
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/stile-id/stile/models"
)

// SignalRetry brings a RetryDelivery a RetrySignal.
const SignalRetry = "retry"

// RetrySignal names the attempt that takes the place of the one that a RetryDelivery has in store.
type RetrySignal struct {
	models.DeliveryRef
	// DueAt is when it is due; null is now.
	DueAt *models.Timestamp `json:"due_at,omitempty"`
}

// RetryInput starts a RetryDelivery.
type RetryInput struct {
	Delivery models.DeliveryRef `json:"delivery"`
	DueAt    models.Timestamp   `json:"due_at"`
	// Signalled says that the signal which the run is started with names the attempt.
	Signalled bool `json:"signalled,omitempty"`
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

// RetryDelivery owns the schedule of an event's way to one endpoint from the first failed attempt on. A signal replaces
// the next attempt. A run that wakes to a closed row ends.
func (w Workflows) RetryDelivery(ctx workflow.Context, in RetryInput) error {
	first := &RetrySignal{DeliveryRef: in.Delivery, DueAt: &in.DueAt}
	if in.Signalled { // read it here, or it would be made once more after it has been made
		first = &RetrySignal{}
		workflow.GetSignalChannel(ctx, SignalRetry).Receive(ctx, first)
	}
	for next := first; next != nil; {
		ref, err := untilDue(ctx, *next)
		if err != nil {
			return err
		}
		outcome, err := deliver(ctx, w.WebhookTimeout, ref)
		if err != nil {
			return err
		}
		next = following(ctx, outcome)
	}
	return nil
}

// following is the next attempt: that of the schedule, or what a signal asked for while the last one was made.
func following(ctx workflow.Context, outcome models.DeliveryOutcome) *RetrySignal {
	if outcome.Next != nil {
		return &RetrySignal{DeliveryRef: *outcome.Next, DueAt: outcome.NextDueAt}
	}
	var next RetrySignal
	if workflow.GetSignalChannel(ctx, SignalRetry).ReceiveAsync(&next) {
		return &next
	}
	return nil
}

// untilDue waits for the time of the attempt, or of those that signals put into its place.
func untilDue(ctx workflow.Context, next RetrySignal) (models.DeliveryRef, error) {
	for next.DueAt != nil {
		replaced, err := timeOf(ctx, *next.DueAt)
		if err != nil || replaced == nil {
			return next.DeliveryRef, err
		}
		next = *replaced
	}
	return next.DeliveryRef, nil
}

// timeOf returns at that time, or with the signal that comes before.
func timeOf(ctx workflow.Context, due models.Timestamp) (replaced *RetrySignal, err error) {
	timerCtx, cancel := workflow.WithCancel(ctx)
	defer cancel()
	wait := due.Sub(workflow.Now(ctx))
	timer := workflow.NewTimerWithOptions(timerCtx, wait, workflow.TimerOptions{Summary: "Next attempt"})
	workflow.NewSelector(ctx).
		AddFuture(timer, func(f workflow.Future) { err = f.Get(ctx, nil) }).
		AddReceive(workflow.GetSignalChannel(ctx, SignalRetry), func(c workflow.ReceiveChannel, _ bool) {
			replaced = &RetrySignal{}
			c.Receive(ctx, replaced)
		}).
		Select(ctx)
	if temporal.IsCanceledError(err) {
		return nil, err
	}
	return replaced, nil
}
