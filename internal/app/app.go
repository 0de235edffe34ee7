// Package app wires one process of Stile: API, worker or both. The commands and the end-to-end tests start it.
package app

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.temporal.io/sdk/client"
	"google.golang.org/grpc"

	"github.com/stile-id/stile/api"
	"github.com/stile-id/stile/api/merchant"
	"github.com/stile-id/stile/api/page"
	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/internal/captcha"
	"github.com/stile-id/stile/internal/codec"
	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/internal/follow"
	"github.com/stile-id/stile/internal/geo"
	"github.com/stile-id/stile/internal/mail"
	"github.com/stile-id/stile/internal/orchestrator"
	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/internal/signals"
	"github.com/stile-id/stile/internal/tracing"
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/carrier"
	"github.com/stile-id/stile/methods/document"
	"github.com/stile-id/stile/methods/face"
	"github.com/stile-id/stile/methods/login"
	"github.com/stile-id/stile/methods/openbanking"
	"github.com/stile-id/stile/methods/passport"
	"github.com/stile-id/stile/methods/passport/csca"
	"github.com/stile-id/stile/methods/shipped"
	"github.com/stile-id/stile/methods/student"
	"github.com/stile-id/stile/methods/wallet"
	"github.com/stile-id/stile/methods/wallet/issuers"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/seal"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/compliance"
	"github.com/stile-id/stile/rules/risk"
	"github.com/stile-id/stile/sessions"
	"github.com/stile-id/stile/worker"
)

// Options configure an App.
type Options struct {
	Config config.Config
	// API serves requests on Config.Listen. Worker runs workflows and serves health and metrics on Config.WorkerListen,
	// or on Config.Listen if the same process serves the API.
	API, Worker bool
	// Migrate migrates the database first. Production runs `stile migrate` instead.
	Migrate bool
	// SealHistories encrypts the payloads of Temporal histories. Runs that started without it continue.
	SealHistories bool
	// Methods are served besides those that ship.
	Methods []methods.Method
	// Inbox, if set, takes mails while Config.SMTP is nil, and shows them beside the API. It is for development.
	Inbox *mail.Inbox
	// WebProxy, if set, is the development server that serves the page of the browser. It is for development.
	WebProxy *url.URL
	// WriteTimeout is that of store.Options: 0 in production.
	WriteTimeout time.Duration
	// RequestTimeout is that of api.Config: 0 in production.
	RequestTimeout time.Duration
	// Vision is the command of the vision process and its first arguments; nil means stile-vision, beside this executable
	// or on PATH. Config.VisionURL takes its place.
	Vision []string
	Log    *slog.Logger
}

// App is one process of Stile. Start returns at once; Stop drains requests and tasks.
type App struct {
	options     Options
	log         *slog.Logger
	store       *store.Store
	temporal    client.Client
	methods     *methods.Registry
	metrics     *metricsPipeline
	codec       codec.Codec
	tracing     *tracing.Tracing // nil before connect
	api         *api.API
	worker      *worker.Worker
	working     bool
	eyes        eyes
	aside       *orchestrator.Aside // nil without API
	server      *http.Server
	listener    net.Listener
	serving     sync.WaitGroup
	files       follow.Watch       // has the files that followFiles looks at
	unfollow    context.CancelFunc // ends followFiles; nil before Start
	polling     sync.Mutex         // guards polled and polledUntil
	polled      error
	polledUntil time.Time
	stop        sync.Once
}

