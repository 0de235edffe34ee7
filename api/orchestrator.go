package api

import (
	"context"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// Orchestrator is what the API asks of Temporal. None of it decides anything: the row has, and a sweep repeats what
// fails here.
type Orchestrator interface {
	StartSession(ctx context.Context, created store.Changed) error
	SubmissionReceived(ctx context.Context, s models.Session, submissionID string) error
	SessionChanged(ctx context.Context, s models.Session) error
	RetryDelivery(ctx context.Context, d models.Delivery) error
}

// tell has Temporal hear of a committed change, for as long as a client may be kept waiting for that. It reports
// whether Temporal did.
func (a *API) tell(c *call, s models.Session, what string, ask func(ctx context.Context) error) bool {
	ctx, cancel := context.WithTimeout(c.ctx, a.config.StartTimeout)
	defer cancel()
	err := ask(ctx)
	if err != nil {
		a.log.Warn("the session workflow was not told; the sweep will",
			"what", what, "session", s.ID, "request_id", requestID(c.gin), "error", err.Error())
	}
	return err == nil
}

// start starts the workflow of a session, unless it is known to run.
func (a *API) start(c *call, created store.Changed) {
	s := created.Session
	if s.NudgeAt == nil {
		return
	}
	started := a.tell(c, s, "start", func(ctx context.Context) error { return a.orchestrator.StartSession(ctx, created) })
	if started {
		a.store.Across().NoteStarted(s)
	}
}

// submitted tells the run of a submission. The run's activity notes on the row that it knows.
func (a *API) submitted(c *call, s models.Session, submissionID string) {
	a.tell(c, s, "submission", func(ctx context.Context) error {
		return a.orchestrator.SubmissionReceived(ctx, s, submissionID)
	})
}

// changed tells the run to look at its row. The run's activity notes on the row that it knows.
func (a *API) changed(c *call, s models.Session) {
	a.tell(c, s, "change", func(ctx context.Context) error { return a.orchestrator.SessionChanged(ctx, s) })
}

// redeliver has an attempt made now. What is lost here, the sweep finds overdue.
func (a *API) redeliver(c *call, d models.Delivery) {
	ctx, cancel := context.WithTimeout(c.ctx, a.config.StartTimeout)
	defer cancel()
	if err := a.orchestrator.RetryDelivery(ctx, d); err != nil {
		a.log.Warn("the delivery workflow was not told; the sweep will",
			"delivery", d.ID, "request_id", requestID(c.gin), "error", err.Error())
	}
}
