package e2e

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
)

// PostgreSQL, which Stile and Temporal share, crashes under load and stays away. No answered request is lost, and every
// committed event is delivered within two minutes of its return, without an operator. On a busy machine it may take
// longer, as events did before.
func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	const away, recovery = 30 * time.Second, 2 * time.Minute
	cluster, database := ownCluster(t)
	s := stackOn(t, temporalOn(t, cluster), database, func(c *config.Config) { c.SandboxQuota = 1e6 })
	s.serve(t, app.Options{API: true, Migrate: true, SealHistories: true, WriteTimeout: store.WriteLimit})
	s.replica(t, app.Options{Worker: true, SealHistories: true, WriteTimeout: store.WriteLimit})
	inbox := subscribed(t, s.sandbox(t, simple(rules.MethodSelfAttestation)))
	customers := admit(t, inbox.merchant, 16)

	usual := enoughFor(func() { inbox.hear(t, 100) })
	require.NoError(t, cluster.Stop())
	inbox.gather(t, time.After(away))
	require.NoError(t, cluster.Restart())
	back := time.Now()
	refused, committed := customers.refused.Load(), inbox.events(t)
	inbox.gather(t, customers.leave())
	inbox.settle(t)

	t.Logf("%d requests were refused meanwhile, %d events committed; the last of these was received %s after the return, "+
		"clients were done %s after", refused, len(committed), inbox.last(committed).Sub(back), time.Since(back))
	require.Positive(t, refused)
	require.Less(t, time.Since(back), max(recovery, usual))
	inbox.reconcile(t, customers.sessions.all)
	nothingRuns(t, s.config.TemporalAddress)
}

// customers are clients that have sessions created and verified, one after the other, until they are told to leave.
type customers struct {
	merchant merchant
	inside   sync.WaitGroup
	closing  atomic.Bool
	refused  atomic.Int64
	sessions ids
}

func admit(t *testing.T, m merchant, many int) *customers {
	t.Helper()
	c := &customers{merchant: m}
	for i := range many {
		c.inside.Go(func() {
			for n, last := 0, false; !last; n++ {
				last = c.closing.Load() // one more after that
				c.shop(t, fmt.Sprintf("order-%d-%d", i, n))
			}
		})
	}
	t.Cleanup(func() { <-c.leave() })
	return c
}

// leave has every client finish its session and one more.
func (c *customers) leave() <-chan time.Time {
	c.closing.Store(true)
	left := make(chan time.Time)
	go func() { c.inside.Wait(); close(left) }()
	return left
}

func (c *customers) shop(t *testing.T, key string) {
	t.Helper()
	m := c.merchant
	v := m.created(c.insist(t, 201, func() (answer, error) {
		return m.try("POST", "/v1/verification_sessions", m.order(nil), "Idempotency-Key", key)
	}))
	c.sessions.add(v.id)
	c.insist(t, 202, func() (answer, error) {
		return v.user.try("POST", v.verify("/methods/self_attestation"), attestation, "Idempotency-Key", key)
	})
	for verified := false; !verified; {
		seen := c.insist(t, 200, func() (answer, error) { return v.user.try("GET", v.verify("/status?wait=5"), nil) })
		verified = seen.text("status") == "verified"
	}
}

// insist repeats a request until it is answered. Before that only a temporary refusal is allowed.
func (c *customers) insist(t *testing.T, status int, try func() (answer, error)) answer {
	t.Helper()
	for deadline := time.Now().Add(4 * time.Minute); time.Now().Before(deadline); <-time.After(10 * pollOften) {
		a, err := try()
		require.NoError(t, err)
		if a.status != http.StatusServiceUnavailable {
			return a.expect(t, status)
		}
		require.NotEmpty(t, a.header.Get("Retry-After"))
		c.refused.Add(1)
	}
	t.Fatal("a request was never answered")
	return answer{}
}

// hear takes deliveries until it has received that many events.
func (i *inbox) hear(t *testing.T, events int) {
	t.Helper()
	for timeout := time.After(testkit.Patience); len(i.heard) < events; {
		select {
		case d := <-i.arrived:
			i.take(t, d)
		case <-timeout:
			t.Fatalf("%d of %d events were received", len(i.heard), events)
		}
	}
}

// gather takes deliveries until the channel until is ready.
func (i *inbox) gather(t *testing.T, until <-chan time.Time) {
	t.Helper()
	for {
		select {
		case d := <-i.arrived:
			i.take(t, d)
		case <-until:
			return
		}
	}
}

// events returns the ids of all events.
func (i *inbox) events(t *testing.T) []string {
	t.Helper()
	var events []string
	for _, event := range i.merchant.all(t, "/v1/events") {
		id, _ := event["id"].(string)
		events = append(events, id)
	}
	return events
}

// last returns when the last of these events first arrived.
func (i *inbox) last(events []string) (last time.Time) {
	for _, event := range events {
		if at := i.heard[event].at; at.After(last) {
			last = at
		}
	}
	return last
}
