package activities

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

const (
	// roomWait is how long an attempt waits for room before it is put off. It lets a burst at a fast endpoint pass.
	roomWait = time.Second
	// doubtShare divides the size of a Gate: that many untrusted operations fill the room of a key.
	doubtShare = 4
)

var (
	// errBusy reports that a key has no room.
	errBusy = errors.New("too many requests are under way")
	// errStuck reports a key without room where no entry has left for promptAnswer, so that waiting is unlikely to
	// help.
	errStuck = fmt.Errorf("%w, and none of them ends", errBusy)
)

// Gate limits, within one process, how many operations run at once for each key, such as an endpoint, and how many wait
// for room. A receiver that hangs therefore cannot use up the capacity that all share. A Gate is safe for concurrent
// use; a nil Gate limits nothing.
type Gate struct {
	size  int64
	mu    sync.Mutex
	rooms map[string]*room
}

// room counts the operations of one key that run and that wait. The Gate deletes it when its last visitor leaves.
type room struct {
	underWay, waiting *semaphore.Weighted
	visitors          int
	// moved is when an operation last left, or when the room was made.
	moved time.Time
}

// NewGate returns a Gate that lets size operations run at once for each key, and as many wait.
func NewGate(size int) *Gate { return &Gate{size: int64(size), rooms: map[string]*room{}} }

// enter takes room for one operation of the key, and waits up to roomWait for it. It returns errBusy if there is no
// room and errStuck if none is likely soon. The caller must call leave when the operation has ended. An operation that
// is not trusted to answer takes the room of several, so that fewer of them run at once.
func (g *Gate) enter(ctx context.Context, key string, trusted bool) (leave func(), err error) {
	if g == nil {
		return func() {}, nil
	}
	takes := int64(1)
	if !trusted {
		takes = g.size / max(g.size/doubtShare, 1)
	}
	r := g.visit(key)
	if err := r.enter(ctx, takes); err != nil {
		moved := g.gone(key, r, false)
		if errors.Is(err, errBusy) && time.Since(moved) >= promptAnswer {
			err = errStuck
		}
		return nil, err
	}
	return func() {
		r.underWay.Release(takes)
		g.gone(key, r, true)
	}, nil
}

func (g *Gate) visit(key string) *room {
	g.mu.Lock()
	defer g.mu.Unlock()
	r := g.rooms[key]
	if r == nil {
		r = &room{
			underWay: semaphore.NewWeighted(g.size), waiting: semaphore.NewWeighted(g.size), moved: time.Now(),
		}
		g.rooms[key] = r
	}
	r.visitors++
	return r
}

// gone removes a visitor from the room. left says that the visitor had entered and has now made room. gone returns when
// room was last made.
func (g *Gate) gone(key string, r *room, left bool) (moved time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if left {
		r.moved = time.Now()
	}
	if r.visitors--; r.visitors == 0 {
		delete(g.rooms, key)
	}
	return r.moved
}

func (r *room) enter(ctx context.Context, takes int64) error {
	if r.underWay.TryAcquire(takes) {
		return nil
	}
	if !r.waiting.TryAcquire(1) {
		return errBusy
	}
	defer r.waiting.Release(1)
	patient, cancel := context.WithTimeoutCause(ctx, roomWait, errBusy)
	defer cancel()
	if r.underWay.Acquire(patient, takes) != nil {
		return context.Cause(patient)
	}
	return nil
}
