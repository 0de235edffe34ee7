package store

import (
	"context"
	"database/sql"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/stile-id/stile/models"
)

// notifyChannel is the PostgreSQL channel on which replicas announce changed sessions.
const notifyChannel = "stile_session"

// notifyPause is the pause between notifications: each is a transaction, and wakes every replica.
const notifyPause = 50 * time.Millisecond

// listenProof is the time after which a silent listening connection is checked.
const listenProof = 2 * time.Second

const (
	// catchUpEvery bounds the delay of a change without a notification: the notification was lost, or another process
	// on SQLite made the change.
	catchUpEvery = time.Second
	// catchUpBatch is the number of sessions that one query reads.
	catchUpBatch = 500
)

const (
	// awaitEvery is the time after which a process with waiters tells the others again that it has some.
	awaitEvery = 5 * time.Second
	// awaitFor is the time for which the others go by that.
	awaitFor = 12 * time.Second
	// awaitMark begins the notification of a process that has waiters, before the name of the process. No id of a
	// session begins with it.
	awaitMark = "?"
)

// notifier wakes the waiters of a changed session: in this process, and through LISTEN/NOTIFY in other replicas. A
// waiter may be woken without a change, so it reads the row again. A query for all awaited sessions finds the changes
// without a notification.
type notifier struct {
	mu        sync.Mutex
	waiting   map[string][]*Subscription
	awaits    string    // the notification that this process has waiters
	told      time.Time // when it was queued last
	hears     bool      // whether notifications are received
	elsewhere time.Time // until then another process may have waiters
	// changed is called with each session of which a notification tells.
	changed  func(session string)
	outgoing chan string
	context  context.Context // of the goroutines, ends with close
	stop     context.CancelFunc
	running  sync.WaitGroup
}

// Subscription wakes a waiter when a session changes.
type Subscription struct {
	// Changed receives a value after a change of the session.
	Changed  <-chan struct{}
	wake     chan<- struct{}
	notifier *notifier
	session  string
	seen     int64 // revision that the subscriber has read, or unseen
}

const unseen = -1

func newNotifier() *notifier {
	n := &notifier{
		waiting: map[string][]*Subscription{}, outgoing: make(chan string, 1000), awaits: awaitMark + models.RandomID(),
	}
	n.context, n.stop = context.WithCancel(context.Background())
	return n
}

// Subscribe returns a subscription to the changes of a session. The caller must close it.
func (s *Store) Subscribe(sessionID string) *Subscription { return s.notifier.subscribe(sessionID) }

func (n *notifier) subscribe(sessionID string) *Subscription {
	changed := make(chan struct{}, 1)
	sub := &Subscription{Changed: changed, wake: changed, notifier: n, session: sessionID, seen: unseen}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.waiting[sessionID] = append(n.waiting[sessionID], sub)
	n.tellAwaiting()
	return sub
}

// tellAwaiting has the other processes told that this one has waiters, unless that was done within awaitEvery. The
// notifier must be locked.
func (n *notifier) tellAwaiting() {
	if len(n.waiting) == 0 || time.Since(n.told) < awaitEvery {
		return
	}
	n.told = time.Now()
	n.queue(n.awaits)
}

// queue has a notification sent. One that finds no room is lost.
func (n *notifier) queue(payload string) {
	select {
	case n.outgoing <- payload:
	default:
	}
}

// awaitedElsewhere reports whether another process may have waiters. While no notifications are received it may.
func (n *notifier) awaitedElsewhere() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return !n.hears || time.Now().Before(n.elsewhere)
}

// hearing notes whether notifications are received from now on. What other processes told before is not known.
func (n *notifier) hearing(hears bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.hears, n.elsewhere = hears, time.Now().Add(awaitFor)
}

// hear handles a notification: that another process has waiters, or that a session has changed.
func (n *notifier) hear(payload string) {
	if !strings.HasPrefix(payload, awaitMark) {
		n.changed(payload)
		n.wake(payload)
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if payload != n.awaits {
		n.elsewhere = time.Now().Add(awaitFor)
	}
}

// Seen records the revision of the row that the subscriber has read.
func (sub *Subscription) Seen(revision int64) {
	sub.notifier.mu.Lock()
	defer sub.notifier.mu.Unlock()
	sub.seen = revision
}

// Close ends the subscription. A second call does nothing.
func (sub *Subscription) Close() {
	n := sub.notifier
	n.mu.Lock()
	defer n.mu.Unlock()
	kept := slices.DeleteFunc(n.waiting[sub.session], func(other *Subscription) bool { return other == sub })
	if len(kept) == 0 {
		delete(n.waiting, sub.session)
		return
	}
	n.waiting[sub.session] = kept
}

// alert wakes the subscriber, unless a wake-up is pending.
func (sub *Subscription) alert() {
	select {
	case sub.wake <- struct{}{}:
	default:
	}
}

func (n *notifier) wake(sessionID string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, sub := range n.waiting[sessionID] {
		sub.alert()
	}
}

// catchUp wakes the subscribers that have read another revision than the row's, until close.
func (n *notifier) catchUp(revisions func(context.Context, []string) (map[string]int64, error), log *slog.Logger) {
	n.running.Go(func() {
		for {
			pause(n.context, catchUpEvery)
			if n.context.Err() != nil {
				return
			}
			for batch := range slices.Chunk(n.awaited(), catchUpBatch) {
				found, err := revisions(n.context, batch)
				if err != nil && n.context.Err() == nil {
					log.Warn("notifier: the revisions of awaited sessions could not be read; those who wait hear of changes late",
						"error", err.Error())
				}
				n.compare(found)
			}
		}
	})
}

// awaited returns the sessions with subscriptions, and goes on telling the other processes that there are some.
func (n *notifier) awaited() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.tellAwaiting()
	return slices.Collect(maps.Keys(n.waiting))
}

