// Package api is the REST API. It holds the options, and composes the routes of the packages below it: rest is the
// kernel that serves routes, the other packages have the routes of one audience each.
package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/trace"

	"github.com/stile-id/stile"
	"github.com/stile-id/stile/api/authoring"
	"github.com/stile-id/stile/api/device"
	"github.com/stile-id/stile/api/docs"
	"github.com/stile-id/stile/api/merchant"
	"github.com/stile-id/stile/api/page"
	"github.com/stile-id/stile/api/providers"
	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/api/webhooks"
	"github.com/stile-id/stile/internal/manual"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules/compliance"
	"github.com/stile-id/stile/rules/risk"
	"github.com/stile-id/stile/sessions"
	"github.com/stile-id/stile/web"
)

// Options are the parts of the API. Store and Orchestrator are required.
type Options struct {
	Store        *store.Store
	Orchestrator sessions.Orchestrator
	Config       Config
	// Rules is the book of compliance rules; the shipped one unless given.
	Rules *compliance.Book
	// Methods are those that the deployment serves.
	Methods *sessions.Registry
	// Locator looks addresses up; without one only headers and requests tell where users are.
	Locator sessions.Locator
	// Risks holds the weights of the signals of risk; the shipped book unless given.
	Risks *risk.Book
	// Sources look networks, e-mail addresses and phone numbers up; nil if there is no data about them.
	Sources sessions.Sources
	// Captcha checks tokens of captchas; without one, live organizations create no sessions with publishable keys.
	Captcha merchant.Captcha
	// Log is slog.Default unless given.
	Log *slog.Logger
	// Registry takes the API's metrics, and /metrics shows it; one of its own unless given.
	Registry *prometheus.Registry
	// Tracer makes the spans of requests; nil means none.
	Tracer trace.Tracer
	// Now is time.Now if nil.
	Now func() time.Time
}

// API is the router over the handlers of all audiences. It is safe for concurrent use.
type API struct {
	store     *store.Store
	log       *slog.Logger
	kernel    *rest.Kernel
	merchant  *merchant.Handlers
	authoring *authoring.Handlers
	device    *device.Handlers
	webhooks  *webhooks.Handlers
	providers *providers.Handlers
	page      *page.Handlers
	docs      *docs.Handlers // nil if the site is off
	sessions  *sessions.Service
	mail      bool // whether mails can be sent
	leaving   atomic.Bool
	router    *gin.Engine
}

func init() { gin.SetMode(gin.ReleaseMode) } // gin's debug mode prints every route to standard output

// New builds the API. It touches neither the database nor Temporal. Errors name the setting at fault.
func New(o Options) (*API, error) {
	if o.Store == nil || o.Orchestrator == nil || o.Methods == nil {
		return nil, errors.New("the API needs a store, an orchestrator and the methods")
	}
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	hosted, err := models.ParseHandoffURL("STILE_VERIFY_URL", o.Config.VerifyURL)
	if err != nil {
		return nil, models.Explain(err)
	}
	orders := &sessions.Orders{
		Orchestrator: o.Orchestrator, Timeout: o.Config.StartTimeout,
		Log: slog.New(rest.WithRequestID{Handler: o.Log.Handler()}),
	}
	a := &API{store: o.Store, log: o.Log, mail: o.Config.Mail, sessions: sessions.New(sessions.Options{
		Store: o.Store, Orders: orders, Rules: o.Rules, Methods: o.Methods, Locator: o.Locator, Now: o.Now,
		Risks: o.Risks, Sources: o.Sources,
		Config: o.Config.useCases(hosted),
	})}
	a.kernel, err = rest.New(rest.Options{
		Store: o.Store, Config: o.Config.kernel(), Log: o.Log, Registry: o.Registry, Now: o.Now,
		Tracer: o.Tracer, KnowsOrigin: a.sessions.KnowsOrigin,
	})
	if err != nil {
		return nil, err
	}
	if err := a.compose(o, orders, hosted.Origin); err != nil {
		return nil, err
	}
	a.router = a.newRouter(o.Registry)
	return a, nil
}

// compose makes the handlers of each audience.
func (a *API) compose(o Options, orders *sessions.Orders, pageOrigin string) (err error) {
	c := o.Config
	a.merchant, err = merchant.New(merchant.Options{
		Store: o.Store, Sessions: a.sessions, Orders: orders, Secrets: a.kernel.Secrets, Registry: o.Registry,
		VPTokens:  a.kernel.VPTokens,
		VerifyURL: c.VerifyURL, Captcha: o.Captcha,
	})
	if err != nil {
		return err
	}
	a.device, err = device.New(device.Options{
		Kernel: a.kernel, Store: o.Store, Sessions: a.sessions, Log: o.Log, Registry: o.Registry,
		Config: device.Config{
			PingInterval: c.PingInterval, RequestTimeout: c.RequestTimeout, MaxBody: c.MaxBody, PageOrigin: pageOrigin,
			UploadMaxBytes: c.UploadMaxBytes, UploadsPerAttempt: c.UploadsPerAttempt,
			UploadTimeout: c.UploadTimeout, UploadTail: c.RequestTimeout + c.IdempotencyWait,
		},
	})
	if err != nil {
		return err
	}
	a.authoring = authoring.New(o.Store, a.sessions)
	a.webhooks = webhooks.New(webhooks.Options{
		Store: o.Store, Orders: orders, Egress: c.Egress, EndpointLimit: c.EndpointLimit,
	})
	a.providers = providers.New(providers.Options{
		Store: o.Store, Sessions: a.sessions, Now: o.Now, Egress: c.Egress, CallbackURL: c.CallbackURL,
	})
	if !c.DocsOff {
		a.docs = docs.New(docs.Options{
			Source:   manual.Source{Files: stile.Documents(), OpenAPI: specification, BaseURL: c.PublicURL},
			NotFound: a.kernel.NoRoute, Log: o.Log,
		})
	}
	a.page, err = page.New(page.Options{
		Files: web.Files(), VerifyURL: c.VerifyURL, Ancestors: a.sessions.FrameAncestors,
		NotFound: a.kernel.NoRoute, Log: o.Log,
	})
	return err
}

func (o Options) withDefaults() (Options, error) {
	o.Config = o.Config.WithDefaults()
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Registry == nil {
		o.Registry = prometheus.NewRegistry()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	var err error
	if o.Rules == nil {
		if o.Rules, err = compliance.Shipped(); err != nil {
			return o, err
		}
	}
	if o.Risks == nil {
		o.Risks, err = risk.Shipped()
	}
	return o, err
}

// Handler serves HTTP. A base URL that ends in a slash, before a path that begins with one, makes no difference.
func (a *API) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path := strings.TrimLeft(r.URL.Path, "/"); len(path)+1 < len(r.URL.Path) {
			r = r.Clone(r.Context())
			r.URL.Path, r.URL.RawPath = "/"+path, ""
		}
		if a.leaving.Load() {
			w.Header().Set("Connection", "close")
		}
		a.router.ServeHTTP(w, r)
	})
}

// Leave reports unready from now on, and has each answer close its connection, so that load balancers send requests to
// other processes. Requests are served as before.
func (a *API) Leave() { a.leaving.Store(true) }

// Close ends long polls and live channels, so that a server's shutdown does not wait for them. It tolerates a second
// call.
func (a *API) Close() {
	a.device.Close()
	a.kernel.Close()
}

// Wait returns when the last live channel is closed, after Close: a server's shutdown does not wait for those.
func (a *API) Wait(ctx context.Context) error { return a.device.Wait(ctx) }
