package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/stile-id/stile/models"
)

const (
	// noteEvery is the time for which a note may stay unwritten. It is shorter than the wait of any sweep.
	noteEvery = 250 * time.Millisecond
	// mostNotes bounds the unwritten notes. The sweep tells a run again whose note is dropped.
	mostNotes = 2000
)

// awaitsRun is true for sessions to which nextNudge gives a time.
const awaitsRun = "completed_at IS NULL AND (attempt_id IS NOT NULL OR in_flight > 0)"

// toldNotes records that runs know their rows, many in one statement, so that no request waits for the write.
type toldNotes struct {
	s     *Store
	noted chan noted
	stop  context.CancelFunc
	ended chan struct{}
}

// noted is the nudge of a session of which its run has been told.
type noted struct {
	session string
	nudge   models.Timestamp
}

func newToldNotes(ctx context.Context, s *Store) *toldNotes {
	n := &toldNotes{s: s, noted: make(chan noted, mostNotes), ended: make(chan struct{})}
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	n.stop = stop
	go n.run(ctx)
	return n
}

// NoteTold records that the run of a session knows of the change with which the session was read, and that Temporal has
// saved so. It does not wait for the write. If the write is lost, the sweep tells the run again, which changes nothing.
func (a Across) NoteTold(session models.Session) {
	if session.NudgeAt == nil {
		return
	}
	select {
	case a.s.told.noted <- noted{session.ID, *session.NudgeAt}:
	default:
	}
}

func (n *toldNotes) run(ctx context.Context) {
	defer close(n.ended)
	for ctx.Err() == nil {
		select {
		case first := <-n.noted:
			pause(ctx, noteEvery)
			n.write(ctx, append(n.drain(), first))
		case <-ctx.Done():
		}
	}
	n.write(ctx, n.drain())
}

// drain takes all queued notes.
func (n *toldNotes) drain() []noted {
	var notes []noted
	for {
		select {
		case note := <-n.noted:
			notes = append(notes, note)
		default:
			return notes
		}
	}
}

func (n *toldNotes) write(ctx context.Context, notes []noted) {
	if len(notes) == 0 {
		return
	}
	ctx, cancel := n.s.bounded(context.WithoutCancel(ctx))
	defer cancel()
	// A session that has changed since owes its run another nudge.
	err := n.s.db.WithContext(ctx).Model(&models.Session{}).Where(owing(notes)).Updates(map[string]any{
		"nudge_at": gorm.Expr("CASE WHEN "+awaitsRun+" THEN CAST(? AS BIGINT) END", // as nextNudge
			models.At(n.s.Now().Add(n.s.recheck))),
	}).Error
	if err != nil {
		n.s.log.Warn("store: it could not be noted that runs were told; the sweep tells them again, which changes nothing",
			"runs", len(notes), "error", err.Error())
	}
}

// owing is true for the sessions that still owe a nudge of the notes.
func owing(notes []noted) clause.Expr {
	args := make([]any, 0, 2*len(notes))
	for _, note := range notes {
		args = append(args, note.session, note.nudge)
	}
	return stillAt("nudge_at", args)
}

// close writes the queued notes. A second call does nothing.
func (n *toldNotes) close() {
	n.stop()
	<-n.ended
}
