package app

import (
	"encoding/json"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	exporter "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/opentelemetry"

	"github.com/stile-id/stile/api/rest"
)

// metricsPipeline gathers the metrics of Stile, the Temporal SDK and the Go runtime in one registry.
type metricsPipeline struct {
	registry *prometheus.Registry
	temporal client.MetricsHandler
}

func newMetricsPipeline() (*metricsPipeline, error) {
	registry := newRegistry()
	reader, err := exporter.New(exporter.WithRegisterer(registry), exporter.WithoutScopeInfo())
	if err != nil {
		return nil, err
	}
	meter := metric.NewMeterProvider(metric.WithReader(reader), metric.WithView(secondsView())).Meter("temporal")
	return &metricsPipeline{
		registry: registry,
		temporal: opentelemetry.NewMetricsHandler(opentelemetry.MetricsHandlerOptions{Meter: meter}),
	}, nil
}

// secondsView gives histograms Prometheus' default buckets, in seconds. The default buckets of OpenTelemetry begin
// above the latencies of Stile.
func secondsView() metric.View {
	return metric.NewView(
		metric.Instrument{Kind: metric.InstrumentKindHistogram},
		metric.Stream{Aggregation: metric.AggregationExplicitBucketHistogram{Boundaries: prometheus.DefBuckets}},
	)
}

// opsHandler serves the health, readiness and metrics of a worker. rest.Whole puts its errors into the API's envelope.
func (a *App) opsHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]string{"status": "ok"})
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if faults := a.workerFaults(r.Context()); len(faults) > 0 {
			http.Error(w, rest.NotReady(a.log, "worker", faults).Message, http.StatusServiceUnavailable)
			return
		}
		answer(w, rest.Ready(a.methods, a.mailer() != nil))
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(a.metrics.registry, promhttp.HandlerOpts{}))
	return mux
}

func answer(w http.ResponseWriter, object any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(object)
}
