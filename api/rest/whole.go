package rest

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"

	"github.com/stile-id/stile/models"
)

// Whole serves a handler that is not one of the API's routes (the codec, the health of a worker, the metrics) in the
// way of the API: with a request id, the length of the body, and every refusal in the envelope of errors. It keeps the
// whole answer in memory before it sends any of it.
func Whole(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kept := &wholeAnswer{header: w.Header(), status: http.StatusOK}
		if kept.header.Get(headerRequestID) == "" {
			kept.header.Set(headerRequestID, newRequestID())
		}
		kept.header.Set(headerSniff, noSniff)
		next.ServeHTTP(kept, r)
		if kept.status >= http.StatusBadRequest && !strings.HasPrefix(kept.header.Get("Content-Type"), "application/json") {
			kept.refuse()
		}
		if kept.status != http.StatusNoContent && kept.status != http.StatusNotModified {
			kept.header.Set("Content-Length", strconv.Itoa(kept.body.Len()))
		}
		w.WriteHeader(kept.status)
		_, _ = w.Write(kept.body.Bytes()) // of which net/http sends nothing to a HEAD request
	})
}

// wholeAnswer is an http.ResponseWriter that sends nothing.
type wholeAnswer struct {
	header http.Header
	status int
	said   bool
	body   bytes.Buffer
}

// Header is that of the answer.
func (w *wholeAnswer) Header() http.Header { return w.header }

// WriteHeader keeps the first status.
func (w *wholeAnswer) WriteHeader(status int) {
	if !w.said {
		w.status, w.said = status, true
	}
}

// Write keeps a part of the body.
func (w *wholeAnswer) Write(p []byte) (int, error) {
	w.said = true
	return w.body.Write(p)
}

// refuse replaces a refusal in plain text by the envelope.
func (w *wholeAnswer) refuse() {
	public := refusalOf(w.status, strings.TrimSpace(w.body.String()))
	ans, _ := refusal(w.status, public, w.header.Get(headerRequestID)) // strings alone: encoding them cannot fail
	w.header.Set("Content-Type", ans.ContentType)
	if w.status == http.StatusServiceUnavailable {
		w.header.Set("Retry-After", "1")
	}
	w.body.Reset()
	w.body.Write(ans.Body)
}

// refusalOf returns the error for a status and a text of a library.
func refusalOf(status int, text string) *models.Error {
	switch status {
	case http.StatusUnauthorized:
		return models.Errorf(models.CodeAPIKeyInvalid, "%s", text)
	case http.StatusNotFound:
		return noSuchURL()
	case http.StatusMethodNotAllowed:
		return noSuchMethod()
	case http.StatusRequestEntityTooLarge:
		return models.Errorf(models.CodeRequestTooLarge, "%s", text)
	case http.StatusServiceUnavailable:
		return Unavailable(text)
	}
	if status >= http.StatusInternalServerError {
		return models.Errorf(models.CodeInternal, "An unexpected error occurred")
	}
	return models.Errorf(models.CodeParameterInvalid, "%s", text)
}
