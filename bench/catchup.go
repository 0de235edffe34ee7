package main

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/stile-id/stile/internal/app"
)

const (
	// owedSessions is the number of sessions that are created while Temporal is away, and of bare starts beside them.
	owedSessions = 1000
	// catchUpClients is the number of bare starts at once, as many as a worker repeats at once.
	catchUpClients = 16
	// nowhere is the address of a Temporal server that is away.
	nowhere = "127.0.0.1:1"
)

// catchUp compares the rate at which one worker starts the runs of sessions that were created while Temporal was away
// with the rate of starts of bare workflows.
func (b bench) catchUp(ctx context.Context) (comparison, error) {
	c := comparison{title: "runs owed after an outage of Temporal", base: "bare starts", our: "starts by a worker's sweep"}
	for range b.rounds {
		if err := b.owe(ctx); err != nil {
			return c, err
		}
		base, err := b.bareStarts(ctx)
		if err != nil {
			return c, err
		}
		our, err := b.startsOwed(ctx)
		if err != nil {
			return c, err
		}
		c.rounds = append(c.rounds, pair{base: base, our: our})
	}
	return c, nil
}

// owe creates sessions while Temporal is away.
func (b bench) owe(ctx context.Context) error {
	away := *b.site
	away.config.TemporalAddress = nowhere
	alone := func(ctx context.Context) (*stile, error) {
		api, err := away.process(ctx, app.Options{API: true})
		return &stile{api: api, worker: api}, err
	}
	return b.with(ctx, alone, func(m *merchant) error {
		workflow, err := m.publish(ctx, simple())
		if err != nil {
			return err
		}
		_, err = work(ctx, side{once: func(ctx context.Context) (time.Duration, error) {
			_, err := m.create(ctx, workflow)
			return 0, err
		}}, owedSessions, owedSessions/4)
		return err
	})
}

func (b bench) bareStarts(ctx context.Context) (sample, error) {
	return b.round(ctx, side{once: func(ctx context.Context) (time.Duration, error) {
		began := time.Now()
		_, _, err := b.bare.start(ctx, barePrefix, bareWorkflow)
		return time.Since(began), err
	}}, owedSessions, catchUpClients)
}

// startsOwed runs a worker until no session is owed its run. The time counts from the first start that it repeats.
func (b bench) startsOwed(ctx context.Context) (s sample, err error) {
	conn, err := pgx.Connect(ctx, b.config.DatabaseURL)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	owed := func() (n int, err error) {
		return n, conn.QueryRow(ctx, "SELECT count(*) FROM sessions WHERE nudge_at IS NOT NULL").Scan(&n)
	}
	there := *b.site
	there.config.SweepAfter = time.Millisecond
	worker, err := there.process(ctx, app.Options{Worker: true})
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, worker.Stop()) }()
	all, err := owed()
	if err != nil {
		return s, err
	}
	var began time.Time
	err = until(ctx, func() (bool, error) {
		n, err := owed()
		if n < all && began.IsZero() {
			began = time.Now()
		}
		return n == 0, err
	})
	return sample{perSecond: float64(all) / time.Since(began).Seconds()}, err
}
