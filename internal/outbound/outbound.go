// Package outbound makes requests to servers that customers name.
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
)

// NewClient makes a client that takes no more than timeout for the whole exchange and follows no redirect: what a
// server says about another address is no answer.
func NewClient(timeout time.Duration) *http.Client {
	dialer := &net.Dialer{Timeout: min(timeout, 10*time.Second)}
	return &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			Proxy: nil, DialContext: dialer.DialContext, MaxIdleConnsPerHost: 4, IdleConnTimeout: 30 * time.Second,
			TLSHandshakeTimeout: dialer.Timeout, MaxResponseHeaderBytes: AnswerLimit, ForceAttemptHTTP2: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Reason says why there was no answer, without the URL, whose path and query may hold a secret of the customer.
func Reason(err error) string {
	var dns *net.DNSError
	var network *net.OpError
	var timeout interface{ Timeout() bool }
	switch {
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
