package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"
)

// arrivals tells clients that what they wait for has come.
type arrivals struct {
	mu      sync.Mutex
	waiting map[string]chan struct{}
}

func newArrivals() *arrivals { return &arrivals{waiting: map[string]chan struct{}{}} }

// expect returns a channel that is closed when id arrives.
func (a *arrivals) expect(id string) <-chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	arrived := make(chan struct{})
	a.waiting[id] = arrived
	return arrived
}

// any reports whether anybody waits.
func (a *arrivals) any() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.waiting) > 0
}

func (a *arrivals) arrive(ids ...string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, id := range ids {
		if arrived, expected := a.waiting[id]; expected {
			close(arrived)
			delete(a.waiting, id)
		}
	}
}

// await waits until id has arrived.
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

// newReceiver is a merchant's webhook handler.
func newReceiver(a *arrivals) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var event struct {
			Data struct {
				ID string `json:"id"`
			} `json:"data"`
		}
		if err := json.NewDecoder(r.Body).Decode(&event); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		a.arrive(event.Data.ID)
	}))
}