// New connects to the database, checks the keys and wires the process. Temporal may be unreachable: the API accepts
// sessions without it.
func New(ctx context.Context, o Options) (*App, error) {
	a := &App{options: o, log: o.Log, eyes: eyes{metrics: newVisionMetrics()}}
	if err := a.listen(ctx); err != nil {
		return nil, err
	}
	if err := a.connect(ctx); err != nil {
		return nil, errors.Join(err, a.close())
	}
	orders := &orchestrator.Orchestrator{
		Temporal: a.temporal, Store: a.store, Resumed: a.resumed(),
		// The first task goes to the current version of the workers, if they have versions.
		Eager: o.API && o.Worker && o.Config.WorkerBuildID == "",
		Delay: !o.Config.StartDelayOff,
	}
	if o.Worker {
		a.worker = a.newWorker(orders)
	}
	handler, err := a.handler(ctx, orders)
	if err != nil {
		return nil, errors.Join(err, a.close())
	}
	if a.showsInbox() {
		handler = o.Inbox.Beside(handler)
	}
	if o.WebProxy != nil {
		handler = page.Proxy(o.WebProxy, handler)
	}
	if token := o.Config.OperatorToken; token != "" {
		handler = beside(handler, codec.Path, rest.Whole(codec.Handler(a.codec, token)))
	}
	a.server = &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		ReadTimeout: 30 * time.Second, WriteTimeout: time.Minute, MaxHeaderBytes: 64 << 10,
		DisableGeneralOptionsHandler: true, // "OPTIONS *" is answered like any other unknown URL
		ErrorLog:                     slog.NewLogLogger(a.log.Handler(), slog.LevelDebug),
	}
	return a, nil
}

// handler returns the handler of the API or, in a process without API, that of health and metrics.
func (a *App) handler(ctx context.Context, orders *orchestrator.Orchestrator) (http.Handler, error) {
	if !a.options.API {
		return rest.Whole(a.opsHandler()), nil
	}
	var err error
	a.aside = orchestrator.NewAside(ctx, orders, mostAside, slog.New(rest.WithRequestID{Handler: a.log.Handler()}))
	if a.api, err = a.newAPI(a.aside); err != nil {
		return nil, err
	}
	return a.api.Handler(), nil
}

// mailer returns the sender of mails; nil if none can be sent.
func (a *App) mailer() mail.Sender {
	c := a.options.Config
	switch {
	case c.SMTP != nil:
		return a.smtp()
	case a.options.Inbox != nil:
		return a.options.Inbox
	default:
		return nil
	}
}

// smtp returns the sender over the configured server.
func (a *App) smtp() *mail.SMTP {
	c := a.options.Config
	return &mail.SMTP{Server: *c.SMTP, From: c.MailFrom}
}

func (a *App) showsInbox() bool { return a.options.Inbox != nil && a.options.Config.SMTP == nil }

// beside returns a handler that serves the path by other and all other paths by handler.
func beside(handler http.Handler, path string, other http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, path) {
			other.ServeHTTP(w, r)
			return
		}
		handler.ServeHTTP(w, r)
	})
}

