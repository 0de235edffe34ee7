package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/stile-id/stile/models"
)

const (
	// few is the number of clients that claim or wait at once.
	few = 4
	// devices is the number of devices that show the same token at once.
	devices = 50
	// between is how long a client waits before each claim, so that the work of the last claim is over. The measurement
	// is of a phone's wait, not of the machine's throughput.
	between = 100 * time.Millisecond
	// burstsPerRound is enough for a median.
	burstsPerRound = 8
)

// claims compares claims by hello, on an open channel, with claims by a request.
func (h *handoffs) claims(ctx context.Context) (comparison, error) {
	c := comparisonOfFew("claims", "POST exchange", "hello")
	b := h.bench
	b.clients = few
	var err error
	c.rounds, err = b.compare(ctx, c.title, b.options.sessions,
		side{name: c.base, once: h.exchangeOnce, around: h.stocked(b.options.sessions)},
		side{name: c.our, once: h.helloOnce, around: h.stocked(b.options.sessions)})
	return c, err
}

// comparisonOfFew returns an empty comparison of latencies with few clients.
func comparisonOfFew(title, base, our string) comparison {
	return comparison{
		title: title + ", " + strconv.Itoa(few) + " at a time", base: base, our: our, of: latency, shown: ofClaims,
	}
}

// ofClaims are the figures that the report shows next to the median.
var ofClaims = []figure{{"p99, ms", func(s sample) float64 { return s.p99 }, 1}}

// stocked returns a function that makes n sessions before each turn.
func (h *handoffs) stocked(n int) func(context.Context, func() error) error {
	return func(ctx context.Context, turn func() error) error {
		if err := h.stock(ctx, n); err != nil {
			return err
		}
		return turn()
	}
}

// exchange claims a session by a request, as a device. It reports whether it was the first.
func (h *handoffs) exchange(ctx context.Context, token string) (won bool, err error) {
	found, err := h.ask(ctx, "", "/v1/handoff/exchange", object{"token": token, "device_id": h.device()})
	switch {
	case err != nil:
		return false, err
	case found.status == http.StatusOK:
		return true, nil
	case bytes.Contains(found.body, []byte(models.CodeHandoffTokenConsumed)):
		return false, nil
	default:
		return false, fmt.Errorf("exchange: %d: %s", found.status, found.body)
	}
}

func (h *handoffs) exchangeOnce(ctx context.Context) (time.Duration, error) {
	o, err := h.next(ctx)
	if err != nil {
		return 0, err
	}
	if err := pause(ctx, between); err != nil {
		return 0, err
	}
	began := time.Now()
	won, err := h.exchange(ctx, o.token)
	took := time.Since(began)
	if err != nil {
		return took, err
	}
	if !won {
		return took, fmt.Errorf("%s was taken by another", o.ID)
	}
	return took, nil
}

func (h *handoffs) helloOnce(ctx context.Context) (time.Duration, error) {
	o, err := h.next(ctx)
	if err != nil {
		return 0, err
	}
	c, err := dial(ctx, h.dialler, h.here.url, o.session)
	if err != nil {
		return 0, err
	}
	defer c.close()
	if err := pause(ctx, between); err != nil {
		return 0, err
	}
	began := time.Now()
	err = c.tell(ctx, hello(o.token, h.device()))
	return time.Since(began), err
}

// bursts compares many devices that show a token at once, on channels and by requests.
func (h *handoffs) bursts(ctx context.Context) (comparison, error) {
	c := comparison{
		title: strconv.Itoa(devices) + " devices with the same token, until the winner has the session",
		base:  "POST exchange", our: "hello", of: latency, shown: ofClaims,
	}
	requests, hellos := &burst{handoffs: h, entrants: h.requesters}, &burst{handoffs: h, entrants: h.callers}
	b := h.bench
	b.clients = 1
	runs := min(burstsPerRound, b.options.sessions)
	var err error
	c.rounds, err = b.compare(ctx, c.title, runs,
		side{name: c.base, once: requests.once, around: h.stocked(runs)},
		side{name: c.our, once: hellos.once, around: h.stocked(runs)})
	if err != nil {
		return c, err
	}
	c.alone = []fact{
		{what: "until all have their answer, POST exchange, p50, ms", value: milliseconds(percentile(requests.all, 50))},
		{what: "until all have their answer, hello, p50, ms", value: milliseconds(percentile(hellos.all, 50))},
		{what: "until all have their answer, hello, p99, ms", value: milliseconds(percentile(hellos.all, 99))},
	}
	return c, nil
}

// burst lets devices race for sessions.
type burst struct {
	*handoffs
	// entrants returns the devices of a race; each reports whether it has won.
	entrants func(context.Context, offered) ([]entrant, error)
	// all are the durations until each device had its answer, race by race.
	all []time.Duration
}

type entrant func(context.Context) (won bool, err error)

// once runs a race and returns the duration until the winner had its answer.
func (b *burst) once(ctx context.Context) (time.Duration, error) {
	o, err := b.next(ctx)
	if err != nil {
		return 0, err
	}
	entrants, err := b.entrants(ctx, o)
	if err != nil {
		return 0, err
	}
	var mu sync.Mutex
	var winners int
	var first time.Duration
	began := time.Now()
	var racing sync.WaitGroup
	for _, enter := range entrants {
		racing.Go(func() {
			won, failed := enter(ctx)
			took := time.Since(began)
			mu.Lock()
			defer mu.Unlock()
			if won {
				winners, first = winners+1, took
			}
			if failed != nil {
				err = failed
			}
		})
	}
	racing.Wait()
	b.all = append(b.all, time.Since(began))
	if err != nil {
		return first, err
	}
	if winners != 1 {
		return first, fmt.Errorf("%d devices have taken %s", winners, o.ID)
	}
	return first, nil
}

func (h *handoffs) requesters(_ context.Context, o offered) (all []entrant, err error) {
	for range devices {
		all = append(all, func(ctx context.Context) (bool, error) { return h.exchange(ctx, o.token) })
	}
	return all, nil
}

// callers returns devices with open channels. Each closes its channel after its answer.
func (h *handoffs) callers(ctx context.Context, o offered) (all []entrant, err error) {
	for range devices {
		c, err := dial(ctx, h.dialler, h.here.url, o.session)
		if err != nil {
			return nil, err
		}
		all = append(all, func(ctx context.Context) (bool, error) {
			answer, err := c.ask(ctx, hello(o.token, h.device()))
			go c.close() // the close is not measured
			won := answer.Type == "ack"
			if err != nil {
				return won, err
			}
			if !won && answer.Code != models.CodeHandoffTokenConsumed {
				return won, fmt.Errorf("hello: %s", answer.Code)
			}
			return won, nil
		})
	}
	return all, nil
}
