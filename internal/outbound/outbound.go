// Package outbound sends requests to servers that customers name. It refuses addresses inside the operator's network at
// the dial, whatever a name resolves to by then.
package outbound

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

const (
	// UserAgent is the User-Agent header of Stile's requests.
	UserAgent = "Stile/1.0"
	// AnswerLimit is the number of bytes that are read of an answer.
	AnswerLimit = 64 << 10
	// idleConnections limits the connections to all hosts that are kept for the next request. There is no separate
	// limit for a host: a host keeps no more connections than were in use at once, which callers limit.
	idleConnections = 1000
)

// NewClient returns a client that limits the whole exchange to timeout and follows no redirect, because a redirect is
// not an answer of the named server.
func NewClient(timeout time.Duration, p Policy) *http.Client { return NewTLSClient(timeout, p, nil) }

// NewTLSClient is NewClient with a configuration of TLS, such as a certificate of the client; nil means the default.
func NewTLSClient(timeout time.Duration, p Policy, config *tls.Config) *http.Client {
	dialer := &net.Dialer{Timeout: min(timeout, 10*time.Second)}
	transport := &http.Transport{
		MaxIdleConns: idleConnections, MaxIdleConnsPerHost: idleConnections, IdleConnTimeout: 30 * time.Second,
		TLSHandshakeTimeout: dialer.Timeout, DisableCompression: true, // an answer is short, or cut off
		MaxResponseHeaderBytes: AnswerLimit, ForceAttemptHTTP2: true, TLSClientConfig: config.Clone(),
		// A server may send this much before the client reads it; the default is 4 MiB for each request.
		HTTP2: &http.HTTP2Config{MaxReceiveBufferPerStream: AnswerLimit},
	}
	if p.Proxy != nil {
		transport.Proxy = http.ProxyURL(p.Proxy) // the proxy resolves names, so it must check their addresses
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
