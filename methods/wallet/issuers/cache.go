package issuers

import (
	"context"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"golang.org/x/sync/singleflight"
)

const (
	// refreshAfter is the greatest age of a list, even if its issuer allows more: a revoked credential is not accepted for
	// longer.
	refreshAfter = time.Hour
	// retryAfter is how long a list that could not be had is not asked for again.
	retryAfter = 30 * time.Second
	// maxEntries bounds the number of lists in a cache.
	maxEntries = 1024
)

// held is a list in a cache.
type held[T any] struct {
	value T
	err   error
	size  int
	// fresh is until when it is used without another request. usable is until when it is used if that request fails.
	fresh, usable time.Time
}

// cache keeps the lists of issuers. Judges that ask for one list at once share one request. It is safe for concurrent
// use.
type cache[T any] struct {
	now     func() time.Time
	bound   int // of the sizes of all values
	flights singleflight.Group

	mu    sync.Mutex
	size  int
	lists *simplelru.LRU[string, held[T]]
}

func newCache[T any](bound int, now func() time.Time) *cache[T] {
	c := &cache[T]{now: now, bound: bound}
	// It fails for sizes below 1 alone.
	c.lists, _ = simplelru.NewLRU(maxEntries, func(_ string, gone held[T]) { c.size -= gone.size })
	return c
}

// get returns the value of a key, from load where it is not held. Load is called without the deadline of ctx, because
// others wait for the same value.
func (c *cache[T]) get(ctx context.Context, key string, load func(ctx context.Context) (held[T], error)) (T, error) {
	if kept, ok := c.kept(key); ok && c.now().Before(kept.fresh) {
		return kept.value, kept.err
	}
	done := c.flights.DoChan(key, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fetchWithin)
		defer cancel()
		return c.loaded(key, func() (held[T], error) { return load(ctx) }), nil
	})
	select {
	case result := <-done:
		kept, _ := result.Val.(held[T])
		return kept.value, kept.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// loaded loads a value and keeps it. If that fails, a value that is still usable is used for retryAfter.
func (c *cache[T]) loaded(key string, load func() (held[T], error)) held[T] {
	old, known := c.kept(key)
	if known && c.now().Before(old.fresh) {
		return old // another request has just loaded it
	}
	fresh, err := load()
	now := c.now()
	switch {
	case err != nil && known && old.err == nil && now.Before(old.usable):
		fresh = old
		fresh.fresh = earlier(now.Add(retryAfter), old.usable)
	case err != nil:
		fresh = held[T]{err: err, fresh: now.Add(retryAfter)}
	default:
		fresh.fresh = earlier(fresh.usable, now.Add(refreshAfter))
	}
	c.keep(key, fresh)
	return fresh
}

func (c *cache[T]) kept(key string) (held[T], bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lists.Get(key)
}

func (c *cache[T]) keep(key string, value held[T]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lists.Remove(key)
	c.size += value.size
	c.lists.Add(key, value)
	for c.size > c.bound && c.lists.Len() > 1 {
		c.lists.RemoveOldest()
	}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
