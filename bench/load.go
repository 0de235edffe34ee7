package main

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"sync"
	"time"
)

const (
	// idle is how long the database is watched before there are channels.
	idle = 20 * time.Second
	// flushed is how long PostgreSQL may take to show a connection's transactions in its statistics.
	flushed = 11 * time.Second
)

// load measures the database's load while channels are open and idle.
func (h *handoffs) load(ctx context.Context) (comparison, error) {
	c := comparison{title: strconv.Itoa(h.sockets) + " open channels, and nothing happens", our: "per second"}
	phones, err := h.transactions(ctx, h.quiet)
	if err != nil {
		return c, err
	}
	leave := h.watch(ctx)
	both, err := h.transactions(ctx, h.quiet)
	err = cmp.Or(err, leave())
	c.alone = []fact{
		{what: "transactions in Stile's database", value: phones},
		{what: "with a desktop for each, that waits at the replica", value: both},
		{what: "with neither channels nor sessions", value: h.calm},
	}
	return c, err
}

// transactions returns the transactions per second of Stile's own database, including read-only ones.
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

// watch has a desktop wait at the replica for each phone, again and again, until the caller calls leave.
func (h *handoffs) watch(ctx context.Context) (leave func() error) {
	ctx, cancel := context.WithCancelCause(ctx)
	var waiting sync.WaitGroup
	for range h.sockets {
		p := <-h.phones
		h.phones <- p
		waiting.Go(func() {
			cancel(h.desktop(ctx, p.session)) // only the first cause counts, so the end of the watch hides later ones
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

// desktop requests the status until a request fails, and returns the error.
func (h *handoffs) desktop(ctx context.Context, s session) error {
	for tag := ""; ; {
		found, err := h.status(ctx, h.there, s, tag)
		if err != nil {
			return err
		}
		tag = found.tag
	}
}
