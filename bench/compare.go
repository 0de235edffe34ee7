package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/stile-id/stile/models"
)

// comparison holds the samples of two sides, round by round.
type comparison struct {
	title     string
	base, our string
	rounds    []pair
	// shown are the figures that the report shows next to the ratio.
	shown []figure
	// alone are figures that only Stile's side has.
	alone []fact
	// grown are calls with few and with many rows, in comparisons of growth.
	grown []row
	// table is printed as it is, instead of a ratio.
	table *table
	of    ratioOf
	// target is the target of the ratio; 0 means none.
	target float64
}

// ratioOf selects the values that a ratio divides.
type ratioOf int

const (
	// By default a ratio divides runs per second, which should reach the target.
	_ ratioOf = iota
	// cost divides time per run, which should stay below the target.
	cost
	// latency divides the medians of the times to the outcome.
	latency
	// speed divides the time of a run of the base by that of a run of ours, which should reach the target.
	speed
)

type pair struct{ base, our sample }

// ratio returns the ratio of one round.
func (c comparison) ratio(p pair) float64 {
	switch c.of {
	case cost:
		return p.base.perSecond / p.our.perSecond
	case latency:
		return p.our.p50 / p.base.p50
	case speed:
		return p.base.p50 / p.our.p50
	default:
		return p.our.perSecond / p.base.perSecond
	}
}

// bench measures comparisons on a site.
type bench struct {
	*site
	options
	bare     *bare
	timers   *timers // nil where clients are hasty
	progress io.Writer
}

// compareAll returns the comparisons that it has measured, also after an error. Those that need no site come first.
func compareAll(ctx context.Context, o options, progress io.Writer) ([]comparison, error) {
	results, err := bench{options: o, progress: progress}.measureAll(ctx, false)
	atSite := slices.ContainsFunc(measurements, func(m measurement) bool { return m.site && o.wants(m) })
	if !atSite || ctx.Err() != nil {
		return results, err
	}
	s, failed := newSite(ctx, o.visibility)
	if failed != nil {
		return results, errors.Join(err, failed)
	}
	measured, failed := compareAt(ctx, s, o, progress)
	return append(results, measured...), errors.Join(err, failed, s.close(ctx))
}

// compareAt returns the comparisons at a site.
func compareAt(ctx context.Context, s *site, o options, progress io.Writer) (_ []comparison, err error) {
	b := bench{site: s, options: o, progress: progress}
	if !o.hasty {
		if b.timers, err = s.watchTimers(ctx); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, b.timers.close(ctx)) }()
	}
	if b.bare, err = newBare(s, b.timers, o.barePollers); err != nil {
		return nil, err
	}
	defer b.bare.close()
	return b.measureAll(ctx, true)
}

// measureAll makes the comparisons that need a site, or those that need none. If one fails, the others are made all the
// same, and the error names it.
func (b bench) measureAll(ctx context.Context, site bool) (results []comparison, err error) {
	for _, m := range measurements {
		if m.site != site || !b.wants(m) || ctx.Err() != nil {
			continue
		}
		measured, failed := m.measure(b, ctx)
		results = append(results, measured...)
		if failed != nil {
			err = errors.Join(err, fmt.Errorf("%s: %w", m.name, failed))
		}
	}
	return results, errors.Join(err, ctx.Err())
}

// measurement makes comparisons under a name.
type measurement struct {
	name    string
	measure func(bench, context.Context) ([]comparison, error)
	// site means that PostgreSQL and Temporal are needed.
	site bool
	// asked means that the comparison is only made by request.
	asked bool
}

// measurements are the comparisons, in the order of measurement.
var measurements = []measurement{
	{name: "wallet", measure: bench.wallet},
	{name: "documents", measure: bench.documents},
	{name: "barcodes", measure: one(bench.barcodes)},
	{name: "zones", measure: bench.zones},
	{name: "chip", measure: bench.chip},
	{name: "faces", measure: bench.faces},
	{name: "apart", measure: one(bench.sessionsApart), site: true},
	{name: "together", measure: one(bench.sessionsTogether), site: true},
	{name: "graphs", measure: one(bench.graphs), site: true},
	{name: "deliveries", measure: one(bench.deliveries), site: true},
	{name: "hanging", measure: one(bench.hanging), site: true},
	{name: "catch-up", measure: bench.catchUp, site: true},
	{name: "handoff", measure: bench.handoff, site: true},
	{name: "check", measure: one(bench.check), site: true},
	{name: "behind", measure: one(bench.checkBehind), site: true},
	{name: "risk", measure: one(bench.risk), site: true},
	// These leave tens of thousands of sessions without a run: a worker would begin runs for minutes.
	{name: "tokens", measure: one(bench.tokens), site: true},
	{name: "alike", measure: bench.alike, site: true},
	{name: "open", measure: bench.open, site: true, asked: true},
	{name: "assessments", measure: bench.assessments, site: true, asked: true},
	{name: "growth", measure: bench.growth, site: true, asked: true},
}

// one returns a measurement of a single comparison.
func one(measure func(bench, context.Context) (comparison, error)) func(bench, context.Context) ([]comparison, error) {
	return func(b bench, ctx context.Context) ([]comparison, error) {
		measured, err := measure(b, ctx)
		if err != nil {
			return nil, err
		}
		return []comparison{measured}, nil
	}
}

func names() (all []string) {
	for _, m := range measurements {
		all = append(all, m.name)
	}
	return all
}

func (b bench) sessionsApart(ctx context.Context) (comparison, error) {
	return b.sessions(ctx, comparison{title: "API and worker apart", target: 1.1}, b.apart)
}

