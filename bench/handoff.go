package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/models"
)

// handoffs are phones that hold sessions by live channels at one API process, while desktops wait at it and at another.
type handoffs struct {
	bench
	*merchant
	workflow string
	// here is where the phones are, and the desktops unless told otherwise; there is a replica of it.
	here, there *process
	// dialler opens connections that become channels: the merchant's client keeps its own for requests.
	dialler *http.Client
	// phones hold the sessions that are measured. Whoever takes one puts it back.
	phones   chan *phone
	minted   chan offered
	sequence atomic.Int64
	// calm is what the database did per second before anything was asked of the processes.
	calm float64
}

// offered is a session with the token that takes it to a phone.
type offered struct {
	session
	token string
}

// phone is a device that holds a session, by a channel.
type phone struct {
	*channel
	session session
}

// handoff measures sessions on phones: what a live channel costs, and how long it takes to take a session and to be seen.
func (b bench) handoff(ctx context.Context) (results []comparison, err error) {
	err = b.with(ctx, b.working, func(m *merchant) (err error) {
		h, err := b.newHandoffs(ctx, m)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, h.close()) }()
		for _, measure := range []func(context.Context) (comparison, error){
			h.memory, h.load, h.claims, h.bursts, h.changes, // load before phones that claim and go
		} {
			result, err := measure(ctx)
			if err != nil {
				return err
			}
			results = append(results, result)
		}
		return h.stillOpen(ctx)
	})
	return results, err
}

// working runs `stile worker` alone, under the keys of the API processes.
func (s *site) working(ctx context.Context) (*stile, error) {
	worker, err := s.process(ctx, app.Options{Worker: true, SealHistories: true})
	return &stile{api: worker, worker: worker}, err
}

func (b bench) newHandoffs(ctx context.Context, m *merchant) (*handoffs, error) {
	h := &handoffs{
		bench: b, merchant: m, dialler: &http.Client{Transport: &http.Transport{}}, phones: make(chan *phone, b.sockets),
		minted: make(chan offered, 2*b.sockets+b.options.sessions),
	}
	binary, err := b.build(ctx)
	if err == nil {
		h.here, err = b.serve(ctx, binary, "here")
	}
	if err == nil {
		h.there, err = b.serve(ctx, binary, "there")
	}
	if err == nil {
		m.base, m.http = h.here.url, keeping(b.sockets+devices)
		h.workflow, err = m.publish(ctx, simple())
	}
	if err != nil {
		return nil, errors.Join(err, h.close())
	}
	return h, nil
}

// keeping is a client that keeps so many connections, as browsers keep theirs.
func keeping(n int) *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConns: 2 * n, MaxIdleConnsPerHost: n}, Timeout: patience}
}

func (h *handoffs) close() error {
	h.hangUp()
	h.http.CloseIdleConnections()
	var faults []error
	for _, p := range []*process{h.here, h.there} {
		if p != nil {
			faults = append(faults, p.stop())
		}
	}
	return errors.Join(faults...)
}

// mint makes a session, as its desktop does, and the token for a phone, and returns once the session's run waits.
func (h *handoffs) mint(ctx context.Context) (o offered, err error) {
	if o.session, err = h.create(ctx, h.workflow); err != nil {
		return o, err
	}
	var answer struct {
		Token string `json:"mobile_write_token"`
	}
	if err := h.post(ctx, o.ClientSecret, o.path("/handoff"), object{}, &answer); err != nil {
		return o, err
	}
	o.token = answer.Token
	return o, h.bench.timers.await(ctx, o.ID)
}

// stock mints so many in advance, for what must not have the making of sessions beside it.
func (h *handoffs) stock(ctx context.Context, n int) error {
	_, err := work(ctx, side{once: func(ctx context.Context) (time.Duration, error) {
		o, err := h.mint(ctx)
		if err == nil {
			h.minted <- o
		}
		return 0, err
	}}, n, h.clients)
	return err
}

// next is one of those that are minted, or another.
func (h *handoffs) next(ctx context.Context) (offered, error) {
	select {
	case o := <-h.minted:
		return o, nil
	default:
		return h.mint(ctx)
	}
}

