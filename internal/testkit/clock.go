// Package testkit holds helpers for tests of several packages: a clock that stands still, ways to wait, and a reader of
// rows.
package testkit

import (
	"sync"
	"time"
)

// Clock is a clock that moves only when a test moves it. It is safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that stands in the middle of a month, at the beginning of a minute.
func NewClock() *Clock { return ClockAt(time.Date(2026, time.November, 15, 12, 0, 0, 0, time.UTC)) }

// ClockAt returns a clock that stands at the moment.
func ClockAt(moment time.Time) *Clock { return &Clock{now: moment} }

// Now returns the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock by d, backwards if d is negative.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Set moves the clock to the moment.
func (c *Clock) Set(moment time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = moment
}
