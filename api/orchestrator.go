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
	DispatchEvent(ctx context.Context, org, event string) error
	RetryDelivery(ctx context.Context, d models.Delivery) error
	RecoverEndpoint(ctx context.Context, r models.Recovery) error
}

// tell has Temporal hear of something that was committed, for as long as a client may be kept waiting for that. It
// reports whether Temporal did.
func (a *API) tell(c *call, what, id string, ask func(ctx context.Context) error) bool {
	ctx, cancel := context.WithTimeout(c.ctx, a.config.StartTimeout)
	defer cancel()
	err := ask(ctx)
	if err != nil {
		a.log.Warn("api: Temporal was not reached, so a workflow was not told; the sweep will tell it",
			"what", what, "of", id, "request_id", requestID(c.gin), "error", err.Error())
	}
	return err == nil
}

// start starts the workflow of a session, unless it is known to run.
func (a *API) start(c *call, created store.Changed) {
	s := created.Session
	if s.NudgeAt == nil {
		return
	}
	started := a.tell(c, "start", s.ID, func(ctx context.Context) error { return a.orchestrator.StartSession(ctx, created) })
	if started {
		a.store.Across().NoteStarted(s)
	}
}

// submitted tells the run of a submission. The run's activity notes on the row that it knows.
func (a *API) submitted(c *call, s models.Session, submissionID string) {
	a.tell(c, "submission", s.ID, func(ctx context.Context) error {
		return a.orchestrator.SubmissionReceived(ctx, s, submissionID)
	})
}

// changed tells the run to look at its row. The run's activity notes on the row that it knows.
func (a *API) changed(c *call, s models.Session) {
	a.tell(c, "change", s.ID, func(ctx context.Context) error { return a.orchestrator.SessionChanged(ctx, s) })
}

// redeliver has an attempt made now. What is lost here, the sweep finds overdue.
func (a *API) redeliver(c *call, d models.Delivery) {
	a.tell(c, "delivery", d.ID, func(ctx context.Context) error { return a.orchestrator.RetryDelivery(ctx, d) })
}
