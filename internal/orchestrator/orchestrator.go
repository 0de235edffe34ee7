// Package orchestrator starts and signals Temporal workflows. It makes no decision, so a repeated or late call changes
// nothing.
package orchestrator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/workflows"
)

// Orchestrator starts and signals workflows. It is safe for concurrent use.
type Orchestrator struct {
	Temporal client.Client
	Store    *store.Store
	// Eager lets the worker of this process receive the first task with the answer to the start. It needs a worker on
	// the same client.
	Eager bool
	// Delay has the run of a session begin with the first change of its row, or with its expiry. Without it every run
	// begins at once.
	Delay bool
	// Patience is how long a call waits for the answer of a run; 0 means ten seconds.
	Patience time.Duration
	// Resumed, if set, is called for each session with a new run after a completed one, because the database had been
	// restored to an earlier time.
	Resumed func(session models.Session)
}

// ErrCompleted means that the session is over, and its run has completed and handles no more signals.
var ErrCompleted = errors.New("the run has completed")

// StartSession starts the run of a created session, unless it has been started.
func (o *Orchestrator) StartSession(ctx context.Context, created store.Changed) error {
	return unlessStarted(o.begin(ctx, created))
}

// begin starts the run of a session. It fails with WorkflowExecutionAlreadyStarted if the session has a run.
func (o *Orchestrator) begin(ctx context.Context, created store.Changed) error {
	s, input := created.Session, inputOf(created)
	if created.Repeated { // a repeated creation does not return the deliveries of the first
		var err error
		if input, err = o.input(ctx, s); err != nil {
			return err
		}
	}
	options := o.sessionOptions(s)
	if delay := o.delay(s, input); delay > 0 {
		input.Delayed, options.StartDelay, options.EnableEagerStart = true, delay, false
		options.StaticDetails += "\n\nBegins with the user's first submission, or when the session expires: " +
			s.ExpiresAt.UTC().Format(time.RFC3339)
	}
	_, err := o.Temporal.ExecuteWorkflow(ctx, options, workflows.NameSession, input)
	return err
}

// delay returns how long the start of a run is delayed; 0 or less if the run has work to do.
func (o *Orchestrator) delay(s models.Session, input workflows.SessionInput) time.Duration {
	if !o.Delay || s.Status != models.StatusCreated || s.Review.Status.Waits() || len(input.FirstAttempts) > 0 {
		return 0
	}
	return s.ExpiresAt.Sub(o.Store.Now().Time) - workflows.DeadlineLead
}

func (o *Orchestrator) input(ctx context.Context, s models.Session) (workflows.SessionInput, error) {
	deliveries, err := o.Store.FirstAttempts(ctx, s.OrgID, s.ID)
	return inputOf(store.Changed{Session: s, FirstAttempts: deliveries}), err
}

func inputOf(c store.Changed) workflows.SessionInput {
	return workflows.SessionInput{
		SessionRef: models.SessionRef{OrgID: c.Session.OrgID, SessionID: c.Session.ID},
		ExpiresAt:  c.Session.ExpiresAt, Status: c.Session.Status, Jurisdiction: c.Session.Jurisdiction,
		FirstAttempts: c.FirstAttempts,
	}
}

func (o *Orchestrator) sessionOptions(s models.Session) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID: s.ID, TaskQueue: workflows.QueueSessions, EnableEagerStart: o.Eager,
		// A completed run stays the only one, however late a signal comes. A run that failed or that an operator
		// terminated may be followed by another: the row knows where to continue.
		WorkflowIDReusePolicy:                    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		TypedSearchAttributes:                    workflows.SessionSearchAttributes(s),
		StaticSummary:                            fmt.Sprintf("%s, %s, %s", s.Type, s.UseCase, s.Jurisdiction),
		StaticDetails:                            details(s),
	}
}

func details(s models.Session) string {
	methods := make([]string, 0, len(s.Methods.V))
	for _, method := range s.Methods.V {
		methods = append(methods, "`"+string(method)+"`")
	}
	return fmt.Sprintf("Workflow `%s` version %d\n\nProves %s by %s",
		s.WorkflowID, s.WorkflowVersion, s.AgeTier, strings.Join(methods, ", "))
}

