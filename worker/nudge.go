package worker

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stile-id/stile/internal/orchestrator"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

const (
	// nudgeAtOnce is the number of runs that a worker tells at once. A run that is stuck takes one of these places for
	// ten seconds, and its nudge is then put off.
	nudgeAtOnce = 64
	// nudgeBatch sessions are claimed together, while those of the batch before are being told.
	nudgeBatch = 64
)

// nudges tells the runs of sessions that have changed without having told them, beside the other steps of the sweep.
type nudges struct {
	w    *Worker
	room chan struct{}
	// underWay are the calls to Temporal.
	underWay sync.WaitGroup
	// silent is the number of runs that have not answered since the last search.
	silent atomic.Int64
	// fault is the last error of a call since the last search, other than that of a silent run.
	fault atomic.Pointer[error]
}

func newNudges(w *Worker) *nudges {
	return &nudges{w: w, room: make(chan struct{}, nudgeAtOnce)}
}

// run searches until the context ends, and waits for the calls under way.
func (n *nudges) run(ctx context.Context) {
	defer n.underWay.Wait()
	ticker := time.NewTicker(n.w.options.SweepInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		n.w.attempt(ctx, "nudge sessions", n.search)
	}
}

// search begins to tell the runs of all sessions that owe it, and does not wait for the last of them. It returns the
// faults of the calls that have ended since the last search. After a fault it begins no further call.
func (n *nudges) search(ctx context.Context) error {
	if silent := n.silent.Swap(0); silent > 0 {
		n.w.options.Log.Warn("sweep: runs have not answered; the sweep tells them less and less often", "runs", silent)
	}
	n.fault.Store(nil)
	for {
		sessions, err := n.claim(ctx)
		if err != nil {
			return err
		}
		for _, session := range sessions {
			if err := n.begin(ctx, session); err != nil {
				return err
			}
		}
		if len(sessions) < nudgeBatch {
			return nil
		}
	}
}

// claim waits for room, so that sessions are not claimed long before they are told.
func (n *nudges) claim(ctx context.Context) ([]models.Session, error) {
	select {
	case n.room <- struct{}{}:
		<-n.room
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	w := n.w
	until := models.At(w.options.Store.Now().Add(store.NudgeLease))
	return w.options.Store.Across().SessionsToNudge(ctx, w.before(w.options.SweepAfter), until, nudgeBatch)
}

// begin tells a run aside as soon as there is room. It returns the fault of an earlier call.
func (n *nudges) begin(ctx context.Context, session models.Session) error {
	select {
	case n.room <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	n.underWay.Go(func() {
		defer func() { <-n.room }()
		n.tell(ctx, session)
	})
	if fault := n.fault.Load(); fault != nil {
		return *fault
	}
	return nil
}

func (n *nudges) tell(ctx context.Context, session models.Session) {
	err := n.w.nudge(ctx, session)
	if orchestrator.Unanswered(err) && ctx.Err() == nil {
		n.silent.Add(1)
		err = n.putOff(ctx, session)
	}
	if err != nil {
		err = fmt.Errorf("session %s: %w", session.ID, err)
		n.fault.Store(&err)
	}
}

// putOff has a run that is stuck told less often, so that it does not keep the others waiting. If Temporal does not
// answer either, as in an outage, the run is told again soon.
func (n *nudges) putOff(ctx context.Context, session models.Session) error {
	if !n.w.options.Orchestrator.Stuck(ctx, session) {
		return nil
	}
	return n.w.options.Store.Across().PutOffNudge(ctx, session)
}

func (w *Worker) nudge(ctx context.Context, session models.Session) error {
	err := w.options.Orchestrator.Nudge(ctx, session)
	if errors.Is(err, orchestrator.ErrCompleted) {
		err = w.carryOn(ctx, session)
	}
	if w.options.Store.Rechecked(session) {
		return err
	}
	return w.counted(repeatNudge, err)
}

// carryOn sends the remaining events of a session with a completed run.
func (w *Worker) carryOn(ctx context.Context, session models.Session) error {
	owed, err := w.options.Store.FirstAttempts(ctx, session.OrgID, session.ID)
	if err != nil {
		return err
	}
	for _, delivery := range owed {
		if err := w.options.Orchestrator.DispatchEvent(ctx, delivery.OrgID, delivery.EventID); err != nil {
			return err
		}
	}
	w.options.Store.Across().NoteTold(session)
	return nil
}
