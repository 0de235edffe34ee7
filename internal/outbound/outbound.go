// Package outbound makes requests to servers that customers name, and to no others: an address that only the inside of
// a network should reach is refused when it is dialled, whatever a name resolves to by then.
package outbound

import (
	"net"
	"net/http"
	"time"
)

const (
	// UserAgent is how Stile introduces itself.
	UserAgent = "Stile/1.0"
	// AnswerLimit bounds what is read of an answer.
	AnswerLimit = 64 << 10
	// idleConnections bounds the connections that are kept for the next request, to all hosts. There is no bound of its
	// own for a host: no more are kept than were in use at once, and those who make requests bound that.
	idleConnections = 1000
)

// NewClient makes a client that takes no more than timeout for the whole exchange and follows no redirect: what a
// server says about another address is no answer.
func NewClient(timeout time.Duration, p Policy) *http.Client {
	dialer := &net.Dialer{Timeout: min(timeout, 10*time.Second)}
	transport := &http.Transport{
		MaxIdleConns: idleConnections, MaxIdleConnsPerHost: idleConnections, IdleConnTimeout: 30 * time.Second,
		TLSHandshakeTimeout: dialer.Timeout, DisableCompression: true, // an answer is short, or cut off
		MaxResponseHeaderBytes: AnswerLimit, ForceAttemptHTTP2: true,
		// A server may send as much before anybody reads it; it is 4 MiB for each request unless told.
		HTTP2: &http.HTTP2Config{MaxReceiveBufferPerStream: AnswerLimit},
	}
	if p.Proxy != nil {
		transport.Proxy = http.ProxyURL(p.Proxy) // resolves names, and so has to judge what they resolve to
	} else {
		dialer.ControlContext = p.control
	}
	transport.DialContext = dialer.DialContext
	fresh := transport.Clone()
	fresh.DisableKeepAlives = true
	return &http.Client{
		Timeout: timeout, Transport: guarded{policy: p, kept: transport, fresh: fresh},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
