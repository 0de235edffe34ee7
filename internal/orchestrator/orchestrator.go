// Package orchestrator asks Temporal to start and signal workflows. It decides nothing: what it is asked twice, or too
// late, changes nothing.
package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"strings"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/workflows"
)

// Orchestrator is safe for concurrent use.
type Orchestrator struct {
	Temporal client.Client
	Store    *store.Store
	// Eager lets the worker of this process take the first task with the answer to the start. It needs a worker on
	// the same client.
	Eager bool
}

// ErrCompleted says that the session's run has come to its end and takes nothing any more.
var ErrCompleted = errors.New("the run has completed")

// StartSession starts the run of a session that was created, once.
func (o *Orchestrator) StartSession(ctx context.Context, created store.Changed) error {
	s, input := created.Session, inputOf(created)
	if created.Repeated { // it does not say what the first creation fired
		var err error
		if input, err = o.input(ctx, s); err != nil {
			return err
		}
	}
	_, err := o.Temporal.ExecuteWorkflow(ctx, o.sessionOptions(s), workflows.NameSession, input)
	return unlessStarted(err)
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
		// A completed run stays the only one, however late a signal comes. One that an operator terminated, or that
		// failed, may be followed by another: the row knows where to go on.
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

// SubmissionReceived tells the run of a submission to judge.
func (o *Orchestrator) SubmissionReceived(ctx context.Context, s models.Session, submissionID string) error {
	return o.signal(ctx, s, workflows.SignalMethodResult, workflows.SubmissionSignal{SubmissionID: submissionID})
}

// SessionChanged tells the run to look at its row again. ErrCompleted says that the run needs no telling.
func (o *Orchestrator) SessionChanged(ctx context.Context, s models.Session) error {
	return o.signal(ctx, s, workflows.SignalChanged, nil)
}

// signal starts the run as well where it is not there: its start was lost, or it was terminated.
func (o *Orchestrator) signal(ctx context.Context, s models.Session, name string, message any) error {
	err := o.Temporal.SignalWorkflow(ctx, s.ID, "", name, message)
	var absent *serviceerror.NotFound
	if !errors.As(err, &absent) {
		return err
	}
	input, err := o.input(ctx, s)
	if err != nil {
		return err
	}
	_, err = o.Temporal.SignalWithStartWorkflow(ctx, s.ID, name, message, o.sessionOptions(s), workflows.NameSession, input)
	var completed *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &completed) {
		return ErrCompleted
	}
	return err
}

// DispatchEvent makes the first attempts of an event that no session run carries, once.
func (o *Orchestrator) DispatchEvent(ctx context.Context, org, event string) error {
	return o.startOnce(ctx, event, workflows.NameDispatchEvent, models.EventRef{OrgID: org, EventID: event})
}

// RecoverEndpoint carries a recovery to its end, once.
func (o *Orchestrator) RecoverEndpoint(ctx context.Context, r models.Recovery) error {
	return o.startOnce(ctx, r.ID, workflows.NameRecovery, r.Ref())
}

// startOnce starts a run of QueueWebhooks, unless there is one under this id or has been.
func (o *Orchestrator) startOnce(ctx context.Context, id, name string, input any) error {
	_, err := o.Temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: id, TaskQueue: workflows.QueueWebhooks,
		WorkflowIDReusePolicy:                    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
	}, name, input)
	return unlessStarted(err)
}

// unlessStarted is err, unless that says that the run is there already.
func unlessStarted(err error) error {
	var started *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &started) {
		return nil
	}
	return err
}

// RetryDelivery has an attempt made now, by the run that owns the delivery or by a new one.
func (o *Orchestrator) RetryDelivery(ctx context.Context, d models.Delivery) error {
	return o.retry(ctx, workflows.RetrySignal{DeliveryRef: d.Ref()})
}

// ScheduleDelivery has an attempt made when it is due, by the run that owns the delivery or by a new one.
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
