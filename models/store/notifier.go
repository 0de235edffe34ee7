package store

import (
	"context"
	"database/sql"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/stile-id/stile/models"
)

// notifyChannel is the PostgreSQL channel on which replicas tell each other which session changed.
const notifyChannel = "stile_session"

// notifyPause is how long nothing more is sent after a notification: each one is a transaction, and wakes every replica.
const notifyPause = 50 * time.Millisecond

// listenProof is how long the listening connection may hear nothing before it has to prove itself.
const listenProof = 2 * time.Second

const (
	// catchUpEvery is how late a waiter hears of what no notification told: it was lost, or this is SQLite and another
	// process.
	catchUpEvery = time.Second
	// catchUpBatch is how many sessions one query looks at.
	catchUpBatch = 500
)

// notifier wakes those who wait for a session to change: in this process, and through LISTEN/NOTIFY on other
// replicas. It may add a wake-up, so a waiter looks at the row again. What a notification did not tell, a query finds,
// one for all that anybody waits for.
type notifier struct {
	mu       sync.Mutex
	waiting  map[string][]*Subscription
	outgoing chan string
	context  context.Context // that of the goroutines, until close
	stop     context.CancelFunc
	running  sync.WaitGroup
}

// Subscription wakes one who waits for a session to change.
type Subscription struct {
	// Changed receives after the session changed.
	Changed  <-chan struct{}
	wake     chan<- struct{}
	notifier *notifier
	session  string
	seen     int64 // unseen until the subscriber says what it has read
}

const unseen = -1

func newNotifier() *notifier {
	n := &notifier{waiting: map[string][]*Subscription{}, outgoing: make(chan string, 1000)}
	n.context, n.stop = context.WithCancel(context.Background())
	return n
}

// Subscribe waits for a session to change from then on, until the subscription is closed.
func (s *Store) Subscribe(sessionID string) *Subscription { return s.notifier.subscribe(sessionID) }

func (n *notifier) subscribe(sessionID string) *Subscription {
	changed := make(chan struct{}, 1)
	sub := &Subscription{Changed: changed, wake: changed, notifier: n, session: sessionID, seen: unseen}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.waiting[sessionID] = append(n.waiting[sessionID], sub)
	return sub
}

// Seen says which revision of the row the subscriber has read.
func (sub *Subscription) Seen(revision int64) {
	sub.notifier.mu.Lock()
	defer sub.notifier.mu.Unlock()
	sub.seen = revision
}

// Close ends the subscription. It tolerates a second call.
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

// alert wakes; who is awake already stays so.
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

// catchUp wakes those who have read another revision than the row has, until close.
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

// awaited are the sessions that somebody waits for.
func (n *notifier) awaited() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
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

// revisions reads how often each of the sessions has changed, of whatever organizations: who waits for one has been let.
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

// listen hears other replicas until close. It reconnects by itself: until then, catchUp finds what changed.
func (n *notifier) listen(to *primary, log *slog.Logger) {
	n.running.Go(func() {
		for n.context.Err() == nil {
			if err := n.hear(n.context, to); err != nil && n.context.Err() == nil {
				log.Warn("notifier: the connection that listens for session changes ended; until it is back, changes made "+
					"by other replicas are heard of up to a second late", "error", err.Error())
				pause(n.context, time.Second)
			}
		}
	})
}

// hear listens until the connection ends or no longer leads to the primary, which alone sends notifications.
func (n *notifier) hear(ctx context.Context, to *primary) error {
	conn, err := pgx.ConnectConfig(ctx, to.config)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "LISTEN "+notifyChannel); err != nil {
		return err
	}
	for {
		notification, err := awaitNotification(ctx, conn)
		switch {
		case err == nil:
			n.wake(notification.Payload)
		case conn.IsClosed() || ctx.Err() != nil:
			return err
		default: // nothing came for a while, of which the cause may be that nobody is there
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

// announce tells all replicas that the session changed. It runs after the commit, outside the transaction: NOTIFY
// inside one would take a lock that all commits of the database queue for. And it does not wait: what is lost in a
// crash, or where the queue is full, catchUp finds.
func (s *Store) announce(sessionID string) {
	s.notifier.wake(sessionID)
	select {
	case s.notifier.outgoing <- sessionID:
	default:
	}
}

// tell sends what is announced, as many at once as have come together, until close. What comes alone is sent at once.
func (n *notifier) tell(db *sql.DB, log *slog.Logger) {
	n.running.Go(func() {
		for {
			select {
			case first := <-n.outgoing:
				n.send(db, log, n.together(first))
				pause(n.context, notifyPause)
			case <-n.context.Done():
				return
			}
		}
	})
}

func (n *notifier) together(first string) []string {
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

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
