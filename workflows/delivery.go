package workflows

import (
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/stile-id/stile/models"
)

// SignalRetry is the signal of a RetryDelivery. It carries a RetrySignal.
const SignalRetry = "retry"

// RetrySignal names the attempt that replaces the next attempt of a RetryDelivery.
type RetrySignal struct {
	models.DeliveryRef
	// DueAt is when the attempt is due; nil means now.
	DueAt *models.Timestamp `json:"due_at,omitempty"`
}

// RetryInput is the input of a RetryDelivery.
type RetryInput struct {
	Delivery models.DeliveryRef `json:"delivery"`
	DueAt    models.Timestamp   `json:"due_at"`
	// Signalled says that the run was started with a signal that names the attempt.
	Signalled bool `json:"signalled,omitempty"`
}

// firstAttempts makes the first attempts of events concurrently, and passes failed ones to RetryDelivery.
type firstAttempts struct {
	timeout  time.Duration
	started  map[string]bool
	underWay workflow.WaitGroup
	count    int
	// making is the number of coroutines that make attempts, each one attempt after the other. waiting are the attempts
	// that no coroutine has taken. children is the number of runs started for later attempts.
	making   int
	waiting  []models.DeliveryRef
	children int
	// mostMaking and mostChildren limit making and children.
	mostMaking, mostChildren int
}

// By default Temporal allows a run 2,000 pending activities and 2,000 pending children; an abandoned child counts until
// it ends. Beyond these limits the server refuses the run's whole workflow task.
const (
	mostUnderWay = 500
	mostChildren = 1000
)

func newFirstAttempts(ctx workflow.Context, timeout time.Duration) *firstAttempts {
	return &firstAttempts{
		timeout: timeout, started: map[string]bool{}, underWay: workflow.NewWaitGroup(ctx),
		mostMaking: mostUnderWay, mostChildren: mostChildren,
	}
}

// start begins the attempts that have not begun, up to mostMaking at once.
func (f *firstAttempts) start(ctx workflow.Context, deliveries []models.DeliveryRef) {
	for _, d := range deliveries {
		if f.started[d.DeliveryID] {
			continue
		}
		f.started[d.DeliveryID] = true
		f.count++
		if f.making >= f.mostMaking && inBatches(ctx) {
			f.waiting = append(f.waiting, d)
			continue
		}
		f.making++
		f.underWay.Add(1)
		workflow.GoNamed(ctx, d.DeliveryID, func(ctx workflow.Context) {
			defer f.underWay.Done()
			f.attemptAll(ctx, d)
			f.making--
		})
	}
}

// attemptAll makes an attempt and then attempts from waiting, until none is left.
func (f *firstAttempts) attemptAll(ctx workflow.Context, d models.DeliveryRef) {
	for {
		f.attempt(ctx, d)
		f.count--
		if len(f.waiting) == 0 {
			return
		}
		d, f.waiting = f.waiting[0], f.waiting[1:]
	}
}

// inBatches reports whether the run limits its attempts and children. A run that exceeded a batch under code without
// batches does not.
func inBatches(ctx workflow.Context) bool {
	return workflow.GetVersion(ctx, versionBatches, workflow.DefaultVersion, 1) != workflow.DefaultVersion
}

func (f *firstAttempts) attempt(ctx workflow.Context, d models.DeliveryRef) {
	outcome, err := deliver(ctx, f.timeout, d)
	if err != nil || outcome.Next == nil {
		// The activity retries faults of Stile without end, so an error means that the run is being cancelled. The
		// sweep finds the delivery overdue.
		return
	}
	f.children++
	if f.children > f.mostChildren && inBatches(ctx) {
		handOver(ctx, *outcome.Next, *outcome.NextDueAt)
		return
	}
	retryInChild(ctx, d, outcome)
}

// handOver has an activity start the run that then owns the delivery. If it fails, the run is being cancelled, and the
// sweep finds the delivery overdue.
func handOver(ctx workflow.Context, next models.DeliveryRef, due models.Timestamp) {
	options := patientDatabaseWork("Later attempts at " + next.EndpointID)
	options.TaskQueue = QueueWebhooks
	ctx = workflow.WithActivityOptions(ctx, options)
	scheduled := models.ScheduledDelivery{DeliveryRef: next, DueAt: due}
	_ = workflow.ExecuteActivity(ctx, models.ActivityScheduleDelivery, scheduled).Get(ctx, nil)
}

// retryInChild starts a child that then owns the delivery.
func retryInChild(ctx workflow.Context, d models.DeliveryRef, outcome models.DeliveryOutcome) {
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

// deliver makes one attempt: a quick one by a local activity, if that is possible.
func deliver(ctx workflow.Context, timeout time.Duration, d models.DeliveryRef) (models.DeliveryOutcome, error) {
	var outcome models.DeliveryOutcome
	if d.Quick {
		quick := workflow.WithLocalActivityOptions(ctx, quickDelivery(timeout, d))
		if workflow.ExecuteLocalActivity(quick, models.ActivityDeliverWebhook, d).Get(ctx, &outcome) == nil {
			return outcome, nil
		}
	}
	ctx = workflow.WithActivityOptions(ctx, delivery(timeout, d))
	err := workflow.ExecuteActivity(ctx, models.ActivityDeliverWebhook, d).Get(ctx, &outcome)
	return outcome, err
}

// DispatchEvent makes the first attempts of an event that no session workflow delivers. Its workflow id is the event
// id.
func (w Workflows) DispatchEvent(ctx workflow.Context, event models.EventRef) error {
	return newFirstAttempts(ctx, w.WebhookTimeout).dispatch(ctx, event)
}

// dispatch makes the first attempts of an event.
func (f *firstAttempts) dispatch(ctx workflow.Context, event models.EventRef) error {
	deliveries, err := decide[[]models.DeliveryRef](
		ctx,
		models.ActivityEventDeliveries,
		event,
		"Who is owed "+event.EventID,
	)
	if err != nil {
		return err
	}
	f.start(ctx, deliveries)
	f.wait(ctx)
	return nil
}

// RetryDelivery owns the later attempts of one event at one endpoint, from the first failure on. A signal replaces the
// next attempt. A run that finds its delivery closed ends.
func (w Workflows) RetryDelivery(ctx workflow.Context, in RetryInput) error {
	first := &RetrySignal{DeliveryRef: in.Delivery, DueAt: &in.DueAt}
	if in.Signalled { // read it here, or the loop would repeat the attempt
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

// following returns the next attempt: that of the schedule, or else one that a signal requested during the last
// attempt; nil if there is neither.
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

// untilDue waits until the attempt is due and returns it. Signals may replace the attempt meanwhile.
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

// timeOf returns at or after due, or earlier with the signal that came before. Temporal's timers may fire up to a
// second early, so timeOf repeats them.
func timeOf(ctx workflow.Context, due models.Timestamp) (replaced *RetrySignal, err error) {
	for {
		replaced, err = timerTo(ctx, due)
		if err != nil || replaced != nil || !early(ctx, due) {
			return replaced, err
		}
	}
}

// early reports whether due lies in the future. It returns false in runs whose history continued after an early timer,
// recorded before versionWaitsUntilDue.
func early(ctx workflow.Context, due models.Timestamp) bool {
	return workflow.Now(ctx).Before(due.Time) &&
		workflow.GetVersion(ctx, versionWaitsUntilDue, workflow.DefaultVersion, 1) != workflow.DefaultVersion
}

// timerTo waits for one timer until due, or for a signal.
func timerTo(ctx workflow.Context, due models.Timestamp) (replaced *RetrySignal, err error) {
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