func (b bench) sessionsTogether(ctx context.Context) (comparison, error) {
	return b.sessions(ctx, comparison{title: "stile serve", target: 1.25}, b.together)
}

// sessions compares sessions with bare workflows.
func (b bench) sessions(
	ctx context.Context, c comparison, start func(context.Context) (*stile, error),
) (comparison, error) {
	c.base, c.our, c.shown = "bare workflow", "session", ofRuns
	err := b.with(ctx, start, func(m *merchant) error {
		ours, err := b.sessionsBy(ctx, m, c.our, simple())
		if err != nil {
			return err
		}
		c.alone, err = b.counted(ctx, func() (err error) {
			bare := b.recorded(c.base, barePrefix+"%", b.bare.once)
			c.rounds, err = b.compare(ctx, c.title, b.options.sessions, bare, ours)
			return err
		})
		return err
	})
	return c, err
}

// counted returns the transactions of a session in Stile's own database, which it counts while measure runs. Those that
// the processes make without sessions are taken off, and are a fact of their own.
func (b bench) counted(ctx context.Context, measure func() error) ([]fact, error) {
	if err := pause(ctx, flushed); err != nil {
		return nil, err
	}
	before, err := b.committed(ctx)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if err := measure(); err != nil {
		return nil, err
	}
	if err := pause(ctx, flushed); err != nil {
		return nil, err
	}
	after, err := b.committed(ctx)
	if err != nil {
		return nil, err
	}
	took := time.Since(began)
	quiet, err := b.transactions(ctx, idle)
	sessions := b.warmUp(b.options.sessions) + b.options.rounds*b.options.sessions
	return []fact{
		{what: "transactions in Stile's database", value: (float64(after-before) - quiet*took.Seconds()) / float64(sessions)},
		{what: "the same without sessions, per second", value: quiet},
	}, err
}

// graphs compares sessions through a long graph with sessions through the shortest one.
func (b bench) graphs(ctx context.Context) (comparison, error) {
	c := comparison{title: "graph", base: "3 nodes", our: "50 nodes", of: cost, target: 1.3, shown: ofRuns}
	err := b.with(ctx, b.apart, func(m *merchant) error {
		short, err := b.sessionsBy(ctx, m, c.base, chain(3))
		if err != nil {
			return err
		}
		long, err := b.sessionsBy(ctx, m, c.our, chain(50))
		if err != nil {
			return err
		}
		c.rounds, err = b.compare(ctx, c.title, b.options.sessions, short, long)
		return err
	})
	return c, err
}

// with runs Stile, with a merchant, while use runs.
func (b bench) with(
	ctx context.Context, start func(context.Context) (*stile, error), use func(*merchant) error,
) (err error) {
	s, err := start(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	m, err := newMerchant(ctx, s, b.clients)
	if err != nil {
		return err
	}
	defer m.close()
	return use(m)
}

// sessionsBy returns a side that runs the merchant's sessions of a workflow.
func (b bench) sessionsBy(ctx context.Context, m *merchant, name string, definition object) (side, error) {
	workflow, err := m.publish(ctx, definition)
	once := func(ctx context.Context) (time.Duration, error) { return m.verify(ctx, workflow) }
	return b.recorded(name, string(models.PrefixSession)+"%", once), err
}

// recorded returns a side with runs that Temporal stores, under ids that match ids by LIKE. A _ in ids matches any
// character, but matches no other runs here.
func (b bench) recorded(name, ids string, once func(context.Context) (time.Duration, error)) side {
	return side{
		name: name, once: once,
		finished: func(ctx context.Context) (int, error) { return b.finished(ctx, ids) },
		events:   func(ctx context.Context) (float64, error) { return b.events(ctx, b.bare.client, ids) },
	}
}

// warmUp returns the number of runs before the measured ones.
func (b bench) warmUp(runs int) int { return min(runs, max(2*b.clients, runs/8)) }

// compare lets both sides take their turns of runs, in alternating order.
func (b bench) compare(ctx context.Context, title string, runs int, base, our side) ([]pair, error) {
	for _, s := range []side{base, our} {
		if _, err := b.round(ctx, s, b.warmUp(runs), b.clients); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", title, s.name, err)
		}
	}
	rounds := make([]pair, b.options.rounds)
	for i := range rounds {
		turns := []turn{{base, runs, &rounds[i].base}, {our, runs, &rounds[i].our}}
		if i%2 == 1 {
			slices.Reverse(turns)
		}
		for _, t := range turns {
			if err := b.turn(ctx, t); err != nil {
				return nil, fmt.Errorf("%s: %s: %w", title, t.side.name, err)
			}
		}
		_, err := fmt.Fprintf(b.progress, "%s, round %d: %s %.1f/s, p50 %.1f ms, %s %.1f/s, p50 %.1f ms\n", title, i+1,
			base.name, rounds[i].base.perSecond, rounds[i].base.p50, our.name, rounds[i].our.perSecond, rounds[i].our.p50)
		if err != nil {
			return nil, err
		}
	}
	return rounds, nil
}

// turn is a side's part of a round.
type turn struct {
	side side
	runs int
	into *sample
}

func (b bench) turn(ctx context.Context, t turn) error {
	if t.side.around == nil {
		return b.measure(ctx, t)
	}
	return t.side.around(ctx, func() error { return b.measure(ctx, t) })
}

func (b bench) measure(ctx context.Context, t turn) (err error) {
	if *t.into, err = b.round(ctx, t.side, t.runs, b.clients); err != nil || t.side.events == nil {
		return err
	}
	t.into.events, err = t.side.events(ctx)
	return err
}
