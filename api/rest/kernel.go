// Package rest is the kernel of the HTTP side: routes, calls and answers, strict decoding, errors, authentication,
// idempotency, rate limits and lists. It knows no route: the packages beside it bring theirs.
//
// Every request passes the same steps: request id, log and metrics (observe), CORS, recognition of the caller and the
// rate limit (recognise), access (authorise), query and body, idempotency, then the handler. A handler returns an
// answer or an error; the kernel writes both.
package rest

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/trace"

	"github.com/stile-id/stile/models/store"
)

// Config holds the limits and durations of every route. The API's configuration sets all of them; there are no
// defaults here.
type Config struct {
	// Requests per rolling minute: per secret key, per publishable key, per session, per remote address without a
	// credential that counts, and per remote address of providers.
	RateLimitSecret, RateLimitPublishable, RateLimitSession, RateLimitAddress, RateLimitProvider int
	// MaxBody is the size of a request body in bytes.
	MaxBody int64
	// PublicURL is the URL of the deployment, which issues VP tokens.
	PublicURL string
	// RequestTimeout is how long a handler may take, waiting aside.
	RequestTimeout time.Duration
	// LongPollMax is the longest wait of a status request.
	LongPollMax time.Duration
	// IdempotencyWait is how long a duplicate waits for the request under way.
	IdempotencyWait time.Duration
	// TrustedProxies (addresses or CIDR ranges) may name the client in ClientIPHeader, and its country in the headers of
	// the CDN; see newForwarding for the defaults.
	TrustedProxies      []string
	ClientIPHeader, CDN string
}

// Options are the parts of a Kernel. All but Tracer are required.
type Options struct {
	Store    *store.Store
	Config   Config
	Log      *slog.Logger
	Registry prometheus.Registerer
	Now      func() time.Time
	// Tracer makes the spans of requests; nil means none.
	Tracer trace.Tracer
	// KnowsOrigin reports whether pages of an origin may exchange the tokens of handoffs.
	KnowsOrigin func(ctx context.Context, origin string) (bool, error)
}

// Kernel serves routes: it recognises the caller, counts the request, checks what the route allows, reads the request,
// carries it out once per Idempotency-Key, and renders answers and errors. It is safe for concurrent use.
type Kernel struct {
	// Secrets makes and checks client secrets and device tokens.
	Secrets *ClientSecrets
	// VPTokens makes and checks VP tokens.
	VPTokens *VPTokens

	store       *store.Store
	forwarding  forwarding
	config      Config
	log         *slog.Logger
	keys        *keyCache
	metrics     *metrics
	tracer      trace.Tracer // nil while there are no traces
	knowsOrigin func(ctx context.Context, origin string) (bool, error)
	closing     chan struct{}
	closeOnce   sync.Once
}

// New builds a Kernel. It touches neither the database nor Temporal. Errors name the setting at fault.
func New(o Options) (k *Kernel, err error) {
	keys := &signingKeys{across: o.Store.Across(), now: o.Now}
	k = &Kernel{
		Secrets: &ClientSecrets{keys}, VPTokens: &VPTokens{keys, o.Config.PublicURL},
		store: o.Store, config: o.Config, log: o.Log,
		keys: newKeyCache(o.Store.Across(), o.Now, o.Config.RequestTimeout), knowsOrigin: o.KnowsOrigin,
		closing: make(chan struct{}), tracer: o.Tracer,
	}
	if k.forwarding, err = newForwarding(o.Config); err != nil {
		return nil, err
	}
	k.metrics, err = newMetrics(o.Registry)
	return k, err
}

// Closed returns a channel that is closed when the process shuts down, and long polls and live channels are to end.
func (k *Kernel) Closed() <-chan struct{} { return k.closing }

// Close ends long polls, and duplicates that wait for a request under way. It tolerates a second call.
func (k *Kernel) Close() { k.closeOnce.Do(func() { close(k.closing) }) }
