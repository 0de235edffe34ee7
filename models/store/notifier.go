package store

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// notifyChannel is the PostgreSQL channel on which replicas tell each other which session changed.
const notifyChannel = "stile_session"

// notifier wakes those who wait for a session to change: in this process, and through LISTEN/NOTIFY on other
// replicas. It may miss or add a wake-up, so a waiter looks at the row again, and polls besides.
type notifier struct {
	mu      sync.Mutex
	waiting map[string][]chan struct{}
	stop    context.CancelFunc
	done    chan struct{}
}

func newNotifier() *notifier {
	return &notifier{waiting: map[string][]chan struct{}{}}
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
	ctx, cancel := context.WithCancel(context.Background())
	n.stop, n.done = cancel, make(chan struct{})
	go func() {
		defer close(n.done)
		for ctx.Err() == nil {
			if err := n.hear(ctx, url); err != nil && ctx.Err() == nil {
				log.Warn("session notifications are interrupted", "error", withoutURL(err).Error())
				pause(ctx, time.Second)
			}
		}
	}()
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
	if n.stop != nil {
		n.stop()
		<-n.done
	}
}

// announce tells all replicas that the session changed. It runs after the commit, outside the transaction: NOTIFY
// inside one would take a lock that all commits of the database queue for.
func (s *Store) announce(ctx context.Context, sessionID string) {
	s.notifier.wake(sessionID)
	if s.dialect != dialectPostgres {
		return
	}
	err := s.read(context.WithoutCancel(ctx)).Exec("SELECT pg_notify(?, ?)", notifyChannel, sessionID).Error
	if err != nil {
		s.log.Warn("session change was not announced; waiters poll", "error", err.Error())
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
