package e2e

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/rules"
)

// Whichever process is killed, at any time: every event is received, there is one row per attempt, and no run is left
// open.
func TestKilledAtRandom(t *testing.T) {
	t.Parallel()
	for name, scenario := range map[string]func(t *testing.T){
		"workers of several on postgres": workersKilledAtRandom,
		"all in one process on sqlite":   allKilledAtRandom,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scenario(t)
		})
	}
}

// seedVariable repeats the choices of a run that has logged its seed.
const seedVariable = "STILE_TEST_SEED"

// kills chooses random moments.
type kills struct {
	random *rand.Rand
	count  int
}

func newKills(t *testing.T) *kills {
	t.Helper()
	seed := rand.Uint64()
	if given := os.Getenv(seedVariable); given != "" {
		var err error
		seed, err = strconv.ParseUint(given, 10, 64)
		require.NoError(t, err)
	}
	t.Logf("%s=%d", seedVariable, seed)
	return &kills{random: rand.New(rand.NewPCG(seed, 0))}
}

// next returns the next moment, one to three seconds from now.
func (k *kills) next() <-chan time.Time {
	return time.After(time.Second + time.Duration(k.random.Int64N(int64(2*time.Second))))
}

// during takes deliveries and calls strike again and again until the load is over, and then waits for the last event.
func (k *kills) during(t *testing.T, load *sync.WaitGroup, inbox *inbox, events int, strike func()) {
	t.Helper()
	loaded := make(chan struct{})
	go func() { load.Wait(); close(loaded) }()
	began, timeout, next := time.Now(), time.After(5*time.Minute), k.next()
	for len(inbox.heard) < events {
		select {
		case d := <-inbox.arrived:
			inbox.take(t, d)
		case <-next:
			strike()
			k.count++
			next = k.next()
		case <-loaded:
			t.Logf("the load is over after %s, with %d events received", time.Since(began), len(inbox.heard))
			next, loaded = nil, nil
		case <-timeout:
			t.Fatalf("%d of %d events were received", len(inbox.heard), events)
		}
	}
	inbox.settle(t)
	t.Logf("all delivered after %s: %d kills, %d requests repeated", time.Since(began), k.count, inbox.repeats())
}

// someFail has one attempt in twenty fail, so that retries are under way as well.
func someFail(n int) int {
	if n%20 == 0 {
		return http.StatusInternalServerError
	}
	return http.StatusOK
}

// ids are the ids of the sessions with an answered creation.
type ids struct {
	mu  sync.Mutex
	all []string
}

func (i *ids) add(id string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.all = append(i.all, id)
}

// impatient sets short timeouts. The retry schedule does not run out.
var impatient = []string{
	"STILE_WEBHOOK_TIMEOUT=1s", "STILE_SWEEP_INTERVAL=200ms", "STILE_SWEEP_AFTER=500ms", "STILE_IDEMPOTENCY_LEASE=5s",
	"STILE_WEBHOOK_RETRY_SCHEDULE=1s,1s,1s,1s,1s,1s,1s,1s,1s,1s",
}

// workersKilledAtRandom kills workers while an API creates 1,500 sessions, which fire two events each.
func workersKilledAtRandom(t *testing.T) {
	const clients, each = 10, 150
	cluster, database := ownCluster(t)
	s := stackOn(t, temporalOn(t, cluster), database, func(c *config.Config) { c.SandboxQuota = clients * each })
	s.serve(t, app.Options{API: true, Migrate: true, SealHistories: true})
	fleet := newFleet(t, s, 2)
	m := s.sandbox(t, simple(rules.MethodDocumentCapture))
	m.base = fleet.api(t)
	inbox := subscribed(t, m)
	inbox.answer(someFail)
	shop := &shop{merchant: m}
	var load sync.WaitGroup
	for i := range clients {
		// On a busy machine the API may answer 503.
		load.Go(func() { shop.orderAgain(t, shop.orderOnce(t, i*each, each)) })
	}
	t.Cleanup(load.Wait)
	k := newKills(t)
	k.during(t, &load, inbox, 2*clients*each, func() { fleet.replace(t, k.random.IntN(len(fleet.workers))) })
	inbox.reconcile(t, shop.answered.all)
	nothingRuns(t, s.config.TemporalAddress)
}

// fleet is a number of `stile worker` processes, and a `stile api`.
type fleet struct {
	path        string
	environment []string
	workers     []*exec.Cmd
}

