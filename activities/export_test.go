package activities

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// Begin shows the tests how an attempt is noted.
func (p *Pace) Begin(endpoint string) (ended func(acknowledged bool)) { return p.begin(endpoint) }

// Ask shows the tests one exchange with a receiver, apart from the rows.
func (a *Webhooks) Ask(ctx context.Context, url string) (store.Answer, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader("{}"))
	if err != nil {
		return store.Answer{}, err
	}
	return a.ask(request, func() models.Timestamp { return models.At(time.Now()) })
}

// Class shows the tests what is known of an endpoint.
func (p *Pace) Class(endpoint string) Class { return p.class(endpoint) }

// ErrBusy is what the gate says where there is no room, and ErrStuck where nothing moves besides.
var (
	ErrBusy  = errBusy
	ErrStuck = errStuck
)

// Enter is how activities pass the gate.
func (g *Gate) Enter(ctx context.Context, key string, trusted bool) (leave func(), err error) {
	return g.enter(ctx, key, trusted)
}

// Rooms counts the keys that the gate has in mind.
func (g *Gate) Rooms() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.rooms)
}

// PutOffFor is how long a delivery is put off, and FaultWait how long one waits after a fault of ours.
var (
	PutOffFor = putOffFor
	FaultWait = faultWait
)
