// Package openid is a relying party of OpenID Connect for methods that ask an institution, such as a bank or a
// university, about its user. It follows the FAPI 2.0 security profile: pushed authorization requests (RFC 9126), PKCE
// with S256, the issuer in the authorization response (RFC 9207), private_key_jwt or mutual TLS, and access tokens that
// are bound to a key by DPoP (RFC 9449) or to the certificate (RFC 8705).
package openid

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/stile-id/stile/internal/outbound"
)

// The limits of calls to an institution.
const (
	// CallWithin is how long one call may take.
	CallWithin = 4 * time.Second
	// StepWithin is how long the calls of one step may take together. A request to the API may take longer.
	StepWithin = 8 * time.Second
)

// The faults of an institution. Their texts hold nothing that the institution sent.
var (
	// ErrAway means that the institution does not answer, answers with a fault of its own, or refuses the client.
	ErrAway = errors.New("the institution does not answer")
	// ErrUntrusted means that an answer is not that of the institution, or not for this request.
	ErrUntrusted = errors.New("the answer of the institution cannot be trusted")
)

// Client speaks with one institution. It is safe for concurrent use.
type Client struct {
	of   Institution
	http *http.Client
	now  func() time.Time

	mu       sync.Mutex
	metadata cached[metadata]
	keys     cached[keySet]
}

// NewClient returns the client of an institution. Each of its calls may take within, which is CallWithin in production.
func NewClient(of Institution, within time.Duration, p outbound.Policy, now func() time.Time) *Client {
	return &Client{of: of, http: outbound.NewTLSClient(within, p, of.tls), now: now}
}

// cached is a document of the institution with the time at which it was read.
type cached[T any] struct {
	value T
	read  time.Time
}

func (c cached[T]) fresh(now time.Time, age time.Duration) bool {
	return !c.read.IsZero() && now.Sub(c.read) < age
}

// secret returns 256 random bits as text.
func secret() string {
	var bits [32]byte
	_, _ = rand.Read(bits[:]) // it never fails
	return encode(bits[:])
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return encode(sum[:])
}
