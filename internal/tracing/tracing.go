// Package tracing sends the spans of a process to a collector, by OTLP over HTTP. Spans hold names of routes, workflows
// and activities, ids and codes, and nothing personal.
package tracing

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.temporal.io/sdk/contrib/opentelemetry"
	"go.temporal.io/sdk/interceptor"
)

// quietAfterFault is how long further failures of the export are not logged.
const quietAfterFault = time.Minute

// Options configure the export.
type Options struct {
	// Endpoint is the base URL of the collector; "" turns tracing off. The spans go to its path /v1/traces.
	Endpoint string
	// Headers are sent with each export, for example the key of a hosted collector.
	Headers map[string]string
	// Ratio is the share of the traces that are sent, from 0 to 1. The id of a trace alone decides, so that all
	// processes send the same ones.
	Ratio float64
	// Service names the process in the collector, and Version its program.
	Service, Version string
	Log              *slog.Logger
}

// Tracing makes spans and sends them in the background. The zero value makes none.
type Tracing struct{ provider *sdk.TracerProvider }

// Open returns the Tracing of the options. It connects to nothing: a collector that is away costs spans alone.
func Open(ctx context.Context, o Options) (*Tracing, error) {
	if o.Endpoint == "" {
		return &Tracing{}, nil
	}
	base, err := url.Parse(o.Endpoint)
	if err != nil {
		return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_ENDPOINT: %w", err)
	}
	exporter, err := otlptracehttp.New(ctx,
		otlptracehttp.WithEndpointURL(base.JoinPath("v1", "traces").String()), otlptracehttp.WithHeaders(o.Headers))
	if err != nil {
		return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_ENDPOINT: %w", err)
	}
	otel.SetErrorHandler(&faults{log: o.Log})
	return &Tracing{sdk.NewTracerProvider(
		sdk.WithBatcher(exporter),
		sdk.WithSampler(sampler(o.Ratio)),
		sdk.WithResource(resource.NewSchemaless(
			attribute.String("service.name", o.Service), attribute.String("service.version", o.Version),
		)),
	)}, nil
}

// sampler decides by the id of a trace, also for a span with a parent in another process: a caller cannot have more
// traces sent than the ratio allows.
func sampler(ratio float64) sdk.Sampler {
	byID := sdk.TraceIDRatioBased(ratio)
	return sdk.ParentBased(byID, sdk.WithRemoteParentSampled(byID), sdk.WithRemoteParentNotSampled(byID))
}

// On reports whether spans are sent.
func (t *Tracing) On() bool { return t.provider != nil }

// Tracer returns the source of spans; nil while tracing is off.
func (t *Tracing) Tracer() trace.Tracer {
	if !t.On() {
		return nil
	}
	return t.provider.Tracer("github.com/stile-id/stile")
}

// Interceptors returns the interceptors with which a client of Temporal, and its workers, continue the trace of a
// request in the run and its activities. There are none while tracing is off.
func (t *Tracing) Interceptors() ([]interceptor.ClientInterceptor, error) {
	if !t.On() {
		return nil, nil
	}
	tracer, err := opentelemetry.NewTracingInterceptor(opentelemetry.TracerOptions{
		Tracer: t.Tracer(), TextMapPropagator: propagation.TraceContext{}, DisableBaggage: true,
		AllowInvalidParentSpans: true,
	})
	if err != nil {
		return nil, err
	}
	return []interceptor.ClientInterceptor{tracer}, nil
}

// Close sends the spans that have ended, within the time of ctx. Further spans are lost.
func (t *Tracing) Close(ctx context.Context) error {
	if !t.On() {
		return nil
	}
	return t.provider.Shutdown(ctx)
}

// faults logs failures of the export, one in quietAfterFault. OpenTelemetry reports them to one handler of the process.
type faults struct {
	log    *slog.Logger
	mutex  sync.Mutex
	silent time.Time
}

// Handle implements otel.ErrorHandler.
func (f *faults) Handle(err error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if now := time.Now(); now.After(f.silent) {
		f.silent = now.Add(quietAfterFault)
		f.log.Warn("tracing: the collector took no spans; they are lost", "error", err)
	}
}