// newFleet starts workers for the stack's API.
func newFleet(t *testing.T, s *stack, size int) *fleet {
	t.Helper()
	path, err := production()
	require.NoError(t, err)
	f := &fleet{path: path, workers: make([]*exec.Cmd, size), environment: append(os.Environ(), append(impatient,
		"DATABASE_URL="+s.config.DatabaseURL, "TEMPORAL_ADDRESS="+s.config.TemporalAddress,
		"STILE_ENCRYPTION_KEYS="+s.config.EncryptionKeys, "STILE_LOOKUP_KEY="+s.config.LookupKey,
		"STILE_EGRESS_ALLOW=127.0.0.0/8", "STILE_LOG_LEVEL=warn", "STILE_WORKER_LISTEN=127.0.0.1:0",
	)...)}
	for i := range f.workers {
		f.start(t, i)
	}
	return f
}

// api starts an API without the race detector, which can answer many clients at once, and returns its URL.
func (f *fleet) api(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	api := exec.Command(f.path, "api")
	api.Env = append(
		f.environment,
		"STILE_LISTEN="+address,
		"STILE_SANDBOX_QUOTA=1000000",
		"STILE_RATE_LIMIT_SECRET=1000000",
	)
	run(t, api, "api")
	base := "http://" + address
	testkit.Eventually(t, func() bool {
		ready, err := (client{base: base, http: http.DefaultClient}).try(http.MethodGet, "/readyz", nil)
		return err == nil && ready.status == http.StatusOK
	})
	return base
}

func (f *fleet) start(t *testing.T, i int) {
	t.Helper()
	worker := exec.Command(f.path, "worker")
	worker.Env = f.environment
	run(t, worker, fmt.Sprintf("worker-%d", i))
	f.workers[i] = worker
}

// replace kills a worker at work and starts another.
func (f *fleet) replace(t *testing.T, i int) {
	t.Helper()
	end(f.workers[i])
	f.start(t, i)
}

// allKilledAtRandom kills API, worker and Temporal at once. It has 800 events, not 3,000: SQLite and a Temporal server
// that restarts every few seconds would need minutes for those.
func allKilledAtRandom(t *testing.T) {
	const clients, each = 10, 40
	environment := []string{"STILE_SANDBOX_QUOTA=1000000", "STILE_RATE_LIMIT_SECRET=1000000"}
	p := start(t, t.TempDir(), environment...)
	inbox := subscribed(t, p.sandbox(t))
	inbox.answer(someFail)
	shop := &shop{merchant: p.sandbox(t)}
	var load, repeats sync.WaitGroup
	for i := range clients {
		load.Go(func() {
			lost := shop.orderOnce(t, i*each, each)
			repeats.Go(func() { shop.orderAgain(t, lost) })
		})
	}
	t.Cleanup(func() { load.Wait(); repeats.Wait() })
	k := newKills(t)
	k.during(t, &load, inbox, 2*clients*each, func() {
		shop.open.Lock()
		defer shop.open.Unlock()
		require.NoError(t, p.command.Process.Kill())
		p = restart(t, p, environment)
		shop.merchant, inbox.merchant = p.sandbox(t), p.sandbox(t)
	})
	repeats.Wait()
	inbox.reconcile(t, shop.answered.all)
	nothingRuns(t, strings.TrimPrefix(p.ready.Temporal, "http://"))
}

// shop is a merchant with orders to place. After a kill Stile starts at another address, and clients wait for that.
type shop struct {
	open     sync.RWMutex
	merchant merchant
	answered ids
}

// orderOnce places that many orders and returns the unanswered ones.
func (s *shop) orderOnce(t *testing.T, first, many int) (lost []int) {
	t.Helper()
	for order := first; order < first+many; order++ {
		if !s.order(t, order) {
			lost = append(lost, order)
		}
	}
	return lost
}

// orderAgain repeats orders until they are answered. A dead request keeps its key until its lease ends.
func (s *shop) orderAgain(t *testing.T, lost []int) {
	t.Helper()
	for deadline := time.Now().Add(testkit.Patience); len(lost) > 0; {
		order := lost[0]
		lost = lost[1:]
		if s.order(t, order) {
			continue
		}
		require.True(t, time.Now().Before(deadline), "order %d is never answered", order)
		lost = append(lost, order)
		<-time.After(10 * pollOften)
	}
}

// order reports whether an order was answered. An unanswered one may or may not have been executed.
func (s *shop) order(t *testing.T, order int) bool {
	t.Helper()
	s.open.RLock()
	m := s.merchant
	s.open.RUnlock()
	a, err := m.try("POST", "/v1/verification_sessions", m.order(body{"skip_verification": true}),
		"Idempotency-Key", fmt.Sprintf("order-%d", order))
	if err != nil || a.status == http.StatusServiceUnavailable {
		return false
	}
	s.answered.add(a.expect(t, 201).text("id"))
	return true
}
