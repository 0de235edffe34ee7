package store

import (
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2/simplelru"
)

const (
	// A replica keeps one request in tallyShare of a limit to itself: that is by how much each further replica may let
	// through more than the limit.
	tallyShare = 100
	// tallyNear is the part of a limit within which every request is told.
	tallyNear = 10
	// tallySize is how many buckets a replica remembers. What it forgets of one it has not told is no more than that.
	tallySize = 20_000
)

// tally counts the requests that this replica has let through and told nobody of.
type tally struct {
	mu      sync.Mutex
	buckets *lru.LRU[string, tallied]
}

// tallied is what a replica knows of a bucket.
type tallied struct {
	minute int64
	// told are the requests of the minute and of the one before that the database counted last, untold those since.
	told, before, untold int
}

func newTally() *tally {
	buckets, err := lru.NewLRU[string, tallied](tallySize, nil)
	if err != nil {
		panic(err) // a size that is not positive
	}
	return &tally{buckets: buckets}
}

// take lets a request through by itself, or says how many it owes to the database, which then has to decide.
func (t *tally) take(bucket string, minute int64, limit int, intoMinute time.Duration) (remaining, owed int, alone bool) {
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

// at is what is known of the bucket in that minute.
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

// owe takes back what could not be told.
func (t *tally) owe(bucket string, minute int64, owed int) {
	t.change(bucket, minute, func(known *tallied) { known.untold += owed })
}

// know learns what the database counted, and returns the count of the minute before with what it was not told of.
func (t *tally) know(bucket string, minute int64, told, before int) int {
	known := t.change(bucket, minute, func(known *tallied) {
		known.told, known.before = max(known.told, told), max(known.before, before)
	})
	return max(known.before, before)
}

// change leaves a bucket alone of which a later minute is known.
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