func (n *notifier) compare(revisions map[string]int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for session, revision := range revisions {
		for _, sub := range n.waiting[session] {
			if sub.seen != revision {
				sub.alert()
			}
		}
	}
}

// revisions reads the revisions of the sessions, of any organization. Each subscriber was authorized for its own
// session.
func (s *Store) revisions(ctx context.Context, sessions []string) (map[string]int64, error) {
	ctx, cancel := context.WithTimeout(ctx, WriteLimit)
	defer cancel()
	var rows []models.Session
	err := s.read(ctx).Select("id", "revision").Where("id IN ?", sessions).Find(&rows).Error
	found := make(map[string]int64, len(rows))
	for _, row := range rows {
		found[row.ID] = row.Revision
	}
	return found, err
}

// listen receives the notifications of other replicas until close. It reconnects by itself. In the meantime catchUp
// finds the changes.
func (n *notifier) listen(to *primary, log *slog.Logger) {
	n.running.Go(func() {
		for n.context.Err() == nil {
			if err := n.receive(n.context, to); err != nil && n.context.Err() == nil {
				log.Warn("notifier: the connection that listens for session changes ended; until it is back, changes made "+
					"by other replicas are heard of up to a second late", "error", err.Error())
				pause(n.context, time.Second)
			}
		}
	})
}

// receive listens until the connection ends or no longer leads to the primary. Only the primary sends notifications.
func (n *notifier) receive(ctx context.Context, to *primary) error {
	conn, err := pgx.ConnectConfig(ctx, to.config)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "LISTEN "+notifyChannel); err != nil {
		return err
	}
	n.hearing(true)
	defer n.hearing(false)
	for {
		notification, err := awaitNotification(ctx, conn)
		switch {
		case err == nil:
			n.hear(notification.Payload)
		case conn.IsClosed() || ctx.Err() != nil:
			return err
		default: // silent for a while: check the connection
			if err := writable(ctx, conn); err != nil {
				return err
			}
		}
	}
}

func awaitNotification(ctx context.Context, conn *pgx.Conn) (*pgconn.Notification, error) {
	ctx, cancel := context.WithTimeout(ctx, listenProof)
	defer cancel()
	return conn.WaitForNotification(ctx)
}

func (n *notifier) close() {
	n.stop()
	n.running.Wait()
}

// announce notifies all replicas of a changed session, if one of them may have waiters. Call it after the commit:
// NOTIFY inside a transaction takes a lock that all commits of the database queue for. It does not wait. catchUp finds
// an announcement that is lost in a crash or because the queue is full.
func (s *Store) announce(sessionID string) {
	s.forget(sessionID)
	s.notifier.wake(sessionID)
	if s.notifier.awaitedElsewhere() {
		s.notifier.queue(sessionID)
	}
}

// sendQueued sends the queued announcements in batches, until close. A single one is sent at once.
func (n *notifier) sendQueued(db *sql.DB, log *slog.Logger) {
	n.running.Go(func() {
		for {
			select {
			case first := <-n.outgoing:
				n.send(db, log, n.batch(first))
				pause(n.context, notifyPause)
			case <-n.context.Done():
				return
			}
		}
	})
}

func (n *notifier) batch(first string) []string {
	batch := []string{first}
	for len(batch) < cap(n.outgoing) {
		select {
		case next := <-n.outgoing:
			batch = append(batch, next)
		default:
			return batch
		}
	}
	return batch
}

func (n *notifier) send(db *sql.DB, log *slog.Logger, sessions []string) {
	ctx, cancel := context.WithTimeout(n.context, WriteLimit)
	defer cancel()
	_, err := db.ExecContext(ctx, "SELECT pg_notify($1, id) FROM unnest($2::text[]) AS id", notifyChannel, sessions)
	if err != nil && n.context.Err() == nil {
		log.Warn("notifier: session changes could not be announced; other replicas hear of them up to a second late",
			"error", err.Error())
	}
}
