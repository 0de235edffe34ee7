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

// comparison is the two sides' samples, round by round.
type comparison struct {
	title     string
	base, our string
	rounds    []pair
	// transactions of Stile's database per session; 0 where both sides use it.
	transactions float64
	// cost makes the ratio one of time per run, which is to stay below target, instead of runs per second, which are to
	// reach it.
	cost bool
	// target is what the ratio should be; 0 where it merely says how things are.
	target float64
}

type pair struct{ base, our sample }

// ratio is that of a round.
func (c comparison) ratio(p pair) float64 {
	if c.cost {
		return p.base.perSecond / p.our.perSecond
	}
	return p.our.perSecond / p.base.perSecond
}

// bench measures comparisons on a site.
type bench struct {
	*site
	options
	bare     *bare
	timers   *timers // nil where clients are hasty
	progress io.Writer
}

// compareAll returns what it has measured, also where it broke off.
func compareAll(ctx context.Context, s *site, o options, progress io.Writer) (_ []comparison, err error) {
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
	var results []comparison
	for _, named := range measurements {
		if !o.wants(named.name) {
			continue
		}
		result, err := named.measure(b, ctx)
		if err != nil {
			return results, err
		}
		results = append(results, result)
	}
	return results, nil
}

// measurements are the comparisons, in the order in which they are made.
var measurements = []struct {
	name    string
	measure func(bench, context.Context) (comparison, error)
}{
	{"apart", bench.sessionsApart},
	{"together", bench.sessionsTogether},
	{"graphs", bench.graphs},
	{"deliveries", bench.deliveries},
	{"hanging", bench.hanging},
}

func names() (all []string) {
	for _, m := range measurements {
		all = append(all, m.name)
	}
	return all
}

func (b bench) sessionsApart(ctx context.Context) (comparison, error) {
	return b.sessions(ctx, "API and worker apart", b.apart)
}

func (b bench) sessionsTogether(ctx context.Context) (comparison, error) {
	return b.sessions(ctx, "stile serve", b.together)
}

// sessions compares sessions with bare workflows.
func (b bench) sessions(
	ctx context.Context, title string, start func(context.Context) (*stile, error),
) (comparison, error) {
	c := comparison{title: title, base: "bare workflow", our: "session", target: 0.85}
	before, err := b.commits(ctx)
	if err != nil {
		return c, err
	}
	err = b.with(ctx, start, func(m *merchant) error {
		ours, err := m.side(ctx, c.our, simple())
		if err != nil {
			return err
		}
		c.rounds, err = b.compare(ctx, title, side{name: c.base, ids: barePrefix + "%", once: b.bare.once}, ours)
		return err
	})
	if err != nil {
		return c, err
	}
	after, err := b.commits(ctx) // the connections of both processes are closed by now
	c.transactions = float64(after-before) / float64(b.warmUp()+b.options.rounds*b.options.sessions)
	return c, err
}

// graphs compares sessions through a long graph with sessions through the shortest.
func (b bench) graphs(ctx context.Context) (comparison, error) {
	c := comparison{title: "graph", base: "3 nodes", our: "50 nodes", cost: true, target: 1.3}
	err := b.with(ctx, b.apart, func(m *merchant) error {
		short, err := m.side(ctx, c.base, chain(3))
		if err != nil {
			return err
		}
		long, err := m.side(ctx, c.our, chain(50))
		if err != nil {
			return err
		}
		c.rounds, err = b.compare(ctx, c.title, short, long)
		return err
	})
	return c, err
}

// with runs Stile, and a merchant on it, for as long as use takes.
func (b bench) with(
	ctx context.Context, start func(context.Context) (*stile, error), use func(*merchant) error,
) (err error) {
	s, err := start(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	m, err := newMerchant(ctx, s, b.clients, b.timers)
	if err != nil {
		return err
	}
	defer m.close()
	return use(m)
}

// side is the merchant's sessions by a workflow.
func (m *merchant) side(ctx context.Context, name string, definition object) (side, error) {
	workflow, err := m.publish(ctx, definition)
	once := func(ctx context.Context) (time.Duration, error) { return m.verify(ctx, workflow) }
	return side{name: name, ids: string(models.PrefixSession) + "%", once: once}, err
}

func (b bench) warmUp() int { return min(b.options.sessions, 2*b.clients) }

// compare lets both sides take their turns, each round in the other order than the one before.
func (b bench) compare(ctx context.Context, title string, base, our side) ([]pair, error) {
	for _, s := range []side{base, our} {
		if _, err := b.round(ctx, s, b.warmUp(), b.clients); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", title, s.name, err)
		}
	}
	rounds := make([]pair, b.options.rounds)
	for i := range rounds {
		turns := []turn{{base, &rounds[i].base}, {our, &rounds[i].our}}
		if i%2 == 1 {
			slices.Reverse(turns)
		}
		for _, t := range turns {
			if err := b.turn(ctx, t); err != nil {
				return nil, fmt.Errorf("%s: %s: %w", title, t.side.name, err)
			}
		}
		_, err := fmt.Fprintf(b.progress, "%s, round %d: %s %.1f/s, %s %.1f/s\n",
			title, i+1, base.name, rounds[i].base.perSecond, our.name, rounds[i].our.perSecond)
		if err != nil {
			return nil, err
		}
	}
	return rounds, nil
}

// turn is a side's part of a round.
type turn struct {
	side side
	into *sample
}

func (b bench) turn(ctx context.Context, t turn) error {
	if t.side.around == nil {
		return b.measure(ctx, t)
	}
	return t.side.around(ctx, func() error { return b.measure(ctx, t) })
}

func (b bench) measure(ctx context.Context, t turn) (err error) {
	if *t.into, err = b.round(ctx, t.side, b.options.sessions, b.clients); err != nil {
		return err
	}
	t.into.events, err = b.events(ctx, b.bare.client, t.side.ids)
	return err
}
