package store

import (
	"context"
	"log/slog"
	"time"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
)

const (
	// noteStartsEvery is how long a noted start may stay unwritten: less than any sweep waits before it repeats one.
	noteStartsEvery = 250 * time.Millisecond
	// mostNotedStarts bounds what is kept unwritten. One that finds no room is repeated by the sweep.
	mostNotedStarts = 1000
)

// startNotes writes down, for many sessions at once, that their workflow has started, so that no request waits for it.
type startNotes struct {
	db    *gorm.DB
	bound func(context.Context) (context.Context, context.CancelFunc)
	log   *slog.Logger
	noted chan noted
	stop  context.CancelFunc
	ended chan struct{}
}

// noted is a session whose workflow knows of it as it was at that revision.
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

// NoteStarted notes that the workflow of a session knows of everything up to the session as it was created. It does not
// wait: the row says so a little later. Where it never does, the sweep tells the workflow again, which changes nothing.
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
			n.write(ctx, append(n.rest(), first))
		case <-ctx.Done():
		}
	}
	n.write(ctx, n.rest())
}

// rest takes all that is noted by now.
func (n *startNotes) rest() []noted {
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
	byRevision := map[int64][]string{} // few: sessions are created with one of two
	for _, start := range starts {
		byRevision[start.revision] = append(byRevision[start.revision], start.session)
	}
	for revision, ids := range byRevision {
		// A session that has changed since may be owed a signal again.
		err := n.db.WithContext(ctx).Model(&models.Session{}).
			Where("id IN ? AND revision = ? AND nudge_at IS NOT NULL", ids, revision).
			Updates(map[string]any{"nudge_at": nil}).Error
		if err != nil {
			n.log.Warn("store: started workflows could not be noted; the sweep starts them again, which changes nothing",
				"starts", len(ids), "error", err.Error())
		}
	}
}

// close writes what is noted by now. It tolerates a second call.
func (n *startNotes) close() {
	n.stop()
	<-n.ended
}
