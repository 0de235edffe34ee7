package worker

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/stile-id/stile/activities"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// Metrics holds the metrics of a worker. No label holds personal data.
type Metrics struct {
	verdicts, sessions, deliveries, inquiries, mails, recovered, deleted *prometheus.CounterVec

	took   *prometheus.HistogramVec
	putOff prometheus.Counter

	contactsErased, grants prometheus.Counter
}

// The kinds of work that the sweep repeats, as labels of stile_recovered_total.
const (
	repeatNudge      = "nudge"
	repeatExpiry     = "expiry"
	repeatDelivery   = "delivery"
	repeatRecovery   = "recovery"
	repeatMail       = "mail"
	repeatRevocation = "revocation"
)

// attemptBuckets are in seconds, from the fastest receivers to those that exceed their time.
var attemptBuckets = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 20, 30}

// NewMetrics registers the metrics of a worker with r. It panics if they are registered already.
func NewMetrics(r prometheus.Registerer) *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return registered(r, prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels))
	}
	m := &Metrics{
		verdicts: counter("stile_verdicts_total", "Verdicts on submissions.", "method", "outcome"),
		sessions: counter("stile_sessions_ended_total", "Sessions ended by a worker.",
			"status", "method", "country"),
		deliveries: counter("stile_webhook_attempts_total",
			"Webhook delivery attempts, by the endpoint's class before the attempt.", "outcome", "class"),
		took: registered(r, prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "stile_webhook_attempt_duration_seconds", Help: "Time until an endpoint answered.", Buckets: attemptBuckets,
		}, []string{"outcome"})),
		putOff: registered(r, prometheus.NewCounter(prometheus.CounterOpts{
			Name: "stile_webhook_put_off_total", Help: "Attempts postponed because their endpoint had no room.",
		})),
		contactsErased: registered(r, prometheus.NewCounter(prometheus.CounterOpts{
			Name: "stile_contacts_erased_total", Help: "Sessions with contacts erased by the sweep at the end of retention.",
		})),
		grants: registered(r, prometheus.NewCounter(prometheus.CounterOpts{
			Name: "stile_trust_grants_revoked_total", Help: "Grants revoked because the consent that they rest on ended.",
		})),
		inquiries: counter("stile_provider_requests_total", "Requests to providers.", "method", "answer"),
		mails:     counter("stile_mails_total", "Attempts to send a mail, and mails given up.", "purpose", "outcome"),
		recovered: counter("stile_recovered_total",
			"Starts, signals, expiries, deliveries, mails and revocations that the sweep repeated.", "what"),
		deleted: counter("stile_old_rows_deleted_total", "Rows deleted at the end of retention.", "table"),
	}
	m.begin()
	return m
}

// begin creates the series with known labels, with 0. Otherwise the first event of a series is its first sample,
// and rate and increase do not count it.
func (m *Metrics) begin() {
	for _, outcome := range []models.DeliveryStatus{
		models.DeliverySucceeded, models.DeliveryFailed, models.DeliveryClosed,
	} {
		for _, class := range []activities.Class{
			activities.ClassNew, activities.ClassPrompt, activities.ClassSlow, activities.ClassFailing,
		} {
			m.deliveries.WithLabelValues(string(outcome), string(class))
		}
	}
	for _, purpose := range models.MailPurposes {
		for _, outcome := range []activities.MailOutcome{
			activities.MailOutcome(models.MailSent), activities.MailOutcome(models.MailRefused),
			activities.MailOutcome(models.MailGivenUp), activities.MailPutOff,
		} {
			m.mails.WithLabelValues(string(purpose), string(outcome))
		}
	}
	for _, work := range []string{
		repeatNudge, repeatExpiry, repeatDelivery, repeatRecovery, repeatMail, repeatRevocation,
	} {
		m.recovered.WithLabelValues(work)
	}
	for _, table := range store.OldTables {
		m.deleted.WithLabelValues(table)
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

func (m *Metrics) grantsRevoked(grants int) { m.grants.Add(float64(grants)) }

func (m *Metrics) erased(sessions int) { m.contactsErased.Add(float64(sessions)) }

func (m *Metrics) asked(method rules.Method, answer activities.ProviderAnswer) {
	m.inquiries.WithLabelValues(string(method), string(answer)).Inc()
}

func (m *Metrics) repeated(work string) { m.recovered.WithLabelValues(work).Inc() }

// deletedOld counts rows that retention has deleted, by table.
func (m *Metrics) deletedOld(rows map[string]int64) {
	for table, n := range rows {
		m.deleted.WithLabelValues(table).Add(float64(n))
	}
}

func (m *Metrics) mailed(purpose models.MailPurpose, outcome activities.MailOutcome) {
	m.mails.WithLabelValues(string(purpose), string(outcome)).Inc()
}

// gaveUp counts mails that the sweep has given up.
func (m *Metrics) gaveUp(mails []models.Mail) {
	for _, mail := range mails {
		m.mailed(mail.Purpose, activities.MailOutcome(models.MailGivenUp))
	}
}
