package app

import (
	"context"
	"fmt"
	"net"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"google.golang.org/grpc"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/internal/codec"
	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/internal/tracing"
	"github.com/stile-id/stile/internal/version"
	"github.com/stile-id/stile/models/seal"
	"github.com/stile-id/stile/models/store"
)

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
		a.eyes.metrics.seconds, a.eyes.metrics.restarts, visionState{a.eyes.client}, outdatedFiles{&a.files}, &a.waiting)
	a.codec = codec.Codec{Keys: keys}
	return a.dial(ctx, keys)
}

// dial prepares the client of Temporal, and the traces that it continues.
func (a *App) dial(ctx context.Context, keys *seal.Keyring) (err error) {
	c := a.options.Config
	a.tracing, err = tracing.Open(ctx, tracing.Options{
		Endpoint: c.TraceEndpoint, Headers: c.TraceHeaders, Ratio: c.TraceRatio,
		Service: c.TraceService, Version: version.String(), Log: a.log,
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

// ProveKeys returns an error if the keys do not open the stored data. It returns nil before the schema is migrated;
// readiness reports the keys then.
func ProveKeys(ctx context.Context, s *store.Store) error {
	migrated, err := s.Migrated(ctx)
	if err != nil || !migrated {
		return err
	}
	return s.ProveKeys(ctx)
}

// egress returns the policy of addresses that webhooks and provider requests may reach.
func (a *App) egress() outbound.Policy {
	c := a.options.Config
	return outbound.Policy{Allow: c.EgressAllow, Proxy: c.EgressProxy}
}

// newRegistry returns a metrics registry with the metrics of the Go runtime and the process.
func newRegistry() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), buildInfo())
	return registry
}

// buildInfo returns a metric that is always 1, with the version of the program.
func buildInfo() prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "stile_build_info", Help: "Always 1, with the version of the program.",
		ConstLabels: prometheus.Labels{"version": version.String()},
	}, func() float64 { return 1 })
}
