package device

import (
	"context"
	"sync"
	"time"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// sighting is a session as it was read, with the handoff by which a phone holds it; the zero Handoff without one.
type sighting struct {
	session models.Session
	handoff models.Handoff
}

// followers are the sessions that requests and live channels of this process wait for. Each has one reader.
type followers struct {
	store *store.Store
	mu    sync.Mutex
	open  map[string]*follower
}

// follower reads a session whenever it has changed, for all that wait for it.
type follower struct {
	listeners int
	stop      context.CancelFunc
	mu        sync.Mutex
	last      *sighting     // nil until the first was read
	newer     chan struct{} // closed when last is no longer the last
}

func newFollowers(s *store.Store) *followers {
	return &followers{store: s, open: map[string]*follower{}}
}

// follow returns the follower of a session, and starts it where there is none. The caller must call leave.
func (f *followers) follow(ctx context.Context, s models.Session) (found *follower, leave func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	found = f.open[s.ID]
	if found == nil {
		ctx, cancel := context.WithCancel(context.WithoutCancel(ctx)) // others may join, and stay for longer
		found = &follower{stop: cancel, newer: make(chan struct{})}
		f.open[s.ID] = found
		go found.run(ctx, f.store, s.OrgID, s.ID)
	}
	found.listeners++
	return found, sync.OnceFunc(func() { f.leave(s.ID, found) })
}

// count returns how many follow each session.
func (f *followers) count() map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	listeners := map[string]int{}
	for id, followed := range f.open {
		listeners[id] = followed.listeners
	}
	return listeners
}

func (f *followers) leave(id string, left *follower) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if left.listeners--; left.listeners == 0 {
		left.stop()
		delete(f.open, id)
	}
}

// run reads until it is stopped. A read that fails is repeated.
func (f *follower) run(ctx context.Context, from *store.Store, org, id string) {
	subscription := from.Subscribe(id)
	defer subscription.Close()
	for ctx.Err() == nil {
		found, err := sight(ctx, from, org, id)
		if err == nil {
			subscription.Seen(found.session.Revision)
			f.publish(found)
		}
		select {
		case <-subscription.Changed:
		case <-retryWhen(err):
		case <-ctx.Done():
		}
	}
}

// followRetry is the wait before a failed read is repeated.
const followRetry = time.Second

func retryWhen(err error) <-chan time.Time {
	if err == nil {
		return nil
	}
	return time.After(followRetry)
}

func (f *follower) publish(found sighting) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last = &found
	close(f.newer)
	f.newer = make(chan struct{})
}

// look returns the last reading, unless the caller knows of a later state, and a channel that is closed at the next
// one.
func (f *follower) look(known models.Session) (found *sighting, newer <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.last != nil && f.last.session.Revision >= known.Revision {
		found = f.last
	}
	return found, f.newer
}

// sight reads a session, and the attempt that holds it.
func sight(ctx context.Context, from *store.Store, org, id string) (found sighting, err error) {
	ctx, cancel := context.WithTimeout(ctx, store.WriteLimit)
	defer cancel()
	if found.session, err = from.Session(ctx, org, id); err != nil || found.session.AttemptID == nil {
		return found, err
	}
	found.handoff, err = from.Handoff(ctx, found.session, *found.session.AttemptID)
	return found, err
}
