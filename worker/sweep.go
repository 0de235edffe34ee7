package worker

import (
	"context"
	"errors"
	"time"

	"github.com/stile-id/stile/internal/orchestrator"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

const (
	sweepBatch = 100
	// forgetEvery is how many sweeps pass between two clean-ups.
	forgetEvery = 100
	// measureEvery is how many sweeps pass between two looks at all that is owed.
	measureEvery = 5
	// eraseEvery is how many sweeps pass between two looks for contacts that have been kept for their days.
	eraseEvery = 5
	// Sessions end by the thousand and their contacts are due as many at a time: they are erased by the batch, up to
	// so many batches in a row.
	eraseBatch, eraseBatches = 500, 10
	// uploadBatch is smaller: an upload takes megabytes, and a transaction two seconds at the most.
	uploadBatch = 20
)

// sweep repeats what a crash or an outage lost: starts, signals, expiries, deliveries. Any number of replicas may do it
// at once. What it finds is rare, so it works through it one by one.
func (w *Worker) sweep(ctx context.Context) {
	ticker := time.NewTicker(w.options.SweepInterval)
	defer ticker.Stop()
	for round := 1; ; round++ {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		w.attempt(ctx, "nudge sessions", w.nudgeSessions)
		w.attempt(ctx, "end overdue sessions", w.endOverdueSessions)
		w.attempt(ctx, "recover deliveries", w.recoverDeliveries)
		w.attempt(ctx, "resume recoveries", w.resumeRecoveries)
		if round%measureEvery == 1 {
			w.attempt(ctx, "measure the backlog", w.measureBacklog)
		}
		if round%eraseEvery == 1 {
			w.attempt(ctx, "settle retention", w.settleRetention)
			w.attempt(ctx, "erase contacts", w.eraseContacts)
			w.attempt(ctx, "erase uploads and challenges", w.eraseMaterial)
			w.attempt(ctx, "settle recoveries", w.settleRecoveries)
		}
		if round%forgetEvery == 0 {
			w.attempt(ctx, "forget", w.options.Store.Across().Forget)
		}
	}
}

func (w *Worker) attempt(ctx context.Context, what string, do func(context.Context) error) {
	if err := do(ctx); err != nil && ctx.Err() == nil {
		w.options.Log.Warn("sweep: a step ended early; the next sweep goes on with it", "step", what,
			"database_unavailable", errors.Is(err, store.ErrUnavailable), "error", err.Error())
	}
}

// nudgeSessions tells runs of changes that they have not heard of.
func (w *Worker) nudgeSessions(ctx context.Context) error {
	store := w.options.Store
	due, err := store.Across().SessionsToNudge(ctx, store.Now().Add(-w.options.SweepAfter), sweepBatch)
	if err != nil {
		return err
	}
	for _, session := range due {
		err := w.options.Orchestrator.SessionChanged(ctx, session)
		if errors.Is(err, orchestrator.ErrCompleted) {
			err = w.carryOn(ctx, session)
		}
		if err != nil {
			return err
		}
		w.options.Metrics.repeated("nudge")
	}
	return nil
}

// carryOn does what is left for a session whose run has completed.
func (w *Worker) carryOn(ctx context.Context, session models.Session) error {
	store := w.options.Store
	owed, err := store.FirstAttempts(ctx, session.OrgID, session.ID)
	if err != nil {
		return err
	}
	for _, delivery := range owed {
		if err := w.options.Orchestrator.DispatchEvent(ctx, delivery.OrgID, delivery.EventID); err != nil {
			return err
		}
	}
	current, err := store.Session(ctx, session.OrgID, session.ID)
	if err != nil {
		return err
	}
	return store.WorkflowStarted(ctx, current)
}

// endOverdueSessions expires sessions that no run has expired. The row decides, so a run that is merely late loses
// nothing: it finds the row expired and sends what is owed.
func (w *Worker) endOverdueSessions(ctx context.Context) error {
	rows := w.options.Store
	overdue, err := rows.Across().OverdueSessions(ctx, rows.Now().Add(-w.options.overdueAfter()), sweepBatch)
	if err != nil {
		return err
	}
	for _, session := range overdue {
		_, err := rows.Expire(ctx, session.OrgID, session.ID, rows.Now())
		if err != nil && !isSettled(err) {
			return err
		}
		w.options.Metrics.repeated("expiry")
	}
	return nil
}

// isSettled reports whether a session needs no expiry any more: it has ended, or its deadline moved.
func isSettled(err error) bool {
	return models.CodeOf(err) == models.CodeSessionTerminal || errors.Is(err, store.ErrRefused)
}

// recoverDeliveries has attempts made that should have been made long ago.
func (w *Worker) recoverDeliveries(ctx context.Context) error {
	store := w.options.Store
	overdue, err := store.Across().OverdueDeliveries(ctx, store.Now().Add(-w.options.overdueAfter()), sweepBatch)
	if err != nil {
		return err
	}
	for _, delivery := range overdue {
		if err := w.options.Orchestrator.RetryDelivery(ctx, delivery); err != nil {
			return err
		}
		w.options.Metrics.repeated("delivery")
	}
	return nil
}

// resumeRecoveries starts recoveries whose start was lost, or whose run is gone.
func (w *Worker) resumeRecoveries(ctx context.Context) error {
	store := w.options.Store
	stalled, err := store.Across().StalledRecoveries(ctx, store.Now().Add(-w.options.overdueAfter()), sweepBatch)
	if err != nil {
		return err
	}
	for _, recovery := range stalled {
		if err := w.options.Orchestrator.RecoverEndpoint(ctx, recovery); err != nil {
			return err
		}
		w.options.Metrics.repeated("recovery")
	}
	return nil
}

func (w *Worker) measureBacklog(ctx context.Context) error {
	store := w.options.Store
	backlog, err := store.Across().Backlog(ctx)
	if err == nil {
		w.options.Metrics.owed(backlog, store.Now().Time)
	}
	return err
}

// settleRetention finds out what is due of sessions that the version before has ended.
func (w *Worker) settleRetention(ctx context.Context) error {
	return inBatches(eraseBatch, w.options.Store.Across().SettleRetention)(ctx)
}

// eraseMaterial deletes uploads and challenges whose time is over.
func (w *Worker) eraseMaterial(ctx context.Context) error {
	return inBatches(uploadBatch, w.options.Store.Across().EraseMaterial)(ctx)
}

// settleRecoveries stores what came of recoveries that are over.
func (w *Worker) settleRecoveries(ctx context.Context) error {
	_, err := w.options.Store.Across().SettleRecoveries(ctx, sweepBatch)
	return err
}

// eraseContacts erases what has been kept for its days, and measures what that leaves.
func (w *Worker) eraseContacts(ctx context.Context) error {
	store := w.options.Store
	err := inBatches(eraseBatch, func(ctx context.Context, limit int) (int, error) {
		erased, err := store.Across().EraseDue(ctx, limit)
		w.options.Metrics.erased(erased)
		return erased, err
	})(ctx)
	next, nextErr := store.Across().NextErasure(ctx)
	if nextErr == nil {
		w.options.Metrics.due(next, store.Now().Time)
	}
	return errors.Join(err, nextErr)
}

// inBatches repeats until a batch is not full. What is left after many of them waits for the next time, lest other
// steps of the sweep wait for it.
func inBatches(size int, do func(ctx context.Context, limit int) (int, error)) func(context.Context) error {
	return func(ctx context.Context) error {
		for range eraseBatches {
			if done, err := do(ctx, size); err != nil || done < size {
				return err
			}
		}
		return nil
	}
}

// overdueAfter leaves an attempt under way its time, and an activity that a crash lost its retry.
func (o Options) overdueAfter() time.Duration { return 2*o.WebhookTimeout + 4*o.SweepAfter }