// take has a phone take the session, and its user choose the number that the desktop shows.
func (h *handoffs) take(ctx context.Context, o offered) (*phone, error) {
	c, err := dial(ctx, h.dialler, h.here.url, o.session)
	if err != nil {
		return nil, err
	}
	if err := h.enter(ctx, c, o); err != nil {
		c.close()
		return nil, err
	}
	return &phone{channel: c, session: o.session}, nil
}

func (h *handoffs) enter(ctx context.Context, c *channel, o offered) error {
	if err := c.tell(ctx, hello(o.token, h.device())); err != nil {
		return err
	}
	answer, err := h.status(ctx, h.here, o.session, "")
	if err != nil {
		return err
	}
	var shown struct {
		Number int `json:"handoff_number"`
	}
	if err := json.Unmarshal(answer.body, &shown); err != nil {
		return err
	}
	return c.tell(ctx, object{"type": "confirm", "number": shown.Number})
}

// open has so many phones take sessions, and keeps them.
func (h *handoffs) open(ctx context.Context, n int) error {
	_, err := work(ctx, side{once: func(ctx context.Context) (time.Duration, error) {
		o, err := h.next(ctx)
		if err != nil {
			return 0, err
		}
		p, err := h.take(ctx, o)
		if err == nil {
			h.phones <- p
		}
		return 0, err
	}}, n, h.clients)
	return err
}

// tryOut opens so many and closes them: what a process needs once, it has then.
func (h *handoffs) tryOut(ctx context.Context, n int) error {
	if err := h.open(ctx, n); err != nil {
		return err
	}
	for range n {
		p := <-h.phones
		answer, err := p.ask(ctx, object{"type": "release"}) // or its run would look for it later
		p.close()
		if err == nil && answer.Type != "ack" && answer.Code != models.CodeHandoffEnded {
			err = fmt.Errorf("release: %s", answer.Code)
		}
		if err != nil {
			return err
		}
	}
	return until(ctx, func() (bool, error) {
		now, err := h.here.usage(ctx)
		return now.channels == 0, err
	})
}

func (h *handoffs) hangUp() {
	for len(h.phones) > 0 {
		(<-h.phones).close()
	}
}

// stillOpen fails where a phone has lost its channel: what was measured was not what it was to be.
func (h *handoffs) stillOpen(ctx context.Context) error {
	now, err := h.here.usage(ctx)
	if err == nil && int(now.channels) < h.sockets {
		err = fmt.Errorf("%.0f of %d channels are open", now.channels, h.sockets)
	}
	return err
}

// device names another one each time.
func (h *handoffs) device() string { return "device-" + strconv.FormatInt(h.sequence.Add(1), 10) }

// memory opens the channels and compares what the process uses with what it used before.
func (h *handoffs) memory(ctx context.Context) (comparison, error) {
	c := comparison{title: strconv.Itoa(h.sockets) + " open channels", our: "one process"}
	var err error
	if h.calm, err = h.transactions(ctx, idle); err != nil {
		return c, err
	}
	if err := h.stock(ctx, h.sockets+h.warmUp(h.sockets)); err != nil {
		return c, err
	}
	if err := h.tryOut(ctx, h.warmUp(h.sockets)); err != nil {
		return c, err
	}
	before, err := h.here.settle(ctx)
	if err != nil {
		return c, err
	}
	began := time.Now()
	if err := h.open(ctx, h.sockets); err != nil {
		return c, err
	}
	opened := time.Since(began)
	if err := h.stillOpen(ctx); err != nil {
		return c, err
	}
	after, err := h.here.settle(ctx)
	each := func(of func(usage) float64) float64 { return (of(after) - of(before)) / float64(h.sockets) }
	const kB, MB = 1 << 10, 1 << 20
	c.alone = []fact{
		{what: "resident memory per channel, kB", value: each(func(u usage) float64 { return u.resident / kB })},
		{what: "heap in use per channel, kB", value: each(func(u usage) float64 { return u.heap / kB })},
		{what: "stacks in use per channel, kB", value: each(func(u usage) float64 { return u.stacks / kB })},
		{what: "goroutines per channel", value: each(func(u usage) float64 { return u.goroutines })},
		{what: "resident memory before, MB", value: before.resident / MB},
		{what: "resident memory with them, MB", value: after.resident / MB},
		{what: "opened, claimed and confirmed per second", value: float64(h.sockets) / opened.Seconds()},
	}
	return c, err
}
