package workflows

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
)

// Session runs one verification session from its creation to its end. It makes no decision: an activity changes the
// row, and the run does the work that the row asks for. So a run that is started anew continues where the last one
// stopped.
func (w Workflows) Session(ctx workflow.Context, in SessionInput) error {
	// A cancellation ends the session like any other cause; it must not interrupt the work that ends it.
	work, _ := workflow.NewDisconnectedContext(ctx)
	run, err := newSessionRun(work, in, w.WebhookTimeout)
	if err != nil {
		return err
	}
	run.attempts.start(work, in.FirstAttempts)
	for !run.view.Status.Terminal() {
		if err := run.awaitNext(work, ctx.Done()); err != nil {
			return err
		}
	}
	return run.finish(work)
}

// sessionRun is the state of a run: the latest view of its row and the work under way.
type sessionRun struct {
	ref      models.SessionRef
	view     models.SessionView
	attempts *firstAttempts
	deadline deadline
	indexed  indexed
	unjudged unjudged
	hold     hold
	// updates receives the updates of the run.
	updates workflow.Channel
	// updated is the length of the history in the task that brought the latest update; 0 without one.
	updated int
}

// indexed are the current values of the search attributes.
type indexed struct {
	status       models.SessionStatus
	review       models.ReviewStatus
	jurisdiction rules.Jurisdiction
}

// deadline is the timer for the session's expiry.
type deadline struct {
	at     models.Timestamp
	timer  workflow.Future
	cancel workflow.CancelFunc
}

func newSessionRun(ctx workflow.Context, in SessionInput, webhookTimeout time.Duration) (*sessionRun, error) {
	run := &sessionRun{
		ref:      in.SessionRef,
		view:     models.SessionView{Status: in.Status, ExpiresAt: in.ExpiresAt},
		attempts: newFirstAttempts(ctx, webhookTimeout),
		indexed:  indexed{status: in.Status, jurisdiction: in.Jurisdiction},
		unjudged: newUnjudged(ctx),
		updates:  workflow.NewNamedBufferedChannel(ctx, "updates", mostUpdates),
	}
	// The handler runs at once for each update of the first task.
	if err := workflow.SetUpdateHandlerWithOptions(ctx, UpdateChanged, run.changed, workflow.UpdateHandlerOptions{
		Description: "Read the row, or judge the named submission",
	}); err != nil {
		return nil, err
	}
	// An update that came before the end of the delay has begun the run. Most sessions end by it, so that no timer is
	// needed. A worker of an earlier version refuses updates and starts the timer; so does the replay of such a task.
	woken := in.Delayed && run.updates.Len() > 0
	if !in.Status.Terminal() && !woken {
		run.setDeadline(ctx)
	}
	workflow.SetCurrentDetails(ctx, run.details())
	return run, workflow.SetQueryHandlerWithOptions(ctx, QueryState, run.state,
		workflow.QueryHandlerOptions{Description: "Status, methods on offer, deliveries under way"})
}

// mostUpdates is the number of updates that Temporal allows a run.
const mostUpdates = 2000

// changed passes an update to the run and answers before its work. Temporal sends the answer at the end of the task, in
// which the work is done.
func (run *sessionRun) changed(ctx workflow.Context, update ChangeUpdate) error {
	run.updated = workflow.GetInfo(ctx).GetCurrentHistoryLength()
	run.updates.SendAsync(update)
	return nil
}

// key returns the key of the row for an activity. If an update came with the current task, Temporal may still lose
// both.
func (run *sessionRun) key(ctx workflow.Context) models.SessionRef {
	ref := run.ref
	ref.Unsaved = run.updated > 0 && run.updated == workflow.GetInfo(ctx).GetCurrentHistoryLength()
	return ref
}

// heed receives an update and does its work.
func (run *sessionRun) heed(ctx workflow.Context, updates workflow.ReceiveChannel) error {
	var update ChangeUpdate
	updates.Receive(ctx, &update)
	if update.SubmissionID != "" {
		return run.judge(ctx, update.SubmissionID)
	}
	return run.look(ctx, models.ActivitySyncSession, run.key(ctx), "Read the row")
}

