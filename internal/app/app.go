// Package app wires one process of Stile: API, worker or both. The commands and the end-to-end tests start it.
package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/stile-id/stile/api"
	"github.com/stile-id/stile/api/page"
	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/internal/codec"
	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/internal/follow"
	"github.com/stile-id/stile/internal/mail"
	"github.com/stile-id/stile/internal/orchestrator"
	"github.com/stile-id/stile/internal/tracing"
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/models/store"
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
	// FrameGap is the Gap of face.Options: 0 in production.
	FrameGap time.Duration
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
	files       follow.Watch       // has the files that the process follows
	waiting     waitingWork        // as last measured
	unwatch     context.CancelFunc // ends what Start does every so often; nil before Start
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

// Start starts the worker and the server in the background.
func (a *App) Start(ctx context.Context) {
	a.watch(ctx)
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
		if a.unwatch != nil {
			a.unwatch()
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
