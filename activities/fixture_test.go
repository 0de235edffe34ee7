package activities_test

import (
	"strconv"
	"sync"
	"time"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// clock is a clock that moves only when a test moves it.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock {
	return &clock{now: time.Date(2026, time.November, 15, 12, 0, 0, 0, time.UTC)}
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

func (c *clock) Advance(d time.Duration) { c.Set(c.Now().Add(d)) }

// touching returns a change that only raises the row's revision.
func touching(session models.Session, n int) store.Change {
	return store.Change{
		OrgID: session.OrgID, SessionID: session.ID, ID: "touch/" + strconv.Itoa(n),
		From: models.OpenStatuses, To: session.Status,
	}
}
