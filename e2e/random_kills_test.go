package e2e

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
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

// kills are processes killed at random moments.
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

// next returns the next moment, half a second to one and a half seconds from now.
func (k *kills) next() <-chan time.Time {
	return time.After(time.Second/2 + time.Duration(k.random.Int64N(int64(time.Second))))
}

// during takes the deliveries of the shop's orders and calls strike that many times. Then it closes the shop and waits
// for the last event.
func (k *kills) during(t *testing.T, shop *shop, inbox *inbox, strikes int, strike func()) {
	t.Helper()
	left := shop.opened(t)
	began, timeout, next := time.Now(), time.After(2*testkit.Patience), k.next()
	for left != nil || len(inbox.heard) < shop.events() {
		select {
		case d := <-inbox.arrived:
			inbox.take(t, d)
			shop.served(len(inbox.heard))
		case <-next:
			strike()
			k.count++
			next = k.next()
			if k.count == strikes {
				next = nil
				shop.closing.Store(true)
			}
		case <-left:
			t.Logf("clients left after %s, with %d of %d events received", time.Since(began), len(inbox.heard), shop.events())
			left = nil
		case <-timeout:
			t.Fatalf("%d of %d events were received", len(inbox.heard), shop.events())
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

// workersKilledAtRandom kills workers while an API creates sessions, which fire two events each.
func workersKilledAtRandom(t *testing.T) {
	const strikes = 40
	cluster, database := ownCluster(t)
	s := stackOn(t, temporalOn(t, cluster), database, func(c *config.Config) { c.SandboxQuota = 1e6 })
	s.serve(t, app.Options{API: true, Migrate: true, SealHistories: true})
	fleet := newFleet(t, s, 2)
	m := s.sandbox(t, simple(rules.MethodDocumentCapture))
	m.base = fleet.api(t)
	inbox := subscribed(t, m)
	inbox.answer(someFail)
	shop := &shop{merchant: m}
	k := newKills(t)
	k.during(t, shop, inbox, strikes, func() { fleet.replace(t, k.random.IntN(len(fleet.workers))) })
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

// allKilledAtRandom kills API, worker and Temporal at once. It has fewer strikes, because all of them start anew after
// each.
func allKilledAtRandom(t *testing.T) {
	const strikes = 8
	environment := []string{"STILE_SANDBOX_QUOTA=1000000", "STILE_RATE_LIMIT_SECRET=1000000"}
	p := startWhole(t, t.TempDir(), environment...)
	inbox := subscribed(t, p.sandbox(t))
	inbox.answer(someFail)
	shop := &shop{merchant: p.sandbox(t)}
	k := newKills(t)
	k.during(t, shop, inbox, strikes, func() {
		shop.moving.Lock()
		defer shop.moving.Unlock()
		require.NoError(t, p.command.Process.Kill())
		p = restart(t, p, environment)
		shop.merchant, inbox.merchant = p.sandbox(t), p.sandbox(t)
	})
	inbox.reconcile(t, shop.answered.all)
	nothingRuns(t, strings.TrimPrefix(p.ready.Temporal, "http://"))
}

const (
	// clients is the number of clients of a shop.
	clients = 10
	// mostUnserved is the number of orders whose events may be outstanding, so that each strike hits a process at work and
	// little work is left after the last one.
	mostUnserved = 100
)

// shop is a merchant with clients that place orders until it closes. After a kill Stile starts at another address, and
// clients wait for that.
type shop struct {
	moving   sync.RWMutex
	merchant merchant
	answered ids
	placed   atomic.Int64
	closing  atomic.Bool
	// most is the number of orders whose events may be outstanding; 0 means mostUnserved.
	most int
	// unserved holds an element for each order whose events are outstanding.
	unserved chan struct{}
}

// opened lets the clients in. The channel is closed when they have left.
func (s *shop) opened(t *testing.T) (left chan struct{}) {
	t.Helper()
	s.unserved = make(chan struct{}, cmp.Or(s.most, mostUnserved))
	left = make(chan struct{})
	var inside sync.WaitGroup
	for range clients {
		inside.Go(func() { s.visit(t) })
	}
	go func() { inside.Wait(); close(left) }()
	t.Cleanup(func() { s.closing.Store(true); <-left })
	return left
}

// visit places orders until the shop closes, and repeats unanswered ones until they are answered.
func (s *shop) visit(t *testing.T) {
	t.Helper()
	var lost []int64
	for !s.closing.Load() {
		select {
		case s.unserved <- struct{}{}:
			lost = append(lost, s.placed.Add(1))
		case <-time.After(10 * pollOften):
		case <-t.Context().Done():
			return
		}
		lost = s.unanswered(t, lost)
	}
	for deadline := time.Now().Add(testkit.Patience); len(lost) > 0; <-time.After(10 * pollOften) {
		require.True(t, time.Now().Before(deadline), "orders %v are never answered", lost)
		lost = s.unanswered(t, lost)
	}
}

// unanswered places orders, or places them again, and returns the unanswered ones. A dead request keeps its key until
// its lease ends.
func (s *shop) unanswered(t *testing.T, orders []int64) []int64 {
	t.Helper()
	return slices.DeleteFunc(orders, func(order int64) bool { return s.order(t, order) })
}

// events returns the number of events that the orders fire.
func (s *shop) events() int { return 2 * int(s.placed.Load()) }

// served makes room for further orders when that many events have been received.
func (s *shop) served(events int) {
	for len(s.unserved) > max(s.events()-events, 0)/2 {
		<-s.unserved
	}
}

// order reports whether an order was answered. An unanswered one may or may not have been executed.
func (s *shop) order(t *testing.T, order int64) bool {
	t.Helper()
	s.moving.RLock()
	m := s.merchant
	s.moving.RUnlock()
	a, err := m.try("POST", "/v1/verification_sessions", m.order(body{"skip_verification": true}),
		"Idempotency-Key", fmt.Sprintf("order-%d", order))
	if err != nil || a.status == http.StatusServiceUnavailable {
		return false
	}
	s.answered.add(a.expect(t, 201).text("id"))
	return true
}