func (run *sessionRun) state() (SessionState, error) {
	return SessionState{
		Status: run.view.Status, ExpiresAt: run.view.ExpiresAt, Offers: append([]models.OfferView{}, run.view.Offers...),
		Review: run.view.Review, Unjudged: run.view.Unjudged, Deliveries: run.attempts.count,
	}, nil
}

// awaitNext waits for the next signal, timer or cancellation, and has an activity handle it.
func (run *sessionRun) awaitNext(ctx workflow.Context, cancelled workflow.Channel) (err error) {
	if run.deadline.timer == nil { // an update has begun the run
		if run.updates.Len() > 0 {
			return run.heed(ctx, run.updates)
		}
		run.setDeadline(ctx)
	}
	next := workflow.NewSelector(ctx).
		AddReceive(workflow.GetSignalChannel(ctx, SignalMethodResult), func(c workflow.ReceiveChannel, _ bool) {
			var signal SubmissionSignal
			c.Receive(ctx, &signal)
			err = run.judge(ctx, signal.SubmissionID)
		}).
		AddReceive(workflow.GetSignalChannel(ctx, SignalChanged), func(c workflow.ReceiveChannel, _ bool) {
			c.Receive(ctx, nil)
			err = run.look(ctx, models.ActivitySyncSession, run.key(ctx), "Read the row")
		}).
		AddReceive(workflow.GetSignalChannel(ctx, SignalReviewDecision), func(c workflow.ReceiveChannel, _ bool) {
			var signal ReviewSignal
			c.Receive(ctx, &signal)
			err = run.decideReview(ctx, signal)
		}).
		AddReceive(run.updates, func(c workflow.ReceiveChannel, _ bool) { err = run.heed(ctx, c) }).
		AddReceive(run.unjudged.due, func(c workflow.ReceiveChannel, _ bool) {
			var submission string
			c.Receive(ctx, &submission)
			err = run.judge(ctx, submission)
		}).
		AddFuture(run.deadline.timer, func(workflow.Future) { err = run.end(ctx, models.StatusExpired) }).
		AddReceive(cancelled, func(workflow.ReceiveChannel, bool) { err = run.end(ctx, models.StatusCancelled) })
	if run.hold.timer != nil {
		next.AddFuture(run.hold.timer, func(workflow.Future) { err = run.release(ctx) })
	}
	next.Select(ctx)
	return err
}

// judge has a submission judged. A judge that waits, for a person or for a service that is away, waits beside the run,
// which goes on to judge other submissions and to keep the deadline.
func (run *sessionRun) judge(ctx workflow.Context, submission string) error {
	if run.unjudged.aside[submission] {
		return nil
	}
	run.unjudged.forget(submission)
	ref, summary := models.SubmissionRef{SessionRef: run.key(ctx), SubmissionID: submission}, "Judge "+submission
	view, err := decideQuickly[models.SessionView](ctx, models.ActivityJudgeSubmission, ref, summary)
	if notYet(err) && judgesAside(ctx) {
		run.judgeAside(ctx, ref, summary)
		return nil
	}
	if err != nil {
		view, err = decidePatiently[models.SessionView](ctx, models.ActivityJudgeSubmission, ref, summary)
	}
	if err != nil {
		return err
	}
	return run.see(ctx, view)
}

func (run *sessionRun) decideReview(ctx workflow.Context, s ReviewSignal) error {
	decision := models.ReviewDecision{
		SessionRef: run.key(ctx), Decision: s.Decision, Node: s.Node, Reason: s.Reason, Reviewer: s.Reviewer,
	}
	return run.look(ctx, models.ActivityDecideReview, decision, "Decide the review")
}

func (run *sessionRun) end(ctx workflow.Context, to models.SessionStatus) error {
	end := models.SessionEnd{SessionRef: run.key(ctx), To: to, ExpiresAt: run.view.ExpiresAt}
	return run.look(ctx, models.ActivityEndSession, end, "End as "+string(to))
}

// look runs an activity that returns the current view of the row, and does the work that the view asks for.
func (run *sessionRun) look(ctx workflow.Context, activity string, message any, summary string) error {
	view, err := decide[models.SessionView](ctx, activity, message, summary)
	if err != nil {
		return err
	}
	return run.see(ctx, view)
}

