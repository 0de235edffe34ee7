// Package serve is the vision process: a server that gives each picture to a worker, a process that reads one picture
// at a time under limits, and answers with the measurements. Decision 0063 says why.
package serve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/imaging"
)

// Options configure a server.
type Options struct {
	// Workers is how many pictures are read at once. Queue is how many requests wait beside them: one more is refused.
	Workers, Queue int
	// Memory is the most memory of a worker, in bytes.
	Memory int64
	// Time is how long a worker may take for a picture. A request waits as long for a worker.
	Time time.Duration
	Log  *slog.Logger
}

// server answers over HTTP.
type server struct {
	pool    *pool
	flights *flights
	bodies  chan struct{} // held by requests that have a picture in memory
	options Options
}

func newServer(ctx context.Context, o Options, command []string) *server {
	return &server{
		pool: newPool(ctx, o, command), flights: newFlights(), bodies: make(chan struct{}, o.Workers+o.Queue), options: o,
	}
}

func (s *server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/document", s.document)
	mux.HandleFunc("GET /healthz", s.health)
	return mux
}

func (s *server) health(w http.ResponseWriter, _ *http.Request) {
	h := s.pool.health()
	if h.Version == "" {
		refuse(w, http.StatusServiceUnavailable, "starting", "no worker is ready yet")
		return
	}
	answer(w, http.StatusOK, h)
}

func (s *server) document(w http.ResponseWriter, r *http.Request) {
	t, status, err := parse(r)
	if err != nil {
		refuse(w, status, codeOf(status), err.Error())
		return
	}
	select {
	case s.bodies <- struct{}{}:
		defer func() { <-s.bodies }()
	default:
		refuse(w, http.StatusServiceUnavailable, vision.AwayBusy, "too many pictures are waiting")
		return
	}
	picture, err := io.ReadAll(http.MaxBytesReader(w, r.Body, imaging.MaxBytes))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		refuse(w, http.StatusRequestEntityTooLarge, vision.CodeImageTooLarge,
			fmt.Sprintf("a picture has at most %d bytes", imaging.MaxBytes))
		return
	case err != nil:
		refuse(w, http.StatusBadRequest, vision.CodeParameterInvalid, "the picture did not arrive")
		return
	}
	o, reason := s.flights.read(r.Context(), t, picture, func() (outcome, string) {
		return s.pool.read(r.Context(), t, picture)
	})
	switch {
	case reason == vision.AwayTooSlow:
		refuse(w, http.StatusGatewayTimeout, reason, "the picture took too long")
	case reason != "":
		refuse(w, http.StatusServiceUnavailable, reason, "the picture was not read")
	case o.Refusal != nil:
		refuse(w, statusOf(o.Refusal.Code), o.Refusal.Code, o.Refusal.Message)
	default:
		answer(w, http.StatusOK, o.Document)
	}
}

// parse reads the parameters of a request. The error is for the caller, with its status.
func parse(r *http.Request) (t task, status int, err error) {
	query := r.URL.Query()
	t.Side = vision.Side(query.Get("side"))
	if t.Side != vision.Front && t.Side != vision.Back {
		return t, http.StatusBadRequest, errors.New("side must be front or back")
	}
	t.Read = vision.ReadAll()
	if text := query.Get("read"); text != "" {
		t.Read = nil
		for name := range strings.SplitSeq(text, ",") {
			if !slices.Contains(vision.ReadAll(), vision.Read(name)) {
				return t, http.StatusBadRequest, errors.New("read must be a list of quality, card, zone, barcode, text, portrait")
			}
			t.Read = append(t.Read, vision.Read(name))
		}
	}
	switch media := r.Header.Get("Content-Type"); media {
	case vision.TypeJPEG, vision.TypePNG, vision.TypeWebP, "application/octet-stream":
		return t, 0, nil
	default:
		return t, http.StatusUnsupportedMediaType, errors.New("Content-Type must be image/jpeg, image/png or image/webp")
	}
}

func codeOf(status int) string {
	if status == http.StatusUnsupportedMediaType {
		return vision.CodeImageUnsupported
	}
	return vision.CodeParameterInvalid
}

func statusOf(code string) int {
	switch code {
	case vision.CodeImageTooLarge:
		return http.StatusRequestEntityTooLarge
	case vision.CodeImageUnsupported:
		return http.StatusUnsupportedMediaType
	default:
		return http.StatusBadRequest
	}
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	answer(w, status, map[string]any{"error": vision.ImageError{Code: code, Message: message}})
}

func answer(w http.ResponseWriter, status int, object any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(object) // a caller that is gone asks again
}
