package main

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"
)

const (
	// idle is how long the database is watched before there are any channels.
	idle = 20 * time.Second
	// flushed is how long it may take until the transactions of a connection show in PostgreSQL's statistics.
	flushed = 11 * time.Second
)

// load is what the database does while channels are open and nothing happens.
func (h *handoffs) load(ctx context.Context) (comparison, error) {
	c := comparison{title: strconv.Itoa(h.sockets) + " open channels, and nothing happens", our: "per second"}
	phones, err := h.transactions(ctx, h.quiet)
	if err != nil {
		return c, err
	}
	leave := h.watch(ctx)
	both, err := h.transactions(ctx, h.quiet)
	if fault := leave(); err == nil {
		err = fault
	}
	c.alone = []fact{
		{what: "transactions in Stile's database", value: phones},
		{what: "with a desktop for each, that waits at the replica", value: both},
		{what: "with neither channels nor sessions", value: h.calm},
	}
	return c, err
}

// transactions counts those of Stile's own database per second, those that only read included.
func (s *site) transactions(ctx context.Context, during time.Duration) (perSecond float64, err error) {
	if err := pause(ctx, flushed); err != nil {
		return 0, err
	}
	from, err := s.committed(ctx)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if err := pause(ctx, during); err != nil {
		return 0, err
	}
	to, err := s.committed(ctx)
	return float64(to-from) / time.Since(began).Seconds(), err
}

// watch has a desktop wait at the replica for each phone, again and again, until leave is called.
func (h *handoffs) watch(ctx context.Context) (leave func() error) {
	ctx, cancel := context.WithCancelCause(ctx)
	var waiting sync.WaitGroup
	for range h.sockets {
		p := <-h.phones
		h.phones <- p
		waiting.Go(func() {
			cancel(h.desktop(ctx, p.session)) // which is not the first to say so where the watch is over
		})
	}
	return func() error {
		cancel(nil)
		waiting.Wait()
		if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
			return err
		}
		return nil
	}
}

// desktop asks for the status until it cannot any more, and returns why.
func (h *handoffs) desktop(ctx context.Context, s session) error {
	for tag := ""; ; {
		found, err := h.status(ctx, h.there, s, tag)
		if err != nil {
			return err
		}
		tag = found.tag
	}
}
