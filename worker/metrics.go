package worker

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/stile-id/stile/activities"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// Metrics count what workers do, and how much they have to do. No label holds anything personal.
type Metrics struct {
	verdicts, sessions, deliveries, inquiries, recovered *prometheus.CounterVec

	took   *prometheus.HistogramVec
	putOff prometheus.Counter

	pending, oldestPending, oldestOverdue prometheus.Gauge

	contactsErased prometheus.Counter
	oldestKept     prometheus.Gauge
}

// attemptBuckets are in seconds: from the fastest receivers to those that use up their time.
var attemptBuckets = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 20, 30}

// NewMetrics registers the worker's metrics.
func NewMetrics(r prometheus.Registerer) *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return registered(r, prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels))
	}
	gauge := func(name, help string) prometheus.Gauge {
		return registered(r, prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help}))
	}
	return &Metrics{
		verdicts: counter("stile_verdicts_total", "Submissions judged.", "method", "outcome"),
		sessions: counter("stile_sessions_ended_total", "Sessions that a worker brought to their end.",
			"status", "method", "country"),
		deliveries: counter("stile_webhook_attempts_total",
			"Webhook delivery attempts, by what was known of the endpoint before.", "outcome", "class"),
		took: registered(r, prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "stile_webhook_attempt_duration_seconds", Help: "How long endpoints took.", Buckets: attemptBuckets,
		}, []string{"outcome"})),
		putOff: registered(r, prometheus.NewCounter(prometheus.CounterOpts{
			Name: "stile_webhook_put_off_total", Help: "Attempts that found no room at their endpoint, and were put off.",
		})),
		pending: gauge("stile_webhook_pending", "Webhook delivery attempts that are pending."),
		oldestPending: gauge("stile_webhook_oldest_pending_seconds",
			"How long ago the oldest pending attempt was put down."),
		oldestOverdue: gauge("stile_webhook_oldest_overdue_seconds",
			"How long past its time the most overdue pending attempt is."),
		contactsErased: registered(r, prometheus.NewCounter(prometheus.CounterOpts{
			Name: "stile_contacts_erased_total", Help: "Sessions whose contacts the sweep erased, their days being over.",
		})),
		oldestKept: gauge("stile_contacts_oldest_overdue_seconds",
			"How long past their days the contacts are that have been kept for too long."),
		inquiries: counter("stile_provider_requests_total", "Requests to providers.", "method", "answer"),
		recovered: counter("stile_recovered_total", "Starts, signals, expiries and deliveries that the sweep repeated.",
			"what"),
	}
}

func registered[C prometheus.Collector](r prometheus.Registerer, c C) C {
	r.MustRegister(c)
	return c
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
	m.deliveries.WithLabelValues(string(a.Outcome), string(a.Class)).Inc()
	m.took.WithLabelValues(string(a.Outcome)).Observe(a.Took.Seconds())
}

func (m *Metrics) busy() { m.putOff.Inc() }

// owed says how much is owed to endpoints, and since when.
func (m *Metrics) owed(b store.Backlog, now time.Time) {
	m.pending.Set(float64(b.Pending))
	m.oldestPending.Set(secondsSince(b.Oldest, now))
	m.oldestOverdue.Set(secondsSince(b.Due, now))
}

func (m *Metrics) erased(sessions int) { m.contactsErased.Add(float64(sessions)) }

// due says when the next contacts are to be erased.
func (m *Metrics) due(next *models.Timestamp, now time.Time) {
	m.oldestKept.Set(secondsSince(next, now))
}

// secondsSince is 0 where there is no such moment, or it is yet to come.
func secondsSince(t *models.Timestamp, now time.Time) float64 {
	if t == nil {
		return 0
	}
	return max(now.Sub(t.Time).Seconds(), 0)
}

func (m *Metrics) asked(method rules.Method, answer activities.ProviderAnswer) {
	m.inquiries.WithLabelValues(string(method), string(answer)).Inc()
}

func (m *Metrics) repeated(what string) { m.recovered.WithLabelValues(what).Inc() }
