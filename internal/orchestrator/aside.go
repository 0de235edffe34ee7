package orchestrator

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/stile-id/stile/models"
)

// Aside is an Orchestrator for requests of clients, which need not wait for the answers of runs: a run answers once it
// has done its work, such as the judging of a submission. If the process ends before Temporal has the update, the sweep
// repeats it. It is safe for concurrent use.
type Aside struct {
	*Orchestrator
	log      *slog.Logger
	room     chan struct{}
	underWay sync.WaitGroup
	// ctx ends the calls under way.
	ctx  context.Context
	stop context.CancelFunc
}

// NewAside returns an Aside that tells as many runs at once as most says, without a waiting caller. It logs failures.
func NewAside(ctx context.Context, o *Orchestrator, most int, log *slog.Logger) *Aside {
	a := &Aside{Orchestrator: o, log: log, room: make(chan struct{}, most)}
	a.ctx, a.stop = context.WithCancel(context.WithoutCancel(ctx))
	return a
}

// Close waits for the calls under way, at most that long, and ends the rest. No call may begin afterwards.
func (a *Aside) Close(patience time.Duration) {
	defer a.stop()
	done := make(chan struct{})
	go func() {
		a.underWay.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(patience):
	}
}

// SubmissionReceived tells the run that a submission is ready to be judged. It waits for the run only if the room for
// calls without a waiting caller is full; the error is then that of the call.
func (a *Aside) SubmissionReceived(ctx context.Context, s models.Session, submissionID string) error {
	return a.aside(ctx, s, func(ctx context.Context) error {
		return a.Orchestrator.SubmissionReceived(ctx, s, submissionID)
	})
}

// SessionChanged has the run read its row again. It waits and fails as SubmissionReceived does.
func (a *Aside) SessionChanged(ctx context.Context, s models.Session) error {
	return a.aside(ctx, s, func(ctx context.Context) error { return a.Orchestrator.SessionChanged(ctx, s) })
}

func (a *Aside) aside(ctx context.Context, s models.Session, tell func(context.Context) error) error {
	select {
	case a.room <- struct{}{}:
	default:
		return tell(ctx)
	}
	a.underWay.Go(func() {
		defer func() { <-a.room }()
		ctx, cancel := context.WithCancel(context.WithoutCancel(ctx)) // the trace goes on
		defer cancel()
		defer context.AfterFunc(a.ctx, cancel)()
		if err := tell(ctx); err != nil {
			a.log.WarnContext(ctx, "orchestrator: a run has not answered; the sweep will tell it",
				"session", s.ID, "error", err.Error())
		}
	})
	return nil
}
