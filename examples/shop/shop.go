// Package shop is a shop for adults that releases an order only when Stile's signed webhook says that its buyer is
// verified. It is an example for merchants: a message of the browser starts nothing but a question to this server.
//
// An order is made (POST /api/orders), the widget asks for a session (POST /api/start-verification), the user verifies,
// Stile calls POST /webhooks, and the page, which has asked GET /api/orders/:id meanwhile, sees the order released.
package shop

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/stile-id/stile/internal/signature"
)

//go:embed page
var page embed.FS

// Options are the settings of the shop. All are required but Client and Log.
type Options struct {
	// API is the base URL of Stile, and PublicURL that of this shop, as Stile reaches it.
	API, PublicURL string
	// SecretKey is a key of the merchant's organization. It stays on this server.
	SecretKey string
	// Workflow is the id of the published workflow that a buyer goes through.
	Workflow string
	Client   *http.Client
	Log      *slog.Logger
}

// Shop serves the pages and the orders. Orders live in memory.
type Shop struct {
	options Options
	// secret is that of the webhook endpoint.
	secret string
	mu     sync.Mutex
	orders map[string]*order
	seen   map[string]bool // ids of events that were handled
}

// order is one ticket. Only the webhook changes its status.
type order struct {
	ID      string `json:"id"`
	Status  string `json:"status"` // waiting, released or refused
	Session string `json:"session_id,omitempty"`
}

// endpointName marks the webhook endpoint of an earlier start. Its secret is lost.
const endpointName = "Demo shop"

// New registers the shop's webhook endpoint in the place of that of an earlier start, and returns the shop.
func New(ctx context.Context, o Options) (*Shop, error) {
	o.Client = cmp.Or(o.Client, &http.Client{Timeout: 30 * time.Second})
	o.Log = cmp.Or(o.Log, slog.Default())
	s := &Shop{options: o, orders: map[string]*order{}, seen: map[string]bool{}}
	if err := s.removeOldEndpoints(ctx); err != nil {
		return nil, fmt.Errorf("shop: %w", err)
	}
	var created struct{ Secret string }
	err := s.call(ctx, http.MethodPost, "/v1/webhook_endpoints", map[string]any{
		"url": o.PublicURL + "/webhooks", "description": endpointName,
		"enabled_events": []string{"verification_session.verified", "verification_session.failed"},
	}, &created)
	if err != nil {
		return nil, fmt.Errorf("shop: %w", err)
	}
	s.secret = created.Secret
	return s, nil
}

func (s *Shop) removeOldEndpoints(ctx context.Context) error {
	var list struct {
		Data []struct{ ID, Description string }
	}
	if err := s.call(ctx, http.MethodGet, "/v1/webhook_endpoints?limit=100", nil, &list); err != nil {
		return err
	}
	for _, endpoint := range list.Data {
		if endpoint.Description != endpointName {
			continue
		}
		if err := s.call(ctx, http.MethodDelete, "/v1/webhook_endpoints/"+endpoint.ID, nil, nil); err != nil {
			return err
		}
	}
	return nil
}

// Handler serves the shop.
func (s *Shop) Handler() http.Handler {
	files, err := fs.Sub(page, "page")
	if err != nil {
		panic(err) // only for a malformed name
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/orders", s.createOrder)
	mux.HandleFunc("GET /api/orders/{id}", s.showOrder)
	mux.HandleFunc("POST /api/start-verification", s.startVerification)
	mux.HandleFunc("POST /webhooks", s.receive)
	mux.HandleFunc("GET /{$}", s.showPage)
	mux.Handle("GET /", http.FileServerFS(files))
	return s.guarded(mux)
}

// guarded adds the policy of the pages: scripts and frames of this shop and of Stile, and nothing inline.
func (s *Shop) guarded(next http.Handler) http.Handler {
	policy := fmt.Sprintf("default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "+
		"style-src 'self'; connect-src 'self'; img-src 'self' data:; script-src 'self' %[1]s; frame-src %[1]s", s.options.API)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
		next.ServeHTTP(w, r)
	})
}

