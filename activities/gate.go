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
	// roomWait is how long an attempt waits for room before it is put off: a burst at an endpoint that answers at once
	// passes meanwhile.
	roomWait = time.Second
	// doubtShare is the part of the room that is open to what may hang: one in so many.
	doubtShare = 4
)

var (
	// errBusy says that there is no room.
	errBusy = errors.New("as much is under way there as may be")
	// errStuck says besides that nobody has left for a while: whoever is there hangs.
	errStuck = fmt.Errorf("%w, and nothing moves", errBusy)
)

// Gate bounds, within one process, how much is under way at once for each key, such as an endpoint, and how much waits
// for that: who hangs takes no more of what all share. It is safe for concurrent use; nil bounds nothing.
type Gate struct {
	size  int64
	mu    sync.Mutex
	rooms map[string]*room
}

// room is what is under way for one key, and waits. It goes when nobody is there.
type room struct {
	underWay, waiting *semaphore.Weighted
	visitors          int
	// moved is when somebody who was under way left last, or when the first came.
	moved time.Time
}

// NewGate lets size be under way at once for each key, and as many wait.
func NewGate(size int) *Gate { return &Gate{size: int64(size), rooms: map[string]*room{}} }

// enter waits for room a little, where not too many do; errBusy says that there is none, errStuck that there will be none
// soon. Whoever is let in has to leave.
// What is not trusted to answer takes the room of several, so that fewer of it fit in.
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

// gone notes that a visitor has gone, and whether room was left by that. It returns when that happened last.
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
