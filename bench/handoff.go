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

// handoffs are phones that hold sessions by live channels at one API process, while desktops wait at it and at a
// replica.
type handoffs struct {
	bench
	*merchant
	workflow string
	// here is the process of the phones, and by default of the desktops; there is its replica.
	here, there *process
	// dialler opens the connections of channels. The merchant's client keeps its own for requests.
	dialler *http.Client
	// phones hold the measured sessions. A caller that takes one puts it back.
	phones   chan *phone
	minted   chan offered
	sequence atomic.Int64
	// calm is the database's load per second before the first request to the processes.
	calm float64
}

// offered is a session with a handoff token.
type offered struct {
	session
	token string
}

// phone is a device that holds a session by a channel.
type phone struct {
	*channel
	session session
}

// handoff measures sessions on phones: the cost of a live channel, and the time until a phone has claimed a session and
// a desktop has seen a change.
func (b bench) handoff(ctx context.Context) (results []comparison, err error) {
	err = b.with(ctx, b.working, func(m *merchant) (err error) {
		h, err := b.newHandoffs(ctx, m)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, h.close()) }()
		for _, measure := range []func(context.Context) (comparison, error){
			h.memory, h.load, h.claims, h.bursts, h.changes, // load before phones that claim and leave
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

// working runs `stile worker` alone, with the keys of the API processes.
func (s *site) working(ctx context.Context) (*stile, error) {
	worker, err := s.process(ctx, app.Options{Worker: true, SealHistories: true})
	return &stile{api: worker, worker: worker}, err
}

func (b bench) newHandoffs(ctx context.Context, m *merchant) (*handoffs, error) {
	h := &handoffs{
		bench: b, merchant: m, dialler: &http.Client{Transport: &http.Transport{}}, phones: make(chan *phone, b.sockets),
		minted: make(chan offered, 2*b.sockets+b.options.sessions),
	}
	if err := h.launch(ctx); err != nil {
		return nil, errors.Join(err, h.close())
	}
	return h, nil
}

func (h *handoffs) launch(ctx context.Context) error {
	binary, err := h.build(ctx)
	if err != nil {
		return err
	}
	if h.here, err = h.serve(ctx, binary, "api", "here"); err != nil {
		return err
	}
	if h.there, err = h.serve(ctx, binary, "api", "there"); err != nil {
		return err
	}
	h.base, h.http = h.here.url, keeping(h.sockets+devices)
	h.workflow, err = h.publish(ctx, simple())
	return err
}

// keeping returns a client that keeps n connections, as n browsers do.
func keeping(n int) *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConns: 2 * n, MaxIdleConnsPerHost: n}, Timeout: patience}
}

func (h *handoffs) close() error {
	h.hangUp()
	h.http.CloseIdleConnections()
	return stopAll(h.here, h.there)
}

// mint creates a session and a token for a phone.
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
	return o, nil
}

// stock mints n sessions in advance, so that no measurement runs while sessions are created.
func (h *handoffs) stock(ctx context.Context, n int) error {
	_, err := work(ctx, side{once: func(ctx context.Context) (time.Duration, error) {
		o, err := h.mint(ctx)
		if err != nil {
			return 0, err
		}
		h.minted <- o
		return 0, nil
	}}, n, h.clients)
	return err
}

// next returns a minted session, or mints one.
func (h *handoffs) next(ctx context.Context) (offered, error) {
	select {
	case o := <-h.minted:
		return o, nil
	default:
		return h.mint(ctx)
	}
}

// take has a phone claim the session and choose the number on the desktop.
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

// open has n phones claim sessions, and keeps their channels.
func (h *handoffs) open(ctx context.Context, n int) error {
	_, err := work(ctx, side{once: func(ctx context.Context) (time.Duration, error) {
		o, err := h.next(ctx)
		if err != nil {
			return 0, err
		}
		p, err := h.take(ctx, o)
		if err != nil {
			return 0, err
		}
		h.phones <- p
		return 0, nil
	}}, n, h.clients)
	return err
}

// tryOut opens n channels and closes them, so that the process has made its one-time allocations.
func (h *handoffs) tryOut(ctx context.Context, n int) error {
	if err := h.open(ctx, n); err != nil {
		return err
	}
	for range n {
		p := <-h.phones
		answer, err := p.ask(ctx, object{"type": "release"}) // otherwise its run would check on the device later
		p.close()
		if err != nil {
			return err
		}
		if answer.Type != "ack" && answer.Code != models.CodeHandoffEnded {
			return fmt.Errorf("release: %s", answer.Code)
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

// stillOpen returns an error if a phone has lost its channel, because the measurement is then invalid.
func (h *handoffs) stillOpen(ctx context.Context) error {
	now, err := h.here.usage(ctx)
	if err != nil {
		return err
	}
	if int(now.channels) < h.sockets {
		return fmt.Errorf("%.0f of %d channels are open", now.channels, h.sockets)
	}
	return nil
}

// device returns a new device id.
func (h *handoffs) device() string { return "device-" + strconv.FormatInt(h.sequence.Add(1), 10) }

// memory opens the channels and compares the process's memory with that before.
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