// SubmissionReceived tells the run that a submission is ready to be judged.
func (o *Orchestrator) SubmissionReceived(ctx context.Context, s models.Session, submissionID string) error {
	update := workflows.ChangeUpdate{SubmissionID: submissionID}
	signal := workflows.SubmissionSignal{SubmissionID: submissionID}
	return o.tell(ctx, s, update, workflows.SignalMethodResult, signal)
}

// SessionChanged has the run read its row again. It returns ErrCompleted if the session and its run are over.
func (o *Orchestrator) SessionChanged(ctx context.Context, s models.Session) error {
	return o.tell(ctx, s, workflows.ChangeUpdate{}, workflows.SignalChanged, nil)
}

// Nudge repeats the start of a session's run, or has the run read its row again, whichever was lost. Most sessions that
// nobody has opened owe their start, which costs neither an update of a run that is not there nor a task.
func (o *Orchestrator) Nudge(ctx context.Context, s models.Session) error {
	if s.Status != models.StatusCreated {
		return o.SessionChanged(ctx, s)
	}
	err := o.begin(ctx, store.Changed{Session: s, Repeated: true})
	if isStarted(err) {
		return o.SessionChanged(ctx, s)
	}
	if err == nil {
		o.Store.Across().NoteTold(s)
	}
	return err
}

// Stuck reports whether a run that has not answered an update is at fault itself: Temporal can still read it.
func (o *Orchestrator) Stuck(ctx context.Context, s models.Session) bool {
	ctx, cancel := context.WithTimeout(ctx, stuckPatience)
	defer cancel()
	_, err := o.Temporal.DescribeWorkflowExecution(ctx, s.ID, "")
	return err == nil
}

// stuckPatience is how long Stuck waits for Temporal.
const stuckPatience = time.Second

// patienceDefault is the default of Orchestrator.Patience. A run accepts an update at the end of the task in which it
// does the work of the update, of which the judge of a submission may take five seconds.
const patienceDefault = 10 * time.Second

// tell updates the run, which also begins a delayed run. It returns when Temporal has saved the task of the run that
// accepted the update, and has that noted on the row; until then the row owes the run a nudge. After an error the
// update may still reach the run. If there is no run, because its start was lost or it was terminated, tell starts one
// with the signal.
func (o *Orchestrator) tell(
	ctx context.Context, s models.Session, update workflows.ChangeUpdate, signal string, message any,
) error {
	err := o.update(ctx, s, update)
	if err == nil {
		o.Store.Across().NoteTold(s)
		return nil
	}
	if refused(err) {
		err = o.Temporal.SignalWorkflow(ctx, s.ID, "", signal, message)
	}
	if isAbsent(err) {
		return o.start(ctx, s, signal, message)
	}
	return err
}

func isAbsent(err error) bool {
	var absent *serviceerror.NotFound
	return errors.As(err, &absent)
}

// refused reports whether err, of an update, says that the update was refused: by a worker of an earlier version, which
// knows no updates, or by Temporal, for a limit or a setting of the namespace. A signal then reaches a run that has
// begun. The refusal of a worker has begun the run. If Temporal's has not, the sweep repeats the update.
func refused(err error) bool {
	return err != nil && !isAbsent(err) && !Unanswered(err)
}

// Unanswered reports whether err says that a run has not answered an update in time. The update may still reach it.
func Unanswered(err error) bool {
	var unanswered *client.WorkflowUpdateServiceTimeoutOrCanceledError
	return errors.As(err, &unanswered)
}

func (o *Orchestrator) update(ctx context.Context, s models.Session, update workflows.ChangeUpdate) error {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(o.Patience, patienceDefault))
	defer cancel()
	answer, err := o.Temporal.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: s.ID, UpdateName: workflows.UpdateChanged, Args: []any{update},
		WaitForStage: client.WorkflowUpdateStageCompleted, // in the task that accepts it
	})
	if err != nil {
		return err
	}
	return answer.Get(ctx, nil)
}

// start starts the run of a session with a signal.
func (o *Orchestrator) start(ctx context.Context, s models.Session, name string, message any) error {
	err := o.signalWithStart(ctx, s, name, message, o.sessionOptions(s))
	if isStarted(err) { // and has completed
		return o.resume(ctx, s, name, message)
	}
	return err
}