// listen opens the listener before the API is wired: links to the hosted page contain its address by default.
func (a *App) listen(ctx context.Context) (err error) {
	address := a.options.Config.Listen
	if !a.options.API {
		address = a.options.Config.WorkerListen
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	a.listener = rest.Listen(listener, a.log)
	return nil
}

func (a *App) connect(ctx context.Context) error {
	c := a.options.Config
	keys, err := seal.ParseKeys(c.EncryptionKeys, c.LookupKey)
	if err != nil {
		return fmt.Errorf("STILE_ENCRYPTION_KEYS, STILE_LOOKUP_KEY: %w", err)
	}
	a.store, err = store.Open(ctx, store.Options{
		URL: c.DatabaseURL, Keys: keys, DatabaseConnections: c.DatabaseConnections, ListConcurrency: c.ListConcurrency,
		IdempotencyLease: c.IdempotencyLease, WriteTimeout: a.options.WriteTimeout, Recheck: c.SweepRecheck, Log: a.log,
	})
	if err != nil {
		return fmt.Errorf("DATABASE_URL: %w", err)
	}
	if a.options.Migrate {
		if err := a.store.Migrate(ctx); err != nil {
			return err
		}
	}
	if err := ProveKeys(ctx, a.store); err != nil {
		return err
	}
	if err := a.tellOfAnchors(ctx); err != nil {
		return err
	}
	if err := a.openEyes(ctx); err != nil {
		return err
	}
	if a.methods, err = a.register(); err != nil {
		return err
	}
	if a.metrics, err = newMetricsPipeline(); err != nil {
		return err
	}
	a.metrics.registry.MustRegister(
		a.eyes.metrics.seconds, a.eyes.metrics.restarts, visionState{a.eyes.client}, outdatedFiles{&a.files})
	a.codec = codec.Codec{Keys: keys}
	return a.dial(ctx, keys)
}

// dial prepares the client of Temporal, and the traces that it continues.
func (a *App) dial(ctx context.Context, keys *seal.Keyring) (err error) {
	c := a.options.Config
	a.tracing, err = tracing.Open(ctx, tracing.Options{
		Endpoint: c.TraceEndpoint, Headers: c.TraceHeaders, Ratio: c.TraceRatio, Service: c.TraceService,
		Log: a.log,
	})
	if err != nil {
		return err
	}
	o := TemporalOptions{Metrics: a.metrics.temporal, Dial: []grpc.DialOption{
		grpc.WithChainUnaryInterceptor(newTaskWatch(a.metrics.registry, a.log).intercept),
	}}
	if a.options.SealHistories {
		o.Keys = keys
	}
	if o.Interceptors, err = a.tracing.Interceptors(); err != nil {
		return err
	}
	a.temporal, err = DialTemporal(c, a.log, o)
	return err
}

// register makes the registry of methods, as they are configured, that API and worker share.
func (a *App) register() (*methods.Registry, error) {
	c := a.options.Config
	students, err := student.ReadSettings(c.StudentFile)
	if err != nil {
		return nil, err
	}
	banks, err := openbanking.ReadBanks(c.BanksFile)
	if err != nil {
		return nil, err
	}
	carriers, err := carrier.ReadSettings(c.CarriersFile)
	if err != nil {
		return nil, err
	}
	wallets, err := a.wallets()
	if err != nil {
		return nil, err
	}
	limits, err := document.ReadLimits(c.DocumentFile)
	if err != nil {
		return nil, err
	}
	authorities, err := csca.Open(csca.FolderOptions{Dir: c.CSCADir, Log: a.log, Watch: &a.files})
	if err != nil {
		return nil, err
	}
	return shipped.Registry(shipped.Options{
		SimulatedDelay: c.SimulatedDelay, ProviderPatience: c.ProviderPatience,
		Mail: a.mailer() != nil, Student: students, Banks: banks,
		Carrier: carrier.Options{
			Settings: carriers, Egress: a.egress(), Patience: c.ProviderPatience, Page: a.verifyURL, Now: time.Now, Log: a.log,
		},
		Login: login.Options{Egress: a.egress(), Page: a.verifyURL, Now: time.Now, Log: a.log},
		Document: document.Options{
			Vision: a.eyes.client, Patience: c.ProviderPatience, Limits: limits, Now: time.Now, Log: a.log,
		},
		Face: face.Options{
			Vision: a.eyes.client, Patience: c.ProviderPatience, Random: rand.Reader, Now: time.Now, Log: a.log,
		},
		Passport: passport.Options{Authorities: authorities, Log: a.log},
		Wallet:   wallets,
	}, a.options.Methods...)
}

// wallets returns the options of the methods that verify credentials of wallets.
func (a *App) wallets() (o wallet.Options, err error) {
	c := a.options.Config
	o.Page, o.Log = a.verifyURL, a.log
	if o.Issuers, err = issuers.Open(issuers.Options{
		Dir: c.TrustDir, Egress: a.egress(), Log: a.log, Watch: &a.files,
	}); err != nil {
		return o, err
	}
	o.Verifier, err = wallet.ReadVerifier(wallet.VerifierSettings{
		KeyFile: c.VerifierKeyFile, CertificateFile: c.VerifierCert, Scheme: c.VerifierScheme, Link: c.WalletLink,
		Plain: c.VerifierPlain, APIURL: cmp.Or(c.APIURL, a.URL()),
	})
	return o, err
}

// verifyURL returns the address of the hosted page.
func (a *App) verifyURL() string { return cmp.Or(a.options.Config.VerifyURL, a.URL()+page.Path) }

// ProveKeys returns an error if the keys do not open the stored data. It returns nil before the schema is migrated;
// readiness reports the keys then.
func ProveKeys(ctx context.Context, s *store.Store) error {
	migrated, err := s.Migrated(ctx)
	if err != nil || !migrated {
		return err
	}
	return s.ProveKeys(ctx)
}

// tellOfAnchors logs that the database role of the process can read more than the process needs.
func (a *App) tellOfAnchors(ctx context.Context) error {
	reads, err := a.store.ReadsAnchors(ctx)
	if err == nil && reads {
		a.log.Info("database: this role can read person_anchors, the hashes by which persons are found; " +
			"a role without that right suffices: see `stile migrate --grant` in docs/operations.md")
	}
	return err
}

func (a *App) newWorker(orders *orchestrator.Orchestrator) *worker.Worker {
	c := a.options.Config
	return worker.New(worker.Options{
		Temporal: a.temporal, Store: a.store, Orchestrator: orders,
		Judge:         a.methods,
		Tracer:        a.tracing.Tracer(),
		ReviewTimeout: c.ReviewTimeout,
		SessionTTL:    c.SessionTTL, DeviceIdleTimeout: c.DeviceIdleTimeout,
		WebhookTimeout: c.WebhookTimeout, WebhookRetrySchedule: c.WebhookRetrySchedule,
		WebhookConcurrency: c.WebhookConcurrency, ProviderConcurrency: c.ProviderConcurrency,
		CallbackURL:    a.callbackURL(),
		Egress:         a.egress(),
		Mailer:         a.mailer(),
		EventRetention: c.EventRetention, HistoryRetention: c.HistoryRetention, AuditRetention: c.AuditRetention,
		SweepInterval: c.SweepInterval, SweepAfter: c.SweepAfter, BuildID: c.WorkerBuildID,
		Metrics: worker.NewMetrics(a.metrics.registry), Log: a.log,
	})
}

func (a *App) newAPI(orders *orchestrator.Aside) (*api.API, error) {
	c := a.options.Config
	locator, err := a.locator()
	if err != nil {
		return nil, err
	}
	book, err := a.rules()
	if err != nil {
		return nil, err
	}
	risks, sources, err := a.risk()
	if err != nil {
		return nil, err
	}
	return api.New(api.Options{
		Store:        a.store,
		Orchestrator: orders,
		Locator:      locator,
		Rules:        book,
		Risks:        risks,
		Sources:      sources,
		Methods:      a.methods,
		Captcha:      a.captcha(),
		Registry:     a.metrics.registry,
		Log:          a.log,
		Tracer:       a.tracing.Tracer(),
		Config: api.Config{
			RequestTimeout:       a.options.RequestTimeout,
			HandoffTokenTTL:      c.HandoffTokenTTL,
			HandoffReuseWindow:   c.HandoffReuseWindow,
			SessionTTL:           c.SessionTTL,
			ReviewTimeout:        c.ReviewTimeout,
			SandboxQuota:         c.SandboxQuota,
			LookupLimit:          c.LookupLimit,
			RiskRetention:        c.RiskRetention,
			EndpointLimit:        c.EndpointLimit,
			UploadMaxBytes:       int64(c.UploadMaxBytes),
			UploadsPerAttempt:    c.UploadsPerAttempt,
			PublicURL:            cmp.Or(c.APIURL, a.URL()),
			RateLimitSecret:      c.RateLimitSecret,
			RateLimitPublishable: c.RateLimitPublishable,
			RateLimitSession:     c.RateLimitSession,
			RateLimitAddress:     c.RateLimitAddress,
			VerifyURL:            a.verifyURL(),
			TrustedProxies:       c.TrustedProxies,
			ClientIPHeader:       c.ClientIPHeader,
			CDN:                  c.CDN,
			DevJurisdiction:      rules.Jurisdiction(c.DevJurisdiction),
			Egress:               a.egress(),
			CallbackURL:          a.callbackURL(),
			RateLimitProvider:    c.RateLimitProvider,
			DocsOff:              c.DocsOff,
			Mail:                 a.mailer() != nil,
		},
	})
}

// captcha returns the check of captchas; nil if STILE_TURNSTILE_SECRET is not set.
func (a *App) captcha() merchant.Captcha {
	c := a.options.Config
	if c.TurnstileSecret == "" {
		return nil
	}
	return captcha.NewTurnstile(c.TurnstileURL, c.TurnstileSecret, a.egress())
}

// rules returns the rules of STILE_RULES_DIR, or the shipped rules if it is not set.
func (a *App) rules() (*compliance.Book, error) {
	folder := a.options.Config.RulesDir
	if folder == "" {
		return compliance.Shipped()
	}
	book, err := compliance.Load(os.DirFS(folder))
	if err != nil {
		return nil, fmt.Errorf("STILE_RULES_DIR: %w", err)
	}
	return book, nil
}

// locator opens the files of STILE_GEOIP_DB, or the built-in country file if it is not set.
func (a *App) locator() (sessions.Locator, error) {
	if len(a.options.Config.GeoIPDB) == 0 {
		countries, err := geo.BuiltIn()
		if err != nil {
			return nil, err
		}
		a.log.Info("STILE_GEOIP_DB is not set: addresses are looked up in the built-in file, which knows countries but no "+
			"states; US states need a city file (scripts/fetch-geoip) or the headers of a CDN",
			"built", countries.Built().Format(time.DateOnly))
		return countries, nil
	}
	files := make(geo.Files, 0, len(a.options.Config.GeoIPDB))
	for _, path := range a.options.Config.GeoIPDB {
		file, err := geo.Open(geo.Options{Path: path, Log: a.log, Watch: &a.files})
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}

// risk returns the weights of the signals of risk, and the data behind them.
func (a *App) risk() (*risk.Book, *signals.Sources, error) {
	c := a.options.Config
	sources, err := signals.Open(signals.Options{
		ASNFile: c.ASNDB, NetworksDir: c.NetworksDir, MX: c.RiskMX, Egress: a.egress(), Log: a.log,
		Watch: &a.files,
	})
	if err != nil {
		return nil, nil, err
	}
	if c.RiskFile == "" {
		book, err := risk.Shipped()
		return book, sources, err
	}
	text, err := os.ReadFile(c.RiskFile)
	if err != nil {
		return nil, nil, fmt.Errorf("STILE_RISK_FILE: %w", err)
	}
	book, err := risk.Parse(text)
	if err != nil {
		return nil, nil, fmt.Errorf("STILE_RISK_FILE: %s: %w", c.RiskFile, err)
	}
	return book, sources, nil
}

// lookEvery is the time between two looks at files that may change.
const lookEvery = 2 * time.Second

// followFiles looks at files that may change until Stop, because a file is otherwise checked only when it is used:
// without it, the first credential after a quiet hour would be verified by an issuer that was removed meanwhile, and a
// faulty file would be reported by the first request that needs it.
func (a *App) followFiles(ctx context.Context) {
	ctx, a.unfollow = context.WithCancel(context.WithoutCancel(ctx))
	a.serving.Go(func() {
		ticker := time.NewTicker(lookEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				a.files.Look()
			}
		}
	})
}

// Start starts the worker and the server in the background.
func (a *App) Start(ctx context.Context) {
	a.followFiles(ctx)
	if a.worker != nil {
		a.watchVision(ctx)
		a.worker.Start(ctx)
		a.working = true
	}
	a.serving.Go(func() {
		if err := a.server.Serve(a.listener); !errors.Is(err, http.ErrServerClosed) {
			a.log.Error("server: listener failed; the process answers no request", "error", err.Error())
		}
	})
}

// URL returns the base URL of the process as seen from its own machine. Before the process listens, it has the
// configured port.
func (a *App) URL() string {
	address := a.options.Config.Listen
	if a.listener != nil {
		address = a.listener.Addr().String()
	}
	host, port, _ := net.SplitHostPort(address)
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// egress returns the policy of addresses that webhooks and provider requests may reach.
func (a *App) egress() outbound.Policy {
	c := a.options.Config
	return outbound.Policy{Allow: c.EgressAllow, Proxy: c.EgressProxy}
}

// callbackURL returns the base URL for provider callbacks; "" if it is unknown. A worker apart from the API does not
// know the API's address, so STILE_API_URL must be set there.
func (a *App) callbackURL() string {
	base := a.options.Config.APIURL
	if base == "" && a.options.API && a.options.Worker {
		base = a.URL()
	}
	if base == "" {
		return ""
	}
	return base + api.PathCallbacks
}

// Store returns the store of the process.
func (a *App) Store() *store.Store { return a.store }

// Temporal returns the Temporal client of the process.
func (a *App) Temporal() client.Client { return a.temporal }

// Drain has load balancers send requests elsewhere before Stop closes the listener: for Config.DrainDelay the API
// reports unready and serves on. A process without API does not wait. Drain returns early when ctx ends.
func (a *App) Drain(ctx context.Context) {
	if a.api == nil {
		return
	}
	a.api.Leave()
	select {
	case <-ctx.Done():
	case <-time.After(a.options.Config.DrainDelay):
	}
}

// mostAside is the number of runs that an API tells at once without a waiting client. Temporal counts each towards the
// limit of its waiting requests, 1,200 for a namespace by default.
const mostAside = 100

// asidePatience is how long calls of Temporal that no client waits for may take at the end of a process. The sweep
// repeats the rest.
const asidePatience = time.Second

// Stop stops accepting requests, waits for requests and tasks under way, and closes all connections. A second call does
// nothing.
func (a *App) Stop() error {
	var err error
	a.stop.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), a.options.Config.ShutdownTimeout)
		defer cancel()
		if a.api != nil {
			a.api.Close() // ends long polls and channels, so that they do not delay the shutdown
		}
		err = a.server.Shutdown(ctx)
		if a.api != nil {
			err = errors.Join(err, a.api.Wait(ctx))
			a.aside.Close(asidePatience)
		}
		if a.working {
			a.eyes.watch()
		}
		if a.unfollow != nil {
			a.unfollow()
		}
		a.serving.Wait()
		if a.working {
			a.worker.Stop()
		}
		err = errors.Join(err, a.tracing.Close(ctx), a.close())
	})
	return err
}

func (a *App) close() error {
	_ = a.listener.Close() // the server has closed it already if it was started
	err := a.eyes.close()
	if a.temporal != nil {
		a.temporal.Close()
	}
	if a.store == nil {
		return err
	}
	return errors.Join(err, a.store.Close())
}

// resumed returns a function that counts and logs sessions with a new run after a completed one.
func (a *App) resumed() func(models.Session) {
	resumed := prometheus.NewCounter(prometheus.CounterOpts{
		Name: "stile_sessions_resumed_total",
		Help: "Open sessions whose run had completed, because the database was restored to an earlier time.",
	})
	a.metrics.registry.MustRegister(resumed)
	return func(session models.Session) {
		resumed.Inc()
		a.log.Warn("orchestrator: the run of an open session had completed, so the database was restored to an earlier "+
			"time; another run continues the session", "session", session.ID)
	}
}

// newRegistry returns a metrics registry with the metrics of the Go runtime and the process.
func newRegistry() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return registry
}
