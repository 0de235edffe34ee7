package sessions

import (
	"context"
	"log/slog"
	"time"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// Orchestrator starts and signals Temporal workflows. A call that fails loses nothing: the row has the decision, and
// the worker's sweep repeats the call.
type Orchestrator interface {
	StartSession(ctx context.Context, created store.Changed) error
	SubmissionReceived(ctx context.Context, s models.Session, submissionID string) error
	SessionChanged(ctx context.Context, s models.Session) error
	DispatchEvent(ctx context.Context, org, event string) error
	RetryDelivery(ctx context.Context, d models.Delivery) error
	RecoverEndpoint(ctx context.Context, r models.Recovery) error
	SendMail(ctx context.Context, mail models.MailRef) error
	RevokeGrants(ctx context.Context, consent models.ConsentRef) error
}

// Orders tells Temporal of committed changes on behalf of a waiting client. No call takes longer than Timeout, and a
// call that fails is logged. It is safe for concurrent use.
type Orders struct {
	Orchestrator Orchestrator
	// Timeout is how long a client may be kept waiting for Temporal.
	Timeout time.Duration
	Log     *slog.Logger
}

// tell calls ask within the timeout, and reports whether it succeeded. What and id name the change in the log.
func (o *Orders) tell(ctx context.Context, what, id string, ask func(ctx context.Context) error) bool {
	limited, cancel := context.WithTimeout(ctx, o.Timeout)
	defer cancel()
	if err := ask(limited); err != nil {
		o.Log.WarnContext(ctx, "sessions: Temporal was not reached, so a workflow was not told; the sweep will tell it",
			"what", what, "of", id, "error", err.Error())
		return false
	}
	return true
}

// start starts the workflow of a session, unless it is known to run.
func (s *Service) start(ctx context.Context, created store.Changed) {
	session := created.Session
	if session.NudgeAt == nil {
		return
	}
	started := s.orders.tell(ctx, "start", session.ID, func(ctx context.Context) error {
		return s.orders.Orchestrator.StartSession(ctx, created)
	})
	if started {
		s.store.Across().NoteTold(session)
	}
}

// submitted tells the run of a submission. The Orchestrator notes on the row that the run knows.
func (o *Orders) submitted(ctx context.Context, s models.Session, submissionID string) {
	o.tell(ctx, "submission", s.ID, func(ctx context.Context) error {
		return o.Orchestrator.SubmissionReceived(ctx, s, submissionID)
	})
}

// changed tells the run to look at its row. The Orchestrator notes on the row that the run knows.
func (o *Orders) changed(ctx context.Context, s models.Session) {
	o.tell(ctx, "change", s.ID, func(ctx context.Context) error { return o.Orchestrator.SessionChanged(ctx, s) })
}

// dispatch starts a run that delivers an event which no session run carries.
func (o *Orders) dispatch(ctx context.Context, org, event string) {
	o.tell(ctx, "event", event, func(ctx context.Context) error { return o.Orchestrator.DispatchEvent(ctx, org, event) })
}

// mail starts the run that sends a mail. The sweep starts it if Temporal is not reached.
func (o *Orders) mail(ctx context.Context, m models.Mail) {
	o.tell(ctx, "mail", m.ID, func(ctx context.Context) error { return o.Orchestrator.SendMail(ctx, m.Ref()) })
}

// revoke starts the runs that revoke the grants of ended consents.
func (o *Orders) revoke(ctx context.Context, ended []models.TrustConsent) {
	for _, consent := range ended {
		o.tell(ctx, "consent", consent.ID, func(ctx context.Context) error {
			return o.Orchestrator.RevokeGrants(ctx, consent.Ref())
		})
	}
}

// aftermath starts the runs that a committed revocation needs.
func (o *Orders) aftermath(ctx context.Context, a store.Aftermath) {
	o.revoke(ctx, a.Ended)
	for _, event := range a.Events {
		o.dispatch(ctx, event.OrgID, event.EventID)
	}
}

// Redeliver has a delivery attempt made now. The sweep finds the attempt overdue if Temporal is not reached.
func (o *Orders) Redeliver(ctx context.Context, d models.Delivery) {
	o.tell(ctx, "delivery", d.ID, func(ctx context.Context) error { return o.Orchestrator.RetryDelivery(ctx, d) })
}

// Recover starts the run of a recovery of a webhook endpoint.
func (o *Orders) Recover(ctx context.Context, r models.Recovery) {
	o.tell(ctx, "recovery", r.ID, func(ctx context.Context) error { return o.Orchestrator.RecoverEndpoint(ctx, r) })
}
