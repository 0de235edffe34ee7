// Package outbound makes requests to servers that customers name, and to no others: an address that only the inside of
// a network should reach is refused when it is dialled, whatever a name resolves to by then.
package outbound

import (
	"errors"
	"fmt"
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
	return &http.Client{
		Timeout: timeout, Transport: checked{transport, p},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// checked refuses addresses that stand in the URL itself. What a name resolves to is seen when it is dialled.
type checked struct {
	*http.Transport
	policy Policy
}

// RoundTrip implements http.RoundTripper.
func (c checked) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := c.policy.CheckHost(r.URL.Hostname()); err != nil {
		if r.Body != nil {
			_ = r.Body.Close()
		}
		return nil, err
	}
	return c.Transport.RoundTrip(r)
}

// Reason says why there was no answer, without the URL, whose path and query may hold a secret of the customer.
func Reason(err error) string {
	var dns *net.DNSError
	var network *net.OpError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, ErrForbidden):
		return "address: " + ErrForbidden.Error()
	case errors.As(err, &timeout) && timeout.Timeout():
		return "timeout: the endpoint did not answer in time"
	case errors.As(err, &dns):
		return "dns: the endpoint's host name cannot be resolved"
	case errors.As(err, &network):
		return fmt.Sprintf("connection: %s failed", network.Op)
	default:
		return "connection: the endpoint gave no valid answer"
	}
}