// resume starts another run of a session whose run has completed, if the session is open. A run completes after its row
// has a terminal status, which the row keeps. So a row that is open afterwards is one of an earlier time, to which the
// database was restored.
func (o *Orchestrator) resume(ctx context.Context, s models.Session, name string, message any) error {
	s, err := o.Store.Session(ctx, s.OrgID, s.ID)
	if err != nil {
		return err
	}
	if s.Status.Terminal() {
		return ErrCompleted
	}
	options := o.sessionOptions(s)
	options.WorkflowIDReusePolicy = enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE
	err = o.signalWithStart(ctx, s, name, message, options)
	if err == nil && o.Resumed != nil {
		o.Resumed(s)
	}
	return err
}

func (o *Orchestrator) signalWithStart(
	ctx context.Context, s models.Session, name string, message any, options client.StartWorkflowOptions,
) error {
	input, err := o.input(ctx, s)
	if err != nil {
		return err
	}
	_, err = o.Temporal.SignalWithStartWorkflow(ctx, s.ID, name, message, options, workflows.NameSession, input)
	return err
}

// DispatchEvent starts the run that makes the first attempts of an event, unless it is open. It is for events
// that no session run delivers.
func (o *Orchestrator) DispatchEvent(ctx context.Context, org, event string) error {
	return o.startUnlessOpen(ctx, workflows.QueueWebhooks, event, workflows.NameDispatchEvent,
		models.EventRef{OrgID: org, EventID: event})
}

// RecoverEndpoint starts the run of a recovery, unless it is open.
func (o *Orchestrator) RecoverEndpoint(ctx context.Context, r models.Recovery) error {
	return o.startUnlessOpen(ctx, workflows.QueueWebhooks, r.ID, workflows.NameRecovery, r.Ref())
}

// SendMail starts the run that sends a mail, unless it is open.
func (o *Orchestrator) SendMail(ctx context.Context, mail models.MailRef) error {
	return o.startUnlessOpen(ctx, workflows.QueueMail, mail.MailID, workflows.NameSendMail, mail)
}

// RevokeGrants starts the run that revokes the grants of an ended consent, unless it is open.
func (o *Orchestrator) RevokeGrants(ctx context.Context, consent models.ConsentRef) error {
	return o.startUnlessOpen(ctx, workflows.QueueWebhooks, consent.ConsentID, workflows.NameRevokeGrants, consent)
}

// startUnlessOpen starts a run on a queue, unless a run with this id is open. A run after a completed one finds nothing
// to do in its rows, unless the database was restored to an earlier time.
func (o *Orchestrator) startUnlessOpen(ctx context.Context, queue, id, name string, input any) error {
	_, err := o.Temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: id, TaskQueue: queue,
		WorkflowIDReusePolicy:                    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
	}, name, input)
	return unlessStarted(err)
}

// unlessStarted returns err, or nil if err says that the run exists.
func unlessStarted(err error) error {
	if isStarted(err) {
		return nil
	}
	return err
}

func isStarted(err error) bool {
	var started *serviceerror.WorkflowExecutionAlreadyStarted
	return errors.As(err, &started)
}

// RetryDelivery has an attempt made now, by the run that owns the delivery or by a new run.
func (o *Orchestrator) RetryDelivery(ctx context.Context, d models.Delivery) error {
	return o.retry(ctx, workflows.RetrySignal{DeliveryRef: d.Ref()})
}

// ScheduleDelivery has an attempt made at due, by the run that owns the delivery or by a new run.
func (o *Orchestrator) ScheduleDelivery(ctx context.Context, d models.DeliveryRef, due models.Timestamp) error {
	return o.retry(ctx, workflows.RetrySignal{DeliveryRef: d, DueAt: &due})
}

func (o *Orchestrator) retry(ctx context.Context, signal workflows.RetrySignal) error {
	options := client.StartWorkflowOptions{
		ID: workflows.DeliveryWorkflowID(signal.DeliveryRef), TaskQueue: workflows.QueueWebhooks,
		StaticSummary: signal.EventType,
	}
	_, err := o.Temporal.SignalWithStartWorkflow(ctx, options.ID, workflows.SignalRetry, signal, options,
		workflows.NameRetryDelivery, workflows.RetryInput{Delivery: signal.DeliveryRef, Signalled: true})
	return err
}