// showPage handles the "GET /" route.
func (s *Shop) showPage(w http.ResponseWriter, _ *http.Request) {
	html, err := page.ReadFile("page/index.html")
	if err != nil {
		s.fail(w, http.StatusInternalServerError, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(bytes.ReplaceAll(html, []byte("{{API}}"), []byte(s.options.API))) // a browser that left needs no page
}

// createOrder handles the "POST /api/orders" route.
func (s *Shop) createOrder(w http.ResponseWriter, _ *http.Request) {
	made := &order{ID: "ord_" + strings.ToLower(rand.Text()[:16]), Status: "waiting"}
	s.mu.Lock()
	s.orders[made.ID] = made
	s.mu.Unlock()
	answer(w, http.StatusCreated, *made)
}

// showOrder handles the "GET /api/orders/:id" route. The widget reads `confirmed` in it.
func (s *Shop) showOrder(w http.ResponseWriter, r *http.Request) {
	found, ok := s.order(r.PathValue("id"))
	if !ok {
		s.fail(w, http.StatusNotFound, errors.New("there is no such order"))
		return
	}
	answer(w, http.StatusOK, struct {
		order
		Confirmed bool `json:"confirmed"`
	}{found, found.Status == "released"})
}

// startVerification handles the "POST /api/start-verification?order=:id" route, the widget's session-url. The session
// refers to the order, so that the webhook finds it.
func (s *Shop) startVerification(w http.ResponseWriter, r *http.Request) {
	found, ok := s.order(r.URL.Query().Get("order"))
	if !ok {
		s.fail(w, http.StatusNotFound, errors.New("there is no such order"))
		return
	}
	var session struct {
		ID           string   `json:"id"`
		ClientSecret string   `json:"client_secret"`
		Methods      []string `json:"methods"`
		AgeTier      string   `json:"age_tier"`
	}
	err := s.call(r.Context(), http.MethodPost, "/v1/verification_sessions", map[string]any{
		"type": "age", "workflow_id": s.options.Workflow, "client_reference_id": found.ID,
	}, &session)
	if err != nil {
		s.fail(w, http.StatusBadGateway, err)
		return
	}
	s.mu.Lock()
	s.orders[found.ID].Session = session.ID
	s.mu.Unlock()
	answer(w, http.StatusOK, map[string]any{
		"session_id": session.ID, "client_secret": session.ClientSecret,
		"methods": session.Methods, "age_tier": session.AgeTier,
	})
}

// receive handles the "POST /webhooks" route. It is the only place where an order is released.
func (s *Shop) receive(w http.ResponseWriter, r *http.Request) {
	event, err := s.verified(r)
	if err != nil {
		s.fail(w, http.StatusBadRequest, err)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.orders[event.Data.Reference]
	if ok && !s.seen[event.ID] { // an event may come twice
		s.seen[event.ID] = true
		found.settle(event.Type)
	}
	w.WriteHeader(http.StatusNoContent)
}

// event is an event about a session.
type event struct {
	ID   string `json:"id"`
	Type string `json:"type"`
	Data struct {
		Reference string `json:"client_reference_id"`
	} `json:"data"`
}

// verified returns the event of a delivery with a right signature. The shop is part of Stile's module; a merchant's
// program imports sdk/go/webhook, which does the same.
func (s *Shop) verified(r *http.Request) (event, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return event{}, err
	}
	header := signature.Join(r.Header.Values(signature.Header))
	if err := signature.Verify(s.secret, header, body, time.Now()); err != nil {
		return event{}, err
	}
	var e event
	return e, json.Unmarshal(body, &e)
}

// settle changes the order after an event. A released order stays released.
func (o *order) settle(event string) {
	switch {
	case event == "verification_session.verified":
		o.Status = "released"
	case o.Status == "waiting":
		o.Status = "refused"
	}
}

func (s *Shop) order(id string) (order, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.orders[id]
	if !ok {
		return order{}, false
	}
	return *found, true
}

// call calls Stile's API with the secret key.
func (s *Shop) call(ctx context.Context, method, path string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	if body == nil {
		text = nil
	}
	request, err := http.NewRequestWithContext(ctx, method, s.options.API+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+s.options.SecretKey)
	request.Header.Set("Content-Type", "application/json")
	response, err := s.options.Client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	read, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("%s %s: %s: %s", method, path, response.Status, read)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(read, into)
}

func (s *Shop) fail(w http.ResponseWriter, status int, err error) {
	s.options.Log.Warn("shop: a request was refused", "status", status, "error", err.Error())
	answer(w, status, map[string]any{"error": map[string]string{"message": http.StatusText(status)}})
}

func answer(w http.ResponseWriter, status int, object any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(object) // a browser that left needs no answer
}
