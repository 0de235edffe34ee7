package scene

import (
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// Merchant is a server that receives webhooks.
type Merchant struct {
	server *httptest.Server
	now    func() time.Time

	mu       sync.Mutex
	requests []Request
	answers  []int
	before   func(Request)
}

// Request is a received delivery attempt.
type Request struct {
	Header http.Header
	Body   []byte
	Event  models.EventObject
	At     time.Time
}

// NewMerchant starts a merchant that answers every request with 200.
func NewMerchant(t testing.TB, now func() time.Time) *Merchant {
	t.Helper()
	m := &Merchant{now: now, answers: []int{http.StatusOK}, before: func(Request) {}}
	m.server = httptest.NewServer(http.HandlerFunc(m.receive))
	t.Cleanup(m.server.Close)
	return m
}

// URL returns the address of the merchant's webhook endpoint.
func (m *Merchant) URL() string { return m.server.URL + "/hooks?token=hook-secret" }

// Answers sets the statuses of the coming answers. The last status repeats.
func (m *Merchant) Answers(statuses ...int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.answers = statuses
}

// Before sets a function that runs before each answer.
func (m *Merchant) Before(do func(Request)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.before = do
}

func (m *Merchant) receive(w http.ResponseWriter, request *http.Request) {
	received, err := m.read(request)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	status, before := m.note(received)
	before(received)
	w.WriteHeader(status)
}

func (m *Merchant) read(request *http.Request) (received Request, err error) {
	received = Request{Header: request.Header, At: m.now()}
	if received.Body, err = io.ReadAll(request.Body); err != nil {
		return received, err
	}
	return received, json.Unmarshal(received.Body, &received.Event)
}

func (m *Merchant) note(received Request) (status int, before func(Request)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.requests = append(m.requests, received)
	status = m.answers[0]
	if len(m.answers) > 1 {
		m.answers = m.answers[1:]
	}
	return status, m.before
}

// Requests returns the received attempts in order of arrival.
func (m *Merchant) Requests() []Request {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.requests)
}

// Heard returns the types of the received events in order of arrival.
func (m *Merchant) Heard() []models.EventType {
	types := []models.EventType{}
	for _, request := range m.Requests() {
		types = append(types, request.Event.Type)
	}
	return types
}

// Endpoint is a webhook endpoint with its secret.
type Endpoint struct {
	models.WebhookEndpoint
	Secret string
}

// Subscribe creates an endpoint that sends the events to the merchant.
func (s *Scene) Subscribe(t testing.TB, m *Merchant, events ...models.EventType) Endpoint {
	t.Helper()
	return s.SubscribeURL(t, m.URL(), events...)
}

// SubscribeURL creates an endpoint with any URL.
func (s *Scene) SubscribeURL(t testing.TB, url string, events ...models.EventType) Endpoint {
	t.Helper()
	endpoint, secret, err := s.CreateEndpoint(t.Context(), store.ActorCLI, models.WebhookEndpoint{
		OrgID: s.Org, URL: url, EnabledEvents: models.AsJSON(events), Status: models.EndpointEnabled,
	}, 0)
	require.NoError(t, err)
	return Endpoint{WebhookEndpoint: endpoint, Secret: secret}
}

// Disable disables the endpoint, as its owner may at any time.
func (s *Scene) Disable(t testing.TB, e Endpoint) {
	t.Helper()
	_, err := s.UpdateEndpoint(t.Context(), e.OrgID, store.ActorCLI, e.ID, func(e *models.WebhookEndpoint) error {
		e.Status = models.EndpointDisabled
		return nil
	})
	require.NoError(t, err)
}

// Deliveries returns the stored attempts at the endpoint, oldest first.
func (s *Scene) Deliveries(t testing.TB, e Endpoint) []models.Delivery {
	t.Helper()
	deliveries, _, err := s.EndpointDeliveries(t.Context(), e.OrgID, e.ID, store.DeliveryFilter{}, store.Page{Limit: 100})
	require.NoError(t, err)
	// If the clock stands still, only the number of the attempt orders them.
	slices.SortFunc(deliveries, func(a, b models.Delivery) int {
		return cmp.Or(a.Created.Compare(b.Created.Time), cmp.Compare(a.Attempt, b.Attempt))
	})
	return deliveries
}

// Statuses returns the statuses of the attempts at the endpoint, oldest first.
func (s *Scene) Statuses(t testing.TB, e Endpoint) []models.DeliveryStatus {
	t.Helper()
	statuses := []models.DeliveryStatus{}
	for _, delivery := range s.Deliveries(t, e) {
		statuses = append(statuses, delivery.Status)
	}
	return statuses
}
