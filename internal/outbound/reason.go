package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"
)

// Reason returns why a request got no complete answer: the class of the cause, a colon and an explanation. It contains
// nothing of the URL, which may hold a secret, and nothing of the answer.
func Reason(err error) string {
	var dns *net.DNSError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, ErrForbidden):
		return "address: " + ErrForbidden.Error()
	case errors.As(err, &timeout) && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return "timeout: the endpoint did not answer in time"
	case errors.As(err, &dns):
		return "dns: the endpoint's host name cannot be resolved"
	}
	if reason := tlsReason(err); reason != "" {
		return "tls: " + reason
	}
	return connectionReason(err)
}

// tlsReason explains a TLS error; it returns "" for another error.
func tlsReason(err error) string {
	var unverified *tls.CertificateVerificationError
	if errors.As(err, &unverified) {
		return certificateReason(unverified.Err)
	}
	var record tls.RecordHeaderError
	if errors.As(err, &record) || errors.Is(err, http.ErrSchemeMismatch) {
		return "the handshake failed: the endpoint does not speak TLS"
	}
	var network *net.OpError
	// The cause is one of a fixed list, such as "tls: protocol version not supported".
	if errors.As(err, &network) && network.Op == "remote error" {
		return "the handshake failed: the endpoint refused it: " + strings.TrimPrefix(network.Err.Error(), "tls: ")
	}
	var failed *failure
	if !errors.As(err, &failed) || !failed.handshake {
		return ""
	}
	if closed(err) {
		return "the handshake failed: the endpoint closed the connection"
	}
	return "the handshake failed: no protocol version or cipher in common, or a malformed message"
}

func certificateReason(err error) string {
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &host):
		return "the certificate is for another host"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		if invalid.Cert != nil && time.Now().Before(invalid.Cert.NotBefore) {
			return "the certificate is not yet valid"
		}
		return "the certificate has expired"
	default:
		return "the certificate is not trusted: no chain to a known authority"
	}
}

// connectionReason explains an error of the connection or a malformed answer.
func connectionReason(err error) string {
	var failed *failure
	var network *net.OpError
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection: refused"
	case wasReset(err):
		return "connection: reset by the endpoint"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "connection: there is no route to the endpoint"
	case closed(err):
		return "connection: closed by the endpoint before its answer was complete"
	case errors.As(err, &network):
		return fmt.Sprintf("connection: %s failed", network.Op)
	case errors.As(err, &failed) && !failed.answered:
		return "connection: none could be made, or it broke off before the endpoint answered"
	default:
		return fmt.Sprintf("answer: not valid HTTP, or with headers of more than %d KiB", AnswerLimit>>10)
	}
}

func closed(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		strings.Contains(err.Error(), closedHTTP2)
}

// closedHTTP2 is in the errors of net/http for an HTTP/2 connection that ended; the package exports none of them.
const closedHTTP2 = "http2: client conn"

func wasReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
