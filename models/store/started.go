package store

import (
	"context"
	"log/slog"
	"time"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
)

const (
	// noteStartsEvery is the time for which a start may stay unwritten. It is shorter than the wait of any sweep.
	noteStartsEvery = 250 * time.Millisecond
	// mostNotedStarts bounds the unwritten starts. The sweep repeats a start that is dropped.
	mostNotedStarts = 1000
)

// startNotes records started workflows, many in one statement, so that no request waits for the write.
type startNotes struct {
	db    *gorm.DB
	bound func(context.Context) (context.Context, context.CancelFunc)
	log   *slog.Logger
	noted chan noted
	stop  context.CancelFunc
	ended chan struct{}
}

// noted is the revision of a session that its workflow has got.
type noted struct {
	session  string
	revision int64
}

func newStartNotes(
	ctx context.Context, db *gorm.DB, bound func(context.Context) (context.Context, context.CancelFunc), log *slog.Logger,
) *startNotes {
	n := &startNotes{
		db: db, bound: bound, log: log, noted: make(chan noted, mostNotedStarts), ended: make(chan struct{}),
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	n.stop = stop
	go n.run(ctx)
	return n
}

// NoteStarted records that the workflow has got the session as it was created. It does not wait for the write. If the
// write is lost, the sweep signals the workflow again, which changes nothing.
func (a Across) NoteStarted(session models.Session) {
	select {
	case a.s.started.noted <- noted{session.ID, session.Revision}:
	default:
	}
}

func (n *startNotes) run(ctx context.Context) {
	defer close(n.ended)
	for ctx.Err() == nil {
		select {
		case first := <-n.noted:
			pause(ctx, noteStartsEvery)
			n.write(ctx, append(n.drain(), first))
		case <-ctx.Done():
		}
	}
	n.write(ctx, n.drain())
}

// drain takes all queued starts.
func (n *startNotes) drain() []noted {
	var starts []noted
	for {
		select {
		case start := <-n.noted:
			starts = append(starts, start)
		default:
			return starts
		}
	}
}

func (n *startNotes) write(ctx context.Context, starts []noted) {
	ctx, cancel := n.bound(context.WithoutCancel(ctx))
	defer cancel()
	byRevision := map[int64][]string{} // sessions are created with one of two revisions
	for _, start := range starts {
		byRevision[start.revision] = append(byRevision[start.revision], start.session)
	}
	for revision, ids := range byRevision {
		// A session that has changed since may owe its workflow another signal.
		err := n.db.WithContext(ctx).Model(&models.Session{}).
			Where("id IN ? AND revision = ? AND nudge_at IS NOT NULL", ids, revision).
			Updates(map[string]any{"nudge_at": nil}).Error
		if err != nil {
			n.log.Warn("store: started workflows could not be noted; the sweep starts them again, which changes nothing",
				"starts", len(ids), "error", err.Error())
		}
	}
}

// close writes the queued starts. A second call does nothing.
func (n *startNotes) close() {
	n.stop()
	<-n.ended
}
