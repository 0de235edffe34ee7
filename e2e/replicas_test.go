package e2e

import (
	"net"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/internal/temporaltest"
	"github.com/stile-id/stile/rules"
)

// Replicas share only PostgreSQL and Temporal.
func TestReplicas(t *testing.T) {
	t.Parallel()
	s := newStack(t, postgresDatabase(t), func(c *config.Config) { c.RateLimitSecret = 60 })
	second := s.replica(t, app.Options{API: true})
	s.replica(t, app.Options{Worker: true})
	for name, scenario := range map[string]func(t *testing.T, s *stack, second string){
		"a long poll on one wakes for a change on another":    pollWakesAcrossReplicas,
		"an idempotency key makes one session on all of them": oneSessionOnAllReplicas,
		"the rate limit of a key is shared":                   rateLimitIsShared,
		"counts of identifiers are exact over all of them":    countsAreExactOverReplicas,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scenario(t, s, second.URL())
		})
	}
}

func pollWakesAcrossReplicas(t *testing.T, s *stack, second string) {
	m := s.sandbox(t, simple(rules.MethodDocumentCapture))
	v := m.create(t, nil)
	elsewhere := v
	elsewhere.user.base = second
	var all sync.WaitGroup
	all.Go(func() { elsewhere.until(t, "verified") })
	v.simulate(t, "document_capture", "pass")
	all.Wait()
}

func oneSessionOnAllReplicas(t *testing.T, s *stack, second string) {
	m := s.sandbox(t, simple(rules.MethodDocumentCapture))
	order := body{"type": "age", "workflow_id": m.workflow, "jurisdiction": "US-CA"}
	const tries = 20
	answers := make([]answer, tries)
	var all sync.WaitGroup
	for i := range tries {
		c := m.client
		if i%2 == 1 {
			c.base = second
		}
		all.Go(func() {
			answers[i] = c.post(t, "/v1/verification_sessions", order, "Idempotency-Key", "order-1")
		})
	}
	all.Wait()
	replayed := 0
	for _, a := range answers {
		a.expect(t, 201)
		require.Equal(t, answers[0].raw, a.raw, "byte for byte")
		if a.header.Get("Idempotent-Replayed") == "true" {
			replayed++
		}
	}
	require.Equal(t, tries-1, replayed)
	require.Len(t, m.get(t, "/v1/verification_sessions").list(), 1)
	order["type"] = "identity"
	m.post(t, "/v1/verification_sessions", order, "Idempotency-Key", "order-1").refused(t, 409, "idempotency_key_reuse")
}

func rateLimitIsShared(t *testing.T, s *stack, second string) {
	m := s.sandbox(t, simple(rules.MethodDocumentCapture))
	counts := map[int]int{}
	other := m.client
	other.base = second
	for range 60 {
		counts[m.get(t, "/v1/events").status]++
		counts[other.get(t, "/v1/events").status]++
	}
	require.LessOrEqual(t, counts[200], 60+1, "two windows may meet within the loop")
	require.Positive(t, counts[429])
	limited := m.get(t, "/v1/events").refused(t, 429, "rate_limit_exceeded")
	require.NotEmpty(t, limited.header.Get("Retry-After"))
	require.Equal(t, "0", limited.header.Get("X-RateLimit-Remaining"))
}

// A session is accepted while Temporal is away, and gets its run when Temporal is back.
func TestTemporalAwayAtCreation(t *testing.T) {
	t.Parallel()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	s := newStack(t, backends["sqlite"](t), func(c *config.Config) {
		c.TemporalAddress, c.TemporalNamespace = address, "default"
	})
	m := s.sandbox(t, simple(rules.MethodSelfAttestation))
	hook := newReceiver(t)
	hook.subscribe(t, m.client)
	v := m.create(t, nil) // answered before there is a server
	v.submit(t, "self_attestation", attestation).expect(t, 202)

	server, err := temporaltest.Start(t.Context(), temporaltest.Options{Address: address})
	require.NoError(t, err)
	t.Cleanup(server.Stop)
	v.until(t, "verified")
	hook.next(t, "verification_session.created")
	hook.next(t, "verification_session.verified")
}

// A count is shown once it is above its limit, so the counts from 11 to 50 must each be shown once.
func countsAreExactOverReplicas(t *testing.T, s *stack, second string) {
	m := s.sandbox(t, simple(rules.MethodDocumentCapture))
	const requests, limit = 50, 10
	shown := make([]int, requests)
	var all sync.WaitGroup
	for i := range requests {
		c := m.client
		if i%2 == 1 {
			c.base = second
		}
		all.Go(func() {
			scored := c.post(t, "/v1/risk/score", body{"device_id": "tablet"}).expect(t, 200)
			if count, above := scored.at("signal_details", "velocity_device", "hour").(float64); above {
				shown[i] = int(count)
			}
		})
	}
	all.Wait()
	slices.Sort(shown)
	for i, count := range shown {
		want := 0
		if i >= limit {
			want = i + 1
		}
		require.Equal(t, want, count)
	}
}