// see does the work that a view of the row asks for.
func (run *sessionRun) see(ctx workflow.Context, view models.SessionView) error {
	run.view = view
	run.attempts.start(ctx, view.FirstAttempts)
	run.expect(ctx)
	run.setHold(ctx)
	if !view.Status.Terminal() {
		run.setDeadline(ctx)
	}
	workflow.SetCurrentDetails(ctx, run.details())
	if view.Status.Terminal() && view.IndexedLast {
		return nil
	}
	return run.index(ctx)
}

// setDeadline starts the timer for the expiry. It restarts it if the expiry has moved or the timer has fired early.
func (run *sessionRun) setDeadline(ctx workflow.Context) {
	d := &run.deadline
	if d.timer != nil && d.at.Equal(run.view.ExpiresAt.Time) && !d.timer.IsReady() {
		return
	}
	run.cancelDeadline()
	timerCtx, cancel := workflow.WithCancel(ctx)
	wait := max(run.view.ExpiresAt.Sub(workflow.Now(ctx)), time.Second)
	d.at, d.cancel = run.view.ExpiresAt, cancel
	d.timer = workflow.NewTimerWithOptions(timerCtx, wait, workflow.TimerOptions{Summary: "Session expires"})
}

func (run *sessionRun) cancelDeadline() {
	if run.deadline.cancel != nil {
		run.deadline.cancel()
	}
}

// index writes changes of status, review and jurisdiction to the search attributes of Temporal's list of runs. Without
// a change it writes no event to the history.
func (run *sessionRun) index(ctx workflow.Context) error {
	var changed []temporal.SearchAttributeUpdate
	if run.indexed.status != run.view.Status {
		changed = append(changed, searchStatus.ValueSet(string(run.view.Status)))
	}
	if run.indexed.review != run.view.Review {
		changed = append(changed, searchReview.ValueSet(string(run.view.Review)))
	}
	jurisdiction := cmp.Or(
		run.view.Jurisdiction,
		run.indexed.jurisdiction,
	) // activities of earlier versions do not return it
	if run.indexed.jurisdiction != jurisdiction {
		changed = append(changed, searchJurisdiction.ValueSet(string(jurisdiction)))
	}
	if len(changed) == 0 {
		return nil
	}
	run.indexed = indexed{status: run.view.Status, review: run.view.Review, jurisdiction: jurisdiction}
	return workflow.UpsertTypedSearchAttributes(ctx, changed...)
}

// finish waits until every event of the session has had its first attempt. Then it drops the signals that arrived after
// the session had ended, and writes the outcome to the search attributes.
func (run *sessionRun) finish(ctx workflow.Context) error {
	run.cancelDeadline()
	run.attempts.wait(ctx)
	dropSignals(ctx)
	return run.index(ctx)
}

// dropSignals reads the remaining signals and ignores them. An ended session has no submission to judge and no review
// to decide; a submission whose signal is still unread was judged because an earlier signal had the run read the row. A
// row that still needs its run keeps its time for a nudge, and the sweep signals again. Without dropSignals the SDK
// would warn of unread signals.
func dropSignals(ctx workflow.Context) {
	for _, name := range []string{SignalMethodResult, SignalChanged, SignalReviewDecision} {
		for signals := workflow.GetSignalChannel(ctx, name); signals.ReceiveAsync(nil); {
		}
	}
}

// details returns the Markdown that Temporal UI shows at the head of the run.
func (run *sessionRun) details() string {
	status := "**" + string(run.view.Status) + "**"
	if run.view.Status.Terminal() {
		return status
	}
	lines := []string{status + " until " + run.view.ExpiresAt.UTC().Format(time.RFC3339)}
	for _, offer := range run.view.Offers {
		lines = append(lines, "- `"+offer.Method+"` at node `"+offer.Node+"`, attempts left: "+
			strconv.Itoa(offer.AttemptsLeft))
	}
	for _, unjudged := range run.view.Unjudged {
		if unjudged.Provider != "" {
			lines = append(lines, "- `"+unjudged.SubmissionID+"` waits for "+waitsFor(unjudged))
		}
	}
	if run.view.Device != nil {
		lines = append(lines, "- held by a phone, attempt `"+run.view.Device.AttemptID+"`")
	}
	if run.view.Review.Waits() {
		lines = append(lines, "- review at node `"+run.view.ReviewNode+"`: "+string(run.view.Review))
	}
	return strings.Join(lines, "\n")
}
