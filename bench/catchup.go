package main

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/stile-id/stile/internal/app"
)

const (
	// owedRuns is the number of sessions, or deliveries, that are owed after an outage, and of bare runs beside them.
	owedRuns = 500
	// catchUpClients is the number of clients of the bare side, as many as a worker tells runs at once.
	catchUpClients = 64
	// nowhere is the address of a Temporal server that is away.
	nowhere = "127.0.0.1:1"
)

// debt is a kind of work that is owed after an outage of Temporal.
type debt struct {
	title, base string
	// bare makes a bare run.
	bare func(ctx context.Context) (time.Duration, error)
	// owe leaves the work undone. near has Temporal, away has not.
	owe func(ctx context.Context, m *merchant, near, away string, workflow string) error
}

func (b bench) debts() []debt {
	starts := func(ctx context.Context) (time.Duration, error) {
		began := time.Now()
		_, _, err := b.bare.start(ctx, barePrefix, bareWorkflow)
		return time.Since(began), err
	}
	return []debt{
		{title: "owed starts", base: "bare starts", bare: starts, owe: oweStart},
		{title: "owed updates of submitted sessions", base: "bare activities", bare: b.bare.onceTask, owe: oweUpdate},
		{title: "owed starts of submitted sessions", base: "bare activities", bare: b.bare.onceTask, owe: oweVerdict},
		{title: "owed deliveries", base: "bare activities", bare: b.bare.onceTask, owe: oweDelivery},
	}
}

func oweStart(ctx context.Context, m *merchant, _, away, workflow string) error {
	_, err := m.at(away).create(ctx, workflow)
	return err
}

func oweUpdate(ctx context.Context, m *merchant, near, away, workflow string) error {
	s, err := m.at(near).create(ctx, workflow)
	if err != nil {
		return err
	}
	return m.at(away).attest(ctx, s)
}

func oweVerdict(ctx context.Context, m *merchant, _, away, workflow string) error {
	return oweUpdate(ctx, m, away, away, workflow)
}

func oweDelivery(ctx context.Context, m *merchant, _, away, _ string) error {
	_, err := m.at(away).test(ctx, m.endpoint)
	return err
}

// at returns the tenant with another base of the API.
func (t *tenant) at(base string) *tenant {
	other := *t
	other.base = base
	return &other
}

// catchUp compares the rate at which one worker catches up after an outage of Temporal with the rate of bare runs.
func (b bench) catchUp(ctx context.Context) (all []comparison, err error) {
	for _, d := range b.debts() {
		c := comparison{title: d.title, base: d.base, our: "by a worker's sweep", shown: ofDebts}
		for range b.rounds {
			p, err := b.catchUpOnce(ctx, d)
			if err != nil {
				return all, err
			}
			c.rounds = append(c.rounds, p)
		}
		all = append(all, c)
	}
	return all, nil
}

func (b bench) catchUpOnce(ctx context.Context, d debt) (p pair, err error) {
	alone := func(ctx context.Context) (*stile, error) {
		api, err := b.process(ctx, app.Options{API: true})
		return &stile{api: api, worker: api}, err
	}
	err = b.with(ctx, alone, func(m *merchant) error {
		if err := b.owe(ctx, d, m); err != nil {
			return err
		}
		if p.base, err = b.round(ctx, side{once: d.bare}, owedRuns, catchUpClients); err != nil {
			return err
		}
		p.our, err = b.pay(ctx)
		return err
	})
	return p, err
}

// owe leaves work undone. It waits until the calls to the Temporal that is away have ended.
func (b bench) owe(ctx context.Context, d debt, m *merchant) (err error) {
	workflow, err := m.publish(ctx, simple())
	if err != nil {
		return err
	}
	lost := *b.site
	lost.config.TemporalAddress = nowhere
	away, err := lost.process(ctx, app.Options{API: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, away.Stop()) }()
	_, err = work(ctx, side{once: func(ctx context.Context) (time.Duration, error) {
		return 0, d.owe(ctx, m, m.base, away.URL(), workflow)
	}}, owedRuns, catchUpClients/2)
	return err
}

// pay runs a worker until nothing is owed. The time counts from the first piece of work that it repeats.
func (b bench) pay(ctx context.Context) (s sample, err error) {
	conn, err := pgx.Connect(ctx, b.config.DatabaseURL)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	owed := func() (n int, err error) {
		return n, conn.QueryRow(ctx, "SELECT (SELECT count(*) FROM sessions WHERE nudge_at IS NOT NULL) + "+
			"(SELECT count(*) FROM webhook_deliveries WHERE status = 'pending')").Scan(&n)
	}
	there := *b.site
	there.config.SweepAfter, there.config.WebhookTimeout = time.Millisecond, time.Second // which make work overdue soon
	all, err := owed()
	if err != nil {
		return s, err
	}
	from, err := b.written(ctx)
	if err != nil {
		return s, err
	}
	worker, err := there.process(ctx, app.Options{Worker: true})
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, worker.Stop()) }()
	cpu, began := cpuTime(), time.Time{}
	err = until(ctx, func() (bool, error) {
		n, err := owed()
		if n < all && began.IsZero() {
			began, cpu = time.Now(), cpuTime()
		}
		return n == 0, err
	})
	took := time.Since(began)
	cpu = cpuTime() - cpu
	to, counted := b.written(ctx)
	n := float64(all)
	return sample{
		perSecond: n / took.Seconds(), cpu: milliseconds(cpu) / n,
		writes: float64(to.transactions-from.transactions) / n, walKB: float64(to.walBytes-from.walBytes) / 1024 / n,
	}, errors.Join(err, counted)
}
