// Package workertest runs a deployment of Stile for tests: a store and workers in the test's process, and a Temporal
// server beside it.
package workertest

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"

	"github.com/stile-id/stile/activities"
	"github.com/stile-id/stile/internal/mail"
	"github.com/stile-id/stile/internal/orchestrator"
	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/internal/temporaltest"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/worker"
	"github.com/stile-id/stile/worker/workertest/scene"
)

// Options configure the workers of a House.
type Options struct {
	// Workers is the number of workers.
	Workers int
	Judge   methods.Judge
	// WebhookRetrySchedule, SweepInterval and SweepAfter are those of worker.Options.
	WebhookRetrySchedule      []time.Duration
	SweepInterval, SweepAfter time.Duration
	// WebhookTimeout is the time that receivers have, and OverdueAfter the time after which the sweep takes work for lost;
	// 0 means the package's WebhookTimeout and OverdueAfter.
	WebhookTimeout, OverdueAfter time.Duration
	// Retention is the age at which the sweep deletes events, histories of ended sessions and audit entries; 0 keeps them.
	Retention time.Duration
	// Registry takes the metrics of a house with one worker; nil means a new registry.
	Registry *prometheus.Registry
	// Mailer sends mails; nil where none can be sent.
	Mailer mail.Sender
	// Log takes the log of the workers; nil discards it.
	Log *slog.Logger
}

// CallbackURL is the address for callbacks of the house's providers.
const CallbackURL = "https://id.example/v1/provider_callbacks"

// ReviewTimeout is longer than any test.
const ReviewTimeout = time.Hour

const (
	// WebhookTimeout gives receivers enough time on a machine that is busy with other tests.
	WebhookTimeout = 30 * time.Second
	// OverdueAfter is how long work of the sweep's scenarios must be overdue. No attempt at a receiver that answers takes
	// as long.
	OverdueAfter = 15 * time.Second
)

// putOffMost keeps tests from waiting long for postponed deliveries.
const putOffMost = 2 * time.Second

// House is a Temporal server and a store, with workers on both.
type House struct {
	*orchestrator.Orchestrator
	options Options
	address string
	closers []func()
}

// Open starts a house for one test.
func Open(t testing.TB, o Options) *House {
	t.Helper()
	h, err := open(t.Context(), t.TempDir(), o)
	require.NoError(t, err)
	t.Cleanup(h.close)
	return h
}

func open(ctx context.Context, dir string, o Options) (h *House, err error) {
	h = &House{options: o}
	defer func() {
		if err != nil {
			h.close()
		}
	}()
	server, err := temporaltest.Start(ctx, temporaltest.Options{})
	if err != nil {
		return h, err
	}
	h.closers = append(h.closers, server.Stop)
	h.address = server.FrontendAddress()
	if h.Orchestrator, err = Connect(ctx, h.address, dir); err != nil {
		return h, err
	}
	h.closers = append(h.closers, func() { _ = h.Store.Close() }, h.Temporal.Close)
	for range o.Workers {
		w := h.NewWorker()
		w.Start(ctx)
		h.closers = append(h.closers, w.Stop)
	}
	return h, nil
}

// close stops the parts in the reverse order of their start.
func (h *House) close() {
	for i := range h.closers {
		h.closers[len(h.closers)-1-i]()
	}
}

// Connect opens a store in the folder, and a client that connects to Temporal at its first use.
func Connect(ctx context.Context, address, dir string) (*orchestrator.Orchestrator, error) {
	temporal, err := client.NewLazyClient(client.Options{
		HostPort: address, Identity: "stile-test", Logger: log.NewStructuredLogger(quiet()),
	})
	if err != nil {
		return nil, err
	}
	s, err := scene.OpenStore(ctx, dir, time.Now)
	if err != nil {
		temporal.Close()
		return nil, err
	}
	return &orchestrator.Orchestrator{Temporal: temporal, Store: s, Delay: true, Patience: testkit.Patience}, nil
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// NewWorker returns another worker of the house. The caller starts and stops it.
func (h *House) NewWorker() *worker.Worker { return NewWorker(h.Orchestrator, h.options) }

// NewWorker returns a worker that has not been started.
func NewWorker(o *orchestrator.Orchestrator, options Options) *worker.Worker {
	if options.Log == nil {
		options.Log = quiet()
	}
	if options.Registry == nil {
		options.Registry = prometheus.NewRegistry()
	}
	return worker.New(worker.Options{
		Temporal: o.Temporal, Store: o.Store, Orchestrator: o, Judge: options.Judge,
		CallbackURL: CallbackURL, WebhookTimeout: cmp.Or(options.WebhookTimeout, WebhookTimeout),
		Egress: outbound.Policy{Allow: outbound.Loopback()}, WebhookRetrySchedule: options.WebhookRetrySchedule,
		Mailer:        options.Mailer,
		ReviewTimeout: ReviewTimeout, SessionTTL: ReviewTimeout,
		SweepInterval: options.SweepInterval, SweepAfter: options.SweepAfter,
		EventRetention: options.Retention, HistoryRetention: options.Retention, AuditRetention: options.Retention,
		OverdueAfter: cmp.Or(options.OverdueAfter, OverdueAfter), PutOffMost: putOffMost,
		Answers: activities.Answers{Prompt: WebhookTimeout, Quick: WebhookTimeout}, // also on a busy machine
		Metrics: worker.NewMetrics(options.Registry), Log: options.Log,
	})
}

// Shared is a house that all tests of a package use. The first test opens it.
type Shared struct {
	open func() (*House, error)
	dir  string
}

// Share returns a house for a package.
func Share(o Options) *Shared {
	s := &Shared{}
	s.open = sync.OnceValues(func() (*House, error) {
		var err error
		if s.dir, err = os.MkdirTemp("", "stile-house-"); err != nil {
			return nil, err
		}
		return open(context.TODO(), s.dir, o) // it outlives every test
	})
	return s
}

// House returns the house and opens it at the first call.
func (s *Shared) House(t testing.TB) *House {
	t.Helper()
	h, err := s.open()
	require.NoError(t, err)
	return h
}

// Main runs the tests of the package and closes the house if a test has opened it.
func (s *Shared) Main(m *testing.M) int { return Main(m, s) }

// Main runs the tests of a package that has several houses.
func Main(m *testing.M, houses ...*Shared) int {
	code := m.Run()
	for _, s := range houses {
		if err := s.shut(); err != nil {
			code = max(code, 1)
		}
	}
	return code
}

func (s *Shared) shut() error {
	if s.dir == "" {
		return nil
	}
	h, err := s.open()
	if err != nil {
		return errors.Join(err, os.RemoveAll(s.dir))
	}
	h.close()
	return os.RemoveAll(s.dir)
}
