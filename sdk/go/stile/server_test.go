package stile_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stile-id/stile/sdk/go/stile"
)

const key = "stile_sk_secret"

// sent is a request as the server got it.
type sent struct {
	method, url, body string
	header            http.Header
}

// server answers each request by the next of its handlers, the last one again and again. It keeps the requests, and the
// waits of its client, which it makes short.
type server struct {
	*stile.Client
	url string

	mu       sync.Mutex
	answers  []http.HandlerFunc
	requests []sent
	waits    []time.Duration
}

func serve(t *testing.T, answers ...http.HandlerFunc) *server {
	t.Helper()
	s := &server{answers: answers}
	listener := httptest.NewServer(http.HandlerFunc(s.handle))
	t.Cleanup(func() {
		listener.CloseClientConnections()
		listener.Close()
	})
	s.url = listener.URL
	s.Client = s.client(t)
	return s
}

// client returns another client of the server.
func (s *server) client(t *testing.T, options ...stile.Option) *stile.Client {
	t.Helper()
	all := append([]stile.Option{
		stile.WithBaseURL(s.url), stile.WithTimeout(2 * time.Minute), stile.WithSleep(s.sleep),
	}, options...)
	client, err := stile.New(key, all...)
	check(t, err)
	return client
}

func (s *server) sleep(_ context.Context, wait time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waits = append(s.waits, wait)
	return nil
}

func (s *server) handle(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	s.mu.Lock()
	s.requests = append(s.requests, sent{r.Method, r.URL.RequestURI(), string(body), r.Header})
	answer := s.answers[0]
	if len(s.answers) > 1 {
		s.answers = s.answers[1:]
	}
	s.mu.Unlock()
	answer(w, r)
}

// took returns the requests and the waits since its last call.
func (s *server) took() ([]sent, []time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	requests, waits := s.requests, s.waits
	s.requests, s.waits = nil, nil
	return requests, waits
}

// answer answers with a status, a body and headers, given as names and values.
func answer(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// refusal answers with an error of the API.
func refusal(status int, kind, code string, headers ...string) http.HandlerFunc {
	body := fmt.Sprintf(`{"error":{"type":%q,"code":%q,"message":"message of %s","param":null,"request_id":"req_1"}}`,
		kind, code, code)
	return answer(status, body, headers...)
}

// cut ends the connection before an answer, or within it.
func cut(within bool) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if within {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"id": `)
			_ = http.NewResponseController(w).Flush()
		}
		panic(http.ErrAbortHandler)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t *testing.T, got, want T, name string) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: got %v, want %v", name, got, want)
	}
}

// failure returns an error as the client's.
func failure(t *testing.T, err error) *stile.Error {
	t.Helper()
	var e *stile.Error
	if !errors.As(err, &e) {
		t.Fatalf("%v is not a *stile.Error", err)
	}
	return e
}
