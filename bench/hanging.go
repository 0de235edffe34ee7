package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"time"
)

const (
	hangingEndpoints = 50
	// hangingTenants own the endpoints, in equal shares.
	hangingTenants = 10
	// calm is how long no new attempt must reach a receiver before Stile has begun all it will begin.
	calm = 2 * time.Second
	// afterwards is how long hanging and postponed attempts may take to end.
	afterwards = 10 * patience
	// answersEvery spreads the answers of recovered receivers. If all answered at once, the machine would take longer
	// to recover.
	answersEvery = 10 * time.Millisecond
)

// hanging are endpoints of other organizations with receivers that do not answer while they are told to hang.
type hanging struct {
	bench
	endpoints []hangingEndpoint
	next      atomic.Int64
	// underWay counts the requests at the receivers.
	underWay atomic.Int64
	// answering releases one answer at each tick.
	answering *time.Ticker

	mu sync.Mutex
	// answer is closed when the receivers may answer.
	answer chan struct{}
}

type hangingEndpoint struct {
	owner    *tenant
	id       string
	receiver *httptest.Server
}

// newHanging creates endpoints that answer at once until they are told to hang.
func (b bench) newHanging(ctx context.Context, m *merchant) (*hanging, error) {
	h := &hanging{bench: b, answering: time.NewTicker(answersEvery), answer: make(chan struct{})}
	close(h.answer)
	for range hangingTenants {
		if err := h.addTenant(ctx, m); err != nil {
			h.close()
			return nil, err
		}
	}
	return h, nil
}

func (h *hanging) addTenant(ctx context.Context, m *merchant) error {
	owner, err := newTenant(ctx, m.stile, m.http)
	if err != nil {
		return err
	}
	for range hangingEndpoints / hangingTenants {
		if err := h.add(ctx, owner); err != nil {
			return err
		}
	}
	return nil
}

func (h *hanging) add(ctx context.Context, owner *tenant) (err error) {
	e := hangingEndpoint{owner: owner, receiver: httptest.NewServer(http.HandlerFunc(h.receive))}
	e.id, err = owner.subscribe(ctx, e.receiver.URL)
	h.endpoints = append(h.endpoints, e)
	return err
}

func (h *hanging) receive(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // the server notices a closed connection only after this
	h.underWay.Add(1)
	defer h.underWay.Add(-1)
	h.mu.Lock()
	answer := h.answer
	h.mu.Unlock()
	select {
	case <-answer:
		<-h.answering.C
	case <-r.Context().Done():
	}
}

// around makes every endpoint hang, with attempts due, while turn runs, and returns when all attempts have been made.
func (h *hanging) around(ctx context.Context, turn func() error) (err error) {
	h.hang()
	defer func() { err = errors.Join(err, h.clear(ctx)) }()
	due := h.backlog * len(h.endpoints)
	if _, err := work(ctx, side{once: h.test}, due, h.clients); err != nil {
		return err
	}
	if err := h.settle(ctx); err != nil {
		return err
	}
	began := h.underWay.Load()
	if _, err := fmt.Fprintf(h.progress, "%d attempts due, %d of them under way\n", due, began); err != nil {
		return err
	}
	if err := turn(); err != nil {
		return err
	}
	if left := h.underWay.Load(); left < began {
		return fmt.Errorf("%d of %d attempts that were to hang have ended", began-left, began)
	}
	return nil
}

func (h *hanging) hang() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answer = make(chan struct{})
}

// test makes an attempt due at the next endpoint.
func (h *hanging) test(ctx context.Context) (time.Duration, error) {
	e := h.endpoints[int(h.next.Add(1))%len(h.endpoints)]
	_, err := e.owner.test(ctx, e.id)
	return 0, err
}

// settle returns when no further attempt reaches its receiver.
func (h *hanging) settle(ctx context.Context) error {
	last, since := int64(-1), time.Now()
	return until(ctx, func() (bool, error) {
		if now := h.underWay.Load(); now != last {
			last, since = now, time.Now()
		}
		return time.Since(since) >= calm, nil
	})
}

// clear lets the receivers answer and returns when every attempt at them has been made.
func (h *hanging) clear(ctx context.Context) error {
	h.release()
	left := 0
	err := untilWithin(ctx, afterwards, func() (_ bool, err error) {
		left, err = h.running(ctx, deliveriesTo("%"))
		return left == 0, err
	})
	if err != nil {
		return fmt.Errorf("%d deliveries are still under way: %w", left, err)
	}
	return nil
}

func (h *hanging) release() {
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case <-h.answer:
	default:
		close(h.answer)
	}
}

func (h *hanging) close() {
	h.release()
	for _, e := range h.endpoints {
		e.receiver.Close()
	}
	h.answering.Stop()
}
