package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"github.com/stile-id/stile/models"
)

// arrivals lets clients wait for the arrival of ids.
type arrivals struct {
	mu      sync.Mutex
	waiting map[string]chan struct{}
	// early are the ids that arrived before a client expected them.
	early map[string]bool
}

func newArrivals() *arrivals {
	return &arrivals{waiting: map[string]chan struct{}{}, early: map[string]bool{}}
}

// expect returns a channel that is closed when id arrives, or at once if note recorded it before.
func (a *arrivals) expect(id string) <-chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	arrived := make(chan struct{})
	if a.early[id] {
		delete(a.early, id)
		close(arrived)
		return arrived
	}
	a.waiting[id] = arrived
	return arrived
}

// any reports whether a client waits.
func (a *arrivals) any() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.waiting) > 0
}

func (a *arrivals) arrive(ids ...string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, id := range ids {
		a.wake(id)
	}
}

// note is arrive for an id that its client may not know yet.
func (a *arrivals) note(id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.wake(id) {
		a.early[id] = true
	}
}

func (a *arrivals) wake(id string) (expected bool) {
	arrived, expected := a.waiting[id]
	if expected {
		close(arrived)
		delete(a.waiting, id)
	}
	return expected
}

// await waits until arrived is closed, for at most patience.
func await(ctx context.Context, arrived <-chan struct{}, id string) error {
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	select {
	case <-arrived:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-timeout.C:
		return fmt.Errorf("%s never arrived", id)
	}
}

// newReceiver returns a merchant's webhook handler. It records the sessions of verified events and the ids of test
// events.
func newReceiver(verified, tested *arrivals) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var event struct {
			ID   string           `json:"id"`
			Type models.EventType `json:"type"`
			Data struct {
				ID string `json:"id"`
			} `json:"data"`
		}
		if err := json.NewDecoder(r.Body).Decode(&event); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if event.Type == models.EventEndpointTest {
			tested.note(event.ID)
			return
		}
		verified.arrive(event.Data.ID)
	}))
}
