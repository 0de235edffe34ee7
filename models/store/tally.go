package store

import (
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2/simplelru"
)

const (
	// A replica keeps up to one request in tallyShare of a limit to itself. Each further replica may let through that
	// many more than the limit.
	tallyShare = 100
	// tallyNear is the part of a limit within which a replica reports every request.
	tallyNear = 10
	// tallySize is the number of buckets that a replica caches. An evicted bucket loses its unreported requests, which
	// tallyShare bounds.
	tallySize = 20_000
)

// tally counts the requests that this replica has let through without reporting them to the database.
type tally struct {
	mu      sync.Mutex
	buckets *lru.LRU[string, tallied]
}

// tallied is the cached state of a bucket.
type tallied struct {
	minute int64
	// told and before are the database's last counts of this and the previous minute, untold the requests since.
	told, before, untold int
}

func newTally() *tally {
	buckets, err := lru.NewLRU[string, tallied](tallySize, nil)
	if err != nil {
		panic(err) // a size that is not positive
	}
	return &tally{buckets: buckets}
}

// take lets a request through alone, or returns the number of unreported requests. The caller must then report them to
// the database, which decides.
func (t *tally) take(
	bucket string,
	minute int64,
	limit int,
	intoMinute time.Duration,
) (remaining, owed int, alone bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	known := t.at(bucket, minute)
	remaining = limit - weight(known.before, intoMinute) - known.told - known.untold - 1
	if known.untold+1 < limit/tallyShare && remaining > limit/tallyNear {
		known.untold++
		t.buckets.Add(bucket, known)
		return remaining, 0, true
	}
	owed, known.untold = known.untold, 0
	t.buckets.Add(bucket, known)
	return 0, owed, false
}

// at returns the state of the bucket in a minute.
func (t *tally) at(bucket string, minute int64) tallied {
	known, _ := t.buckets.Get(bucket)
	switch known.minute {
	case minute:
		return known
	case minute - 1:
		return tallied{minute: minute, before: known.told + known.untold}
	default:
		return tallied{minute: minute}
	}
}

// restore adds back requests that could not be reported.
func (t *tally) restore(bucket string, minute int64, owed int) {
	t.change(bucket, minute, func(known *tallied) { known.untold += owed })
}

// update stores the database's counts, and returns the count of the previous minute including unreported requests.
func (t *tally) update(bucket string, minute int64, told, before int) int {
	known := t.change(bucket, minute, func(known *tallied) {
		known.told, known.before = max(known.told, told), max(known.before, before)
	})
	return max(known.before, before)
}

// change edits the state of a bucket, unless a later minute is cached.
func (t *tally) change(bucket string, minute int64, edit func(*tallied)) tallied {
	t.mu.Lock()
	defer t.mu.Unlock()
	known := t.at(bucket, minute)
	if latest, _ := t.buckets.Peek(bucket); latest.minute <= minute {
		edit(&known)
		t.buckets.Add(bucket, known)
	}
	return known
}
