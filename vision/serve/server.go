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
	mux.HandleFunc("POST /v1/document", s.picture(parseDocument))
	mux.HandleFunc("POST /v1/faces", s.picture(parseFaces))
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

// picture returns the handler of a route that has a picture read, with the parameters that parse finds.
func (s *server) picture(parse func(*http.Request) (task, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		t, err := parse(r)
		if err != nil {
			refuse(w, http.StatusBadRequest, vision.CodeParameterInvalid, err.Error())
			return
		}
		switch r.Header.Get("Content-Type") {
		case vision.TypeJPEG, vision.TypePNG, vision.TypeWebP, "application/octet-stream":
			s.read(w, r, t)
		default:
			refuse(w, http.StatusUnsupportedMediaType, vision.CodeImageUnsupported,
				"Content-Type must be image/jpeg, image/png or image/webp")
		}
	}
}

// read has the picture of a request read, and answers.
func (s *server) read(w http.ResponseWriter, r *http.Request, t task) {
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
	case reason == vision.AwayModelsMissing:
		refuse(w, http.StatusServiceUnavailable, reason, "there is no model for the readings; stile-vision models install")
	case reason != "":
		refuse(w, http.StatusServiceUnavailable, reason, "the picture was not read")
	case o.Refusal != nil:
		refuse(w, statusOf(o.Refusal.Code), o.Refusal.Code, o.Refusal.Message)
	case o.Faces != nil:
		answer(w, http.StatusOK, o.Faces)
	default:
		answer(w, http.StatusOK, o.Document)
	}
}

// parseDocument reads the parameters of a request about a document. The error is for the caller.
func parseDocument(r *http.Request) (t task, err error) {
	query := r.URL.Query()
	t.Side = vision.Side(query.Get("side"))
	if t.Side != vision.Front && t.Side != vision.Back {
		return t, errors.New("side must be front or back")
	}
	t.Read, err = parseRead(query.Get("read"), vision.ReadAll())
	return t, err
}

// parseFaces reads the parameters of a request about faces. A task without readings asks for all that can be made.
func parseFaces(r *http.Request) (t task, err error) {
	t.Faces = true
	if list := r.URL.Query().Get("read"); list != "" {
		t.FaceRead, err = parseRead(list, vision.ReadFaceAll())
	}
	return t, err
}

// parseRead parses a list of readings; an empty one is all.
func parseRead[R ~string](list string, all []R) (read []R, err error) {
	if list == "" {
		return all, nil
	}
	for name := range strings.SplitSeq(list, ",") {
		if !slices.Contains(all, R(name)) {
			names := make([]string, len(all))
			for i, r := range all {
				names[i] = string(r)
			}
			return nil, errors.New("read must be a list of " + strings.Join(names, ", "))
		}
		read = append(read, R(name))
	}
	return read, nil
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
