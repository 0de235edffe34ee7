package activities

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// Begin exposes begin.
func (p *Pace) Begin(endpoint string) (ended func(acknowledged bool)) { return p.begin(endpoint) }

// Ask exposes one exchange with a receiver, without rows.
func (a *Webhooks) Ask(ctx context.Context, url string) (store.Answer, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader("{}"))
	if err != nil {
		return store.Answer{}, err
	}
	return a.ask(request, func() models.Timestamp { return models.At(time.Now()) })
}

// Class exposes class.
func (p *Pace) Class(endpoint string) Class { return p.class(endpoint) }

// The errors of the gate.
var (
	ErrBusy  = errBusy
	ErrStuck = errStuck
)

// Enter exposes enter.
func (g *Gate) Enter(ctx context.Context, key string, trusted bool) (leave func(), err error) {
	return g.enter(ctx, key, trusted)
}

// Rooms returns the number of keys that have a room.
func (g *Gate) Rooms() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.rooms)
}

// The waits of postponed deliveries and after faults.
var (
	PutOffFor = putOffFor
	FaultWait = faultWait
)
