package worker

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/stile-id/stile/activities"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// Metrics count what workers do. No label holds anything personal.
type Metrics struct {
	verdicts, sessions, deliveries, inquiries, recovered *prometheus.CounterVec
}

// NewMetrics registers the worker's metrics.
func NewMetrics(r prometheus.Registerer) *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
		r.MustRegister(c)
		return c
	}
	return &Metrics{
		verdicts: counter("stile_verdicts_total", "Submissions judged.", "method", "outcome"),
		sessions: counter("stile_sessions_ended_total", "Sessions that a worker brought to their end.",
			"status", "method", "country"),
		deliveries: counter("stile_webhook_attempts_total", "Webhook delivery attempts.", "outcome"),
		inquiries:  counter("stile_provider_requests_total", "Requests to providers.", "method", "answer"),
		recovered: counter("stile_recovered_total", "Starts, signals, expiries and deliveries that the sweep repeated.",
			"what"),
	}
}

func (m *Metrics) judged(method rules.Method, outcome graph.Outcome) {
	m.verdicts.WithLabelValues(string(method), string(outcome)).Inc()
}

func (m *Metrics) ended(s models.Session) {
	method := ""
	if s.VerificationPath != nil {
		method = *s.VerificationPath
	}
	m.sessions.WithLabelValues(string(s.Status), method, string(s.Jurisdiction.Country())).Inc()
}

func (m *Metrics) delivered(a activities.Attempt) {
	m.deliveries.WithLabelValues(string(a.Outcome)).Inc()
}

func (m *Metrics) asked(method rules.Method, answer activities.ProviderAnswer) {
	m.inquiries.WithLabelValues(string(method), string(answer)).Inc()
}

func (m *Metrics) repeated(what string) { m.recovered.WithLabelValues(what).Inc() }
