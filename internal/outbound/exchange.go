package outbound

import (
	"crypto/tls"
	"errors"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// raceWindow is how long after a request was sent its connection may break for the request to count as unread. A peer
// that was closing the connection answers with a reset within a round trip. A peer that closes it later has read the
// request.
const raceWindow = 2 * time.Second

// guarded is a transport that refuses a forbidden address in the URL itself; the addresses of a name are checked at the
// dial. It sends a request once more on a fresh connection if the peer had just closed the kept connection of the first
// try.
type guarded struct {
	policy Policy
	// kept keeps connections for the next request; fresh makes a connection for each request.
	kept, fresh *http.Transport
}

// RoundTrip implements http.RoundTripper. Its errors are ErrForbidden or of type *failure.
func (g guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := g.policy.CheckHost(r.URL.Hostname()); err != nil {
		if r.Body != nil {
			_ = r.Body.Close()
		}
		return nil, err
	}
	response, failed := roundTrip(g.kept, r)
	if failed == nil {
		return response, nil
	}
	again, ok := unread(r, failed)
	if !ok {
		return nil, failed
	}
	if response, failed = roundTrip(g.fresh, again); failed != nil {
		return nil, failed
	}
	return response, nil
}

// unread returns the request to send again if the failed one cannot have been read: it was sent on a kept connection
// that broke at once, without a byte of an answer.
func unread(r *http.Request, f *failure) (again *http.Request, ok bool) {
	if !f.reused || f.answered || f.Timeout() || time.Since(f.sent) > raceWindow || r.Context().Err() != nil {
		return nil, false
	}
	if errors.Is(f, ErrForbidden) || r.GetBody == nil && r.Body != nil && r.Body != http.NoBody {
		return nil, false
	}
	again = r.Clone(r.Context())
	if r.GetBody == nil {
		return again, true
	}
	body, err := r.GetBody()
	if err != nil {
		return nil, false
	}
	again.Body = body
	return again, true
}

// failure is the reason for a request without an answer, and how far the request came.
type failure struct {
	error
	// reused means that the connection had served another request before.
	reused bool
	// sent is when the request was written; if writing failed, when it began. It is zero without a connection.
	sent time.Time
	// answered means that at least one byte of an answer arrived.
	answered bool
	// handshake means that the TLS handshake failed.
	handshake bool
}

// Unwrap returns the cause.
func (f *failure) Unwrap() error { return f.error }

// Timeout reports whether the request exceeded its time.
func (f *failure) Timeout() bool {
	var timeout interface{ Timeout() bool }
	return errors.As(f.error, &timeout) && timeout.Timeout()
}

// requestTrace records how far a request has come. The transport reports it from its own goroutines.
type requestTrace struct {
	reused, http2, answered, handshake atomic.Bool
	sent                               atomic.Int64 // Unix nanoseconds
}

func (t *requestTrace) hooks() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GotConn: func(conn httptrace.GotConnInfo) {
			t.reused.Store(conn.Reused)
			over, ok := conn.Conn.(*tls.Conn)
			t.http2.Store(ok && over.ConnectionState().NegotiatedProtocol == "h2")
			t.answered.Store(false)
			t.sent.Store(time.Now().UnixNano())
		},
		WroteRequest:         func(httptrace.WroteRequestInfo) { t.sent.Store(time.Now().UnixNano()) },
		GotFirstResponseByte: func() { t.answered.Store(true) },
		TLSHandshakeDone:     func(_ tls.ConnectionState, err error) { t.handshake.Store(err != nil) },
	}
}

func roundTrip(transport *http.Transport, r *http.Request) (*http.Response, *failure) {
	var t requestTrace
	response, err := transport.RoundTrip(r.WithContext(httptrace.WithClientTrace(r.Context(), t.hooks())))
	if err == nil {
		return response, nil
	}
	f := &failure{error: err, reused: t.reused.Load(), handshake: t.handshake.Load()}
	// Over HTTP/2 the trace sees only whole headers. If the connection did not break, a frame of the peer ended the
	// exchange, so the peer answered.
	f.answered = t.answered.Load() || t.http2.Load() && !closed(err) && !wasReset(err)
	if sent := t.sent.Load(); sent != 0 {
		f.sent = time.Unix(0, sent)
	}
	return nil, f
}
