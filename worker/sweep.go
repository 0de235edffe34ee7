package worker

import (
	"cmp"
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

const (
	// sweepBatch is the number of lost rows that are claimed together. After an outage thousands are lost: a sweep
	// repeats up to lostBatches batches, lostAtOnce rows at a time.
	sweepBatch, lostBatches, lostAtOnce = 100, 20, 16
	// eraseEvery is the number of sweeps between two searches for contacts at the end of their retention.
	eraseEvery = 5
	// Thousands of sessions may end together, so thousands of contacts are due together. A sweep erases up to
	// eraseBatches batches of eraseBatch.
	eraseBatch, eraseBatches = 500, 10
	// closeBatch deliveries are closed in a transaction, and eraseBatches times as many in a sweep.
	closeBatch = 1000
	// expiredBatch keeps up with 2,000 requests with an Idempotency-Key a second, with a sweep every two seconds.
	expiredBatch = 2000
	// uploadBatch is smaller: an upload takes megabytes, and a transaction two seconds at the most.
	uploadBatch = 20
)

// sweep repeats work that a crash or an outage lost: expiries, deliveries, recoveries, mails and revocations. Any
// number of replicas may sweep at once. Lost starts and updates are repeated beside it, by nudges.
func (w *Worker) sweep(ctx context.Context) {
	ticker := time.NewTicker(w.options.SweepInterval)
	defer ticker.Stop()
	for round := 1; ; round++ {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		w.attempt(ctx, "end overdue sessions", w.endOverdueSessions)
		w.attempt(ctx, "close deliveries", w.closeDeliveries)
		w.attempt(ctx, "recover deliveries", w.recoverDeliveries)
		w.attempt(ctx, "resume recoveries", w.resumeRecoveries)
		w.attempt(ctx, "repeat mails", w.repeatMails)
		w.attempt(ctx, "repeat revocations", w.repeatRevocations)
		if round%eraseEvery == 1 {
			w.attempt(ctx, "settle retention", w.settleRetention)
			w.attempt(ctx, "erase contacts", w.eraseContacts)
			w.attempt(ctx, "erase uploads and challenges", w.eraseMaterial)
			w.attempt(ctx, "delete expired credentials", w.deleteExpiredCredentials)
			w.attempt(ctx, "delete expired risk assessments", w.deleteExpiredRisk)
			w.attempt(ctx, "settle recoveries", w.settleRecoveries)
			w.attempt(ctx, "give up mails", w.giveUpMails)
			w.attempt(ctx, "remind guardians", w.remindGuardians)
			w.attempt(ctx, "delete expired keys", w.deleteExpired)
			w.attempt(ctx, "delete old events", w.deleteEvents)
			w.attempt(ctx, "delete old histories", w.deleteHistories)
			w.attempt(ctx, "delete old audit entries", w.deleteAudit)
			w.attempt(ctx, "delete old recoveries", w.deleteRecoveries)
			w.options.Metrics.deletedOld(w.options.Store.TakeDeleted())
		}
	}
}

func (w *Worker) attempt(ctx context.Context, step string, do func(context.Context) error) {
	if err := do(ctx); err != nil && ctx.Err() == nil {
		w.options.Log.Warn("sweep: step failed; the next sweep will repeat it", "step", step,
			"database_unavailable", errors.Is(err, store.ErrUnavailable), "error", err.Error())
	}
}

// repeat calls do for each lost row that next finds, lostAtOnce at a time, until a batch is not full, at most
// lostBatches times. It claims the next batch while the last rows of the one before are under way. After an error no
// further row begins; next finds the rest again in a later sweep.
func repeat[T any](
	ctx context.Context, next func(ctx context.Context, limit int) ([]T, error), do func(ctx context.Context, row T) error,
) error {
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(lostAtOnce)
	err := batches(within, lostBatches, sweepBatch, func(ctx context.Context, limit int) (int, error) {
		rows, err := next(ctx, limit)
		if err != nil {
			return 0, err
		}
		for _, row := range rows {
			if ctx.Err() != nil {
				return 0, ctx.Err() // the group has the cause
			}
			group.Go(func() error { return do(ctx, row) })
		}
		return len(rows), nil
	})
	return cmp.Or(group.Wait(), err)
}

// before returns the time that a row must have waited since.
func (w *Worker) before(wait time.Duration) time.Time { return w.options.Store.Now().Add(-wait) }

// counted counts a repetition of the kind that succeeded, and returns err.
func (w *Worker) counted(kind string, err error) error {
	if err == nil {
		w.options.Metrics.repeated(kind)
	}
	return err
}

// endOverdueSessions expires sessions that their runs did not expire in time. The row decides: a late run finds the row
// expired and sends its events.
func (w *Worker) endOverdueSessions(ctx context.Context) error {
	rows := w.options.Store
	return repeat(ctx, func(ctx context.Context, limit int) ([]models.Session, error) {
		return rows.Across().OverdueSessions(ctx, w.before(w.options.OverdueAfter), limit)
	}, func(ctx context.Context, session models.Session) error {
		_, err := rows.Expire(ctx, session.OrgID, session.ID, rows.Now())
		if isSettled(err) {
			err = nil
		}
		return w.counted(repeatExpiry, err)
	})
}

// isSettled reports whether err means that a session no longer needs to expire: it has ended, or its deadline has
// moved.
func isSettled(err error) bool {
	return models.CodeOf(err) == models.CodeSessionTerminal || errors.Is(err, store.ErrRefused)
}

// closeDeliveries closes the deliveries that requests left to be closed, because they were too many.
func (w *Worker) closeDeliveries(ctx context.Context) error {
	return inBatches(closeBatch, w.options.Store.Across().CloseDeliveries)(ctx)
}

// recoverDeliveries starts runs for attempts that are long overdue.
func (w *Worker) recoverDeliveries(ctx context.Context) error {
	return repeat(ctx, func(ctx context.Context, limit int) ([]models.Delivery, error) {
		return w.options.Store.Across().OverdueDeliveries(ctx, w.before(w.options.OverdueAfter), limit)
	}, func(ctx context.Context, delivery models.Delivery) error {
		return w.counted(repeatDelivery, w.options.Orchestrator.RetryDelivery(ctx, delivery))
	})
}

// resumeRecoveries starts the recoveries that have no run, because the start was lost or the run was deleted.
func (w *Worker) resumeRecoveries(ctx context.Context) error {
	return repeat(ctx, func(ctx context.Context, limit int) ([]models.Recovery, error) {
		return w.options.Store.Across().StalledRecoveries(ctx, w.before(w.options.OverdueAfter), limit)
	}, func(ctx context.Context, recovery models.Recovery) error {
		return w.counted(repeatRecovery, w.options.Orchestrator.RecoverEndpoint(ctx, recovery))
	})
}

// repeatMails starts the runs of mails that have none, because the start was lost or the run is gone.
func (w *Worker) repeatMails(ctx context.Context) error {
	return repeat(ctx, func(ctx context.Context, limit int) ([]models.Mail, error) {
		return w.options.Store.Across().LostMails(ctx, w.before(w.options.SweepAfter), limit)
	}, func(ctx context.Context, mail models.Mail) error {
		return w.counted(repeatMail, w.options.Orchestrator.SendMail(ctx, mail.Ref()))
	})
}

// repeatRevocations starts the runs of ended consents that have none, because the start was lost or the run is gone.
func (w *Worker) repeatRevocations(ctx context.Context) error {
	return repeat(ctx, func(ctx context.Context, limit int) ([]models.TrustConsent, error) {
		return w.options.Store.Across().LostConsents(ctx, w.before(w.options.SweepAfter), limit)
	}, func(ctx context.Context, consent models.TrustConsent) error {
		return w.counted(repeatRevocation, w.options.Orchestrator.RevokeGrants(ctx, consent.Ref()))
	})
}

// remindGuardians queues the due reminders, and starts their runs. A lost start is repeated as that of any mail.
func (w *Worker) remindGuardians(ctx context.Context) error {
	return inBatches(eraseBatch, func(ctx context.Context, limit int) (int, error) {
		mails, err := w.options.Store.Across().RemindGuardians(ctx, limit)
		for _, mail := range mails {
			err = errors.Join(err, w.options.Orchestrator.SendMail(ctx, mail.Ref()))
		}
		return len(mails), err
	})(ctx)
}

// giveUpMails erases mails that no worker has sent in time, and deletes old rows.
func (w *Worker) giveUpMails(ctx context.Context) error {
	store := w.options.Store
	return errors.Join(
		inBatches(eraseBatch, func(ctx context.Context, limit int) (int, error) {
			given, err := store.Across().GiveUpMails(ctx, limit)
			w.options.Metrics.gaveUp(given)
			return len(given), err
		})(ctx),
		inBatches(eraseBatch, store.Across().DeleteMails)(ctx))
}

// settleRetention sets the erasure time of sessions that ended under the previous version of Stile.
func (w *Worker) settleRetention(ctx context.Context) error {
	return inBatches(eraseBatch, w.options.Store.Across().SettleRetention)(ctx)
}

// eraseMaterial deletes expired uploads and challenges.
func (w *Worker) eraseMaterial(ctx context.Context) error {
	return inBatches(uploadBatch, w.options.Store.Across().EraseMaterial)(ctx)
}

// deleteExpiredCredentials deletes expired credentials, and the persons without any other.
func (w *Worker) deleteExpiredCredentials(ctx context.Context) error {
	return inBatches(eraseBatch, w.options.Store.Across().DeleteExpiredCredentials)(ctx)
}

// deleteExpired deletes expired idempotency keys and rate windows.
func (w *Worker) deleteExpired(ctx context.Context) error {
	return inBatches(expiredBatch, w.options.Store.Across().DeleteExpired)(ctx)
}

// deleteEvents deletes old events with their deliveries.
func (w *Worker) deleteEvents(ctx context.Context) error {
	return aged(ctx, w.options.EventRetention, w.options.Store.Across().DeleteEvents)
}

// deleteHistories deletes the histories of sessions that ended long ago.
func (w *Worker) deleteHistories(ctx context.Context) error {
	return aged(ctx, w.options.HistoryRetention, w.options.Store.Across().DeleteHistories)
}

// deleteAudit deletes old entries of the audit logs.
func (w *Worker) deleteAudit(ctx context.Context) error {
	return aged(ctx, w.options.AuditRetention, w.options.Store.Across().DeleteAudit)
}

// deleteRecoveries deletes old recoveries.
func (w *Worker) deleteRecoveries(ctx context.Context) error {
	return aged(ctx, w.options.EventRetention, w.options.Store.Across().DeleteRecoveries)
}

// aged calls do for rows older than the window, in batches; a window of 0 keeps them for good.
func aged(
	ctx context.Context, window time.Duration, do func(ctx context.Context, window time.Duration, limit int) (int, error),
) error {
	if window == 0 {
		return nil
	}
	return inBatches(eraseBatch, func(ctx context.Context, limit int) (int, error) { return do(ctx, window, limit) })(ctx)
}

// deleteExpiredRisk deletes assessments after their retention, and the counts of identifiers of days that are over.
func (w *Worker) deleteExpiredRisk(ctx context.Context) error {
	return inBatches(eraseBatch, w.options.Store.Across().DeleteExpiredRisk)(ctx)
}

// settleRecoveries stores the tally of recoveries that are over.
func (w *Worker) settleRecoveries(ctx context.Context) error {
	_, err := w.options.Store.Across().SettleRecoveries(ctx, sweepBatch)
	return err
}

// eraseContacts erases contacts at the end of their retention.
func (w *Worker) eraseContacts(ctx context.Context) error {
	return inBatches(eraseBatch, func(ctx context.Context, limit int) (int, error) {
		erased, err := w.options.Store.Across().EraseDue(ctx, limit)
		w.options.Metrics.erased(erased)
		return erased, err
	})(ctx)
}

// inBatches returns a function that calls do until a batch is not full, at most eraseBatches times. The rest waits for
// a later sweep, so that the other steps do not wait for it.
func inBatches(size int, do func(ctx context.Context, limit int) (int, error)) func(context.Context) error {
	return func(ctx context.Context) error { return batches(ctx, eraseBatches, size, do) }
}

// batches calls do until a batch is not full, at most as many times as most says.
func batches(ctx context.Context, most, size int, do func(ctx context.Context, limit int) (int, error)) error {
	for range most {
		if done, err := do(ctx, size); err != nil || done < size {
			return err
		}
	}
	return nil
}
