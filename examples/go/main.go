// Command shop is a shop with the standard library and Stile's client for Go. It releases an order when Stile's signed
// webhook says that its buyer is verified. It reads STILE_API_URL, STILE_API_KEY, STILE_WORKFLOW, STILE_WEBHOOK_SECRET
// and PORT.
package main

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/stile-id/stile/sdk/go/stile"
	"github.com/stile-id/stile/sdk/go/webhook"
)

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve() error {
	address := "127.0.0.1:" + cmp.Or(os.Getenv("PORT"), "3000")
	api := os.Getenv("STILE_API_URL")
	client, err := stile.New(os.Getenv("STILE_API_KEY"), stile.WithBaseURL(api))
	if err != nil {
		return err
	}
	s := &shop{
		client: client, api: api, workflow: os.Getenv("STILE_WORKFLOW"), secret: os.Getenv("STILE_WEBHOOK_SECRET"),
		orders: map[string]string{}, handled: map[string]bool{},
	}
	fmt.Fprintln(os.Stderr, "http://"+address)
	server := &http.Server{Addr: address, Handler: s.handler(), ReadHeaderTimeout: 10 * time.Second}
	return server.ListenAndServe()
}

// shop keeps orders in memory. A real shop has a database.
type shop struct {
	client                *stile.Client
	api, workflow, secret string

	mu      sync.Mutex
	orders  map[string]string // waiting, released or refused, by id
	handled map[string]bool   // ids of events, because an event may come twice
}

func (s *shop) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.page)
	mux.HandleFunc("POST /api/start-verification", s.start)
	mux.HandleFunc("GET /api/orders/{id}", s.show)
	mux.HandleFunc("POST /webhooks", s.receive)
	return mux
}

// page handles "GET /": it makes an order and shows the widget for it.
func (s *shop) page(w http.ResponseWriter, _ *http.Request) {
	order := s.order("")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = fmt.Fprintf(w, `<!doctype html><title>Shop</title><script src="%s/v1/stile.js"></script>
<stile-widget session-url="/api/start-verification?order=%s" confirmation-url="/api/orders/%[2]s"></stile-widget>`,
		s.api, order)
}

// order returns the id of a known order, and makes one for any other id.
func (s *shop) order(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.orders[id] == "" {
		id = rand.Text()
		s.orders[id] = "waiting"
	}
	return id
}

// start handles "POST /api/start-verification?order=ID", which the widget calls.
func (s *shop) start(w http.ResponseWriter, r *http.Request) {
	order := s.order(r.URL.Query().Get("order"))
	session, err := s.client.VerificationSessions.Create(r.Context(), stile.VerificationSessionCreateParams{
		Type: stile.SessionTypeAge, WorkflowID: s.workflow, ClientReferenceID: order,
	}, stile.WithIdempotencyKey("order_"+order))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		answer(w, http.StatusBadGateway, map[string]string{"error": "the verification cannot begin"})
		return
	}
	answer(w, http.StatusOK, map[string]any{
		"order": order, "session_id": session.ID, "client_secret": session.ClientSecret,
		"methods": session.Methods, "age_tier": session.AgeTier,
	})
}

// show handles "GET /api/orders/ID".
func (s *shop) show(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	status := s.orders[r.PathValue("id")]
	s.mu.Unlock()
	if status == "" {
		answer(w, http.StatusNotFound, map[string]string{"error": "there is no such order"})
		return
	}
	answer(w, http.StatusOK, map[string]any{"status": status, "confirmed": status == "released"})
}

// receive handles "POST /webhooks". It is the only place where an order is released.
func (s *shop) receive(w http.ResponseWriter, r *http.Request) {
	event, err := webhook.FromRequest(r, s.secret)
	if err != nil {
		answer(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return
	}
	var verified struct {
		Order string `json:"client_reference_id"`
	}
	if err := event.Decode(&verified); err != nil {
		answer(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return
	}
	s.settle(event, verified.Order)
	w.WriteHeader(http.StatusNoContent)
}

// settle changes a known order after an event that was not handled before.
func (s *shop) settle(event webhook.Event, order string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.handled[event.ID] || s.orders[order] == "" {
		return
	}
	s.handled[event.ID] = true
	switch event.Type {
	case "verification_session.verified":
		s.orders[order] = "released"
	case "verification_session.failed":
		s.orders[order] = "refused"
	}
}

func answer(w http.ResponseWriter, status int, object any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(object) // a browser that left needs no answer
}
