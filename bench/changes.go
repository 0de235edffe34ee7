package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

const (
	// soon is the target for the time until a desktop sees a change.
	soon = "under 300"
	// asking is the longest time of a request until the desktop waits by it.
	asking = 50 * time.Millisecond
)

// changes compares the time until desktops see a change at a replica with that at the phone's process.
func (h *handoffs) changes(ctx context.Context) (comparison, error) {
	c := comparisonOfFew("changes seen by a desktop that waits", "same process", "replica")
	b := h.bench
	b.clients = few
	var err error
	c.rounds, err = b.compare(ctx, c.title, b.options.sessions,
		side{name: c.base, once: h.seenAt(h.here)}, side{name: c.our, once: h.seenAt(h.there)})
	if err != nil {
		return c, err
	}
	_, p50 := c.medians(func(s sample) float64 { return s.p50 })
	c.alone = []fact{{what: "p50 at the replica, ms", value: p50, target: soon}}
	return c, nil
}

// seenAt returns a function that measures the time from a phone's phase message to the answer of the waiting desktop.
func (h *handoffs) seenAt(p *process) func(context.Context) (time.Duration, error) {
	return func(ctx context.Context) (time.Duration, error) {
		held := <-h.phones
		defer func() { h.phones <- held }()
		known, err := h.status(ctx, p, held.session, "")
		if err != nil {
			return 0, err
		}
		waited := h.wait(ctx, p, held.session, known.tag)
		if err := pause(ctx, asking); err != nil {
			return 0, err
		}
		phase := "step_" + strconv.FormatInt(h.sequence.Add(1), 10)
		began := time.Now()
		if err := held.tell(ctx, object{"type": "phase", "phase": phase}); err != nil {
			return 0, err
		}
		seen := <-waited
		return seen.at.Sub(began), seen.fault(phase)
	}
}

// seen is the answer to a waiting desktop.
type seen struct {
	answer
	at  time.Time
	err error
}

func (s seen) fault(phase string) error {
	var shown struct {
		Phase string `json:"phase"`
	}
	switch {
	case s.err != nil:
		return s.err
	case json.Unmarshal(s.body, &shown) != nil || shown.Phase != phase:
		return fmt.Errorf("the desktop sees %d %q instead of %s", s.status, s.body, phase)
	default:
		return nil
	}
}

// wait has a desktop wait for a status other than that of the tag.
func (h *handoffs) wait(ctx context.Context, p *process, s session, tag string) <-chan seen {
	waited := make(chan seen, 1)
	go func() {
		found, err := h.status(ctx, p, s, tag)
		waited <- seen{answer: found, at: time.Now(), err: err}
	}()
	return waited
}

// status requests the session's status as its desktop does: at once, or with a tag, waiting for a change.
func (t *tenant) status(ctx context.Context, p *process, s session, tag string) (answer, error) {
	url := p.url + s.path("/status")
	if tag != "" {
		url += "?wait=25"
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return answer{}, err
	}
	if tag != "" {
		request.Header.Set("If-None-Match", tag)
	}
	found, err := t.send(request, s.ClientSecret)
	if err != nil {
		return found, err
	}
	if found.status != http.StatusOK && found.status != http.StatusNotModified {
		return found, fmt.Errorf("%s: %d: %s", url, found.status, found.body)
	}
	return found, nil
}

func pause(ctx context.Context, d time.Duration) error {
	over := time.NewTimer(d)
	defer over.Stop()
	select {
	case <-over.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
