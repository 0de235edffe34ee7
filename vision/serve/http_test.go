//go:build linux

package serve

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/stile-id/stile/vision"
)

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// testServer is a server in this process, with workers that ship, for requests that a client does not send.
type testServer struct {
	server *server
	url    string
}

func newTestServer(t *testing.T, o Options) *testServer {
	t.Helper()
	o.Log = slog.New(slog.DiscardHandler)
	s := newServer(t.Context(), o, append([]string{os.Args[0], shippedRole},
		workerSettings{memory: o.Memory}.arguments()...))
	t.Cleanup(s.pool.close)
	server := httptest.NewServer(s.handler())
	t.Cleanup(server.Close)
	return &testServer{s, server.URL}
}

// post sends a picture of a document and returns the refusal.
func (s *testServer) post(t *testing.T, side string, body io.Reader) error {
	t.Helper()
	return s.postTo(t, "/v1/document?side="+side, body)
}

func (s *testServer) postTo(t *testing.T, path string, body io.Reader) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+path, body)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", vision.TypePNG)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode == http.StatusOK {
		return nil
	}
	var told struct{ Error vision.ImageError }
	if err := json.NewDecoder(response.Body).Decode(&told); err != nil {
		return err
	}
	if told.Error.Code == "" {
		return errors.New("no code")
	}
	return &told.Error
}
