// Package api is the REST API: gin for routes, the store for truth, an Orchestrator for telling Temporal.
//
// A request passes through the same steps whatever its route: request id, log and metrics (observe), CORS, who calls
// and how often (recognise), what the route allows (authorise), query and body, idempotency, and only then the handler.
// A handler returns an answer or an error; one renderer writes each.
package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules/compliance"
	"github.com/stile-id/stile/sessions"
)

// Options are what the API is made of.
type Options struct {
	Store        *store.Store
	Orchestrator sessions.Orchestrator
	Config       Config
	// Rules say what the law asks; those that ship with the program unless given.
	Rules *compliance.Book
	// Locator looks addresses up; without one only headers and requests tell where users are.
	Locator sessions.Locator
	// Log is slog.Default unless given.
	Log *slog.Logger
	// Registry takes the API's metrics and is what /metrics shows; one of its own unless given.
	Registry *prometheus.Registry
	// Now is time.Now unless given.
	Now func() time.Time
}

// API serves the routes. It is safe for concurrent use.
type API struct {
	store      *store.Store
	sessions   *sessions.Service
	orders     *sessions.Orders
	checked    *lru.Cache[check, answer]
	forwarding forwarding
	config     Config
	log        *slog.Logger
	now        func() time.Time
	keys       *keyCache
	secrets    *clientSecrets
	metrics    *metrics
	router     *gin.Engine
	followers  *followers
	sockets    sockets
	// closing ends what waits: long polls, and duplicates of a request under way.
	closing   chan struct{}
	closeOnce sync.Once
}

func init() { gin.SetMode(gin.ReleaseMode) } // gin's debug mode prints every route to standard output

// New builds the API. It touches neither the database nor Temporal yet.
func New(o Options) (*API, error) {
	if o.Store == nil || o.Orchestrator == nil {
		return nil, errors.New("the API needs a store and an orchestrator")
	}
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	config := o.Config.WithDefaults()
	hosted, err := models.ParseHandoffURL("STILE_VERIFY_URL", config.VerifyURL)
	if err != nil {
		return nil, models.Explain(err)
	}
	a := &API{
		store: o.Store, config: config, log: o.Log, now: o.Now,
		keys: newKeyCache(o.Store.Across(), o.Now, config.RequestTimeout), secrets: newClientSecrets(o.Store.Across(), o.Now),
		followers: newFollowers(o.Store), closing: make(chan struct{}),
	}
	a.orders = &sessions.Orders{
		Orchestrator: o.Orchestrator, Timeout: config.StartTimeout, Log: slog.New(withRequestID{o.Log.Handler()}),
	}
	a.sessions = sessions.New(sessions.Options{
		Store: o.Store, Orders: a.orders, Rules: o.Rules, Locator: o.Locator, Now: o.Now, Config: config.useCases(hosted),
	})
	if a.forwarding, err = newForwarding(config); err != nil {
		return nil, err
	}
	if a.checked, err = lru.New[check, answer](checkedSize); err != nil {
		return nil, err
	}
	if a.metrics, err = newMetrics(o.Registry); err != nil {
		return nil, err
	}
	a.router = a.newRouter(o.Registry)
	return a, err
}

func (o Options) withDefaults() (Options, error) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Registry == nil {
		o.Registry = prometheus.NewRegistry()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rules != nil {
		return o, nil
	}
	var err error
	o.Rules, err = compliance.Shipped()
	return o, err
}

// Handler serves HTTP. A base URL that ends in a slash, before a path that begins with one, makes no difference.
func (a *API) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if rest := strings.TrimLeft(r.URL.Path, "/"); len(rest)+1 < len(r.URL.Path) {
			r = r.Clone(r.Context())
			r.URL.Path, r.URL.RawPath = "/"+rest, ""
		}
		a.router.ServeHTTP(w, r)
	})
}

// Close ends what only waits, so that a server's shutdown need not: long polls, and live channels, whose devices connect
// elsewhere. It tolerates a second call.
func (a *API) Close() {
	a.closeOnce.Do(func() {
		a.sockets.close()
		close(a.closing)
	})
}

// Wait returns when the last live channel is closed, after Close: a server's shutdown does not wait for those.
func (a *API) Wait(ctx context.Context) error { return a.sockets.wait(ctx) }
