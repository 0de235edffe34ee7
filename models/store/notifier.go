package store

import (
	"context"
	"database/sql"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// notifyChannel is the PostgreSQL channel on which replicas tell each other which session changed.
const notifyChannel = "stile_session"

// notifyPause is how long nothing more is sent after a notification: each one is a transaction, and wakes every replica.
const notifyPause = 50 * time.Millisecond

// notifier wakes those who wait for a session to change: in this process, and through LISTEN/NOTIFY on other
// replicas. It may miss or add a wake-up, so a waiter looks at the row again, and polls besides.
type notifier struct {
	mu       sync.Mutex
	waiting  map[string][]chan struct{}
	outgoing chan string
	context  context.Context // that of the goroutines, until close
	stop     context.CancelFunc
	running  sync.WaitGroup
}

func newNotifier() *notifier {
	n := &notifier{waiting: map[string][]chan struct{}{}, outgoing: make(chan string, 1000)}
	n.context, n.stop = context.WithCancel(context.Background())
	return n
}

// Subscribe returns a channel that receives after the session changed, and a function that ends the subscription.
func (s *Store) Subscribe(sessionID string) (<-chan struct{}, func()) {
	return s.notifier.subscribe(sessionID)
}

func (n *notifier) subscribe(sessionID string) (<-chan struct{}, func()) {
	ch := make(chan struct{}, 1)
	n.mu.Lock()
	n.waiting[sessionID] = append(n.waiting[sessionID], ch)
	n.mu.Unlock()
	return ch, func() { n.unsubscribe(sessionID, ch) }
}

func (n *notifier) unsubscribe(sessionID string, ch chan struct{}) {
	n.mu.Lock()
	defer n.mu.Unlock()
	kept := n.waiting[sessionID][:0]
	for _, other := range n.waiting[sessionID] {
		if other != ch {
			kept = append(kept, other)
		}
	}
	if len(kept) == 0 {
		delete(n.waiting, sessionID)
		return
	}
	n.waiting[sessionID] = kept
}

func (n *notifier) wake(sessionID string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, ch := range n.waiting[sessionID] {
		select {
		case ch <- struct{}{}:
		default: // already awake
		}
	}
}

// listen hears other replicas until close. It reconnects by itself: until then, waiters poll.
func (n *notifier) listen(url string, log *slog.Logger) {
	n.running.Go(func() {
		for n.context.Err() == nil {
			if err := n.hear(n.context, url); err != nil && n.context.Err() == nil {
				log.Warn("session notifications are interrupted", "error", withoutURL(err).Error())
				pause(n.context, time.Second)
			}
		}
	})
}

func (n *notifier) hear(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "LISTEN "+notifyChannel); err != nil {
		return err
	}
	for {
		notification, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		n.wake(notification.Payload)
	}
}

func (n *notifier) close() {
	n.stop()
	n.running.Wait()
}

// announce tells all replicas that the session changed. It runs after the commit, outside the transaction: NOTIFY
// inside one would take a lock that all commits of the database queue for. And it does not wait: what is lost in a
// crash, or where the queue is full, those who wait find by polling.
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
		log.Warn("session changes were not announced; waiters poll", "error", err.Error())
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
