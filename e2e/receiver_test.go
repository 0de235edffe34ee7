package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/signature"
	"github.com/stile-id/stile/internal/testkit"
)

// receiver is a merchant's webhook handler. It verifies deliveries.
type receiver struct {
	*httptest.Server
	arrived chan delivered

	// passedOver are deliveries that a scenario has not asked for yet, because events arrive in any order.
	passedOver []delivered

	mu      sync.Mutex
	secret  string
	answers func(n int) int // status of the n-th request, from 1
	seen    int
}

type delivered struct {
	event    map[string]any
	id       string // of the event
	delivery string // Stile-Webhook-Id
	header   http.Header
	body     []byte
	at       time.Time
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{arrived: make(chan delivered, 1000), answers: func(int) int { return http.StatusOK }}
	r.Server = httptest.NewServer(http.HandlerFunc(r.receive))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) receive(w http.ResponseWriter, request *http.Request) {
	raw, err := io.ReadAll(request.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	d := delivered{
		body: raw, header: request.Header, delivery: request.Header.Get("Stile-Webhook-Id"), at: time.Now(),
	}
	if json.Unmarshal(raw, &d.event) == nil {
		d.id, _ = d.event["id"].(string)
	}
	r.mu.Lock()
	r.seen++
	status := r.answers(r.seen)
	r.mu.Unlock()
	r.arrived <- d
	w.WriteHeader(status)
}

// answer sets the status of the n-th request.
func (r *receiver) answer(answers func(n int) int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answers = answers
}

// subscribe registers the receiver for events.
func (r *receiver) subscribe(t *testing.T, c client, events ...string) string {
	t.Helper()
	if len(events) == 0 {
		events = []string{"*"}
	}
	endpoint := c.post(t, "/v1/webhook_endpoints", body{"url": r.URL + "/hook", "enabled_events": events}).expect(t, 201)
	r.mu.Lock()
	r.secret = endpoint.text("secret")
	r.mu.Unlock()
	return endpoint.text("id")
}

// next waits for the next delivery of a type of event and checks its signature.
func (r *receiver) next(t *testing.T, kind string) delivered {
	t.Helper()
	for i, d := range r.passedOver {
		if d.event["type"] == kind {
			r.passedOver = slices.Delete(r.passedOver, i, i+1)
			return d
		}
	}
	timeout := time.After(testkit.Patience)
	for {
		select {
		case d := <-r.arrived:
			r.check(t, d)
			if d.event["type"] == kind {
				return d
			}
			r.passedOver = append(r.passedOver, d)
		case <-timeout:
			t.Fatalf("no %s arrived", kind)
		}
	}
}

// check verifies a delivery as of its arrival, which may be long before the scenario asks for it.
func (r *receiver) check(t *testing.T, d delivered) {
	t.Helper()
	r.mu.Lock()
	secret := r.secret
	r.mu.Unlock()
	event, err := verifyEvent(secret, d.header, d.body, d.at)
	require.NoError(t, err, "%v", d.header)
	require.NotEmpty(t, event.ID)
	require.Equal(t, d.id, event.ID)
	require.Regexp(t, `^whd_[a-z2-7]{24}$`, d.delivery)
}

// signedEvent has the fields of an event that every handler reads.
type signedEvent struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

// verifyEvent parses an event after one of its signatures has been verified, as a merchant does.
func verifyEvent(secret string, header http.Header, body []byte, at time.Time) (event signedEvent, err error) {
	err = signature.Verify(secret, header.Get(signature.Header), body, at)
	if err != nil && header.Get(signature.HeaderNext) != "" {
		err = signature.Verify(secret, header.Get(signature.HeaderNext), body, at)
	}
	if err != nil {
		return event, err
	}
	return event, json.Unmarshal(body, &event)
}

func (d delivered) data() map[string]any {
	data, _ := d.event["data"].(map[string]any)
	return data
}
