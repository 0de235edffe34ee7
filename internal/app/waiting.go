package app

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// waitingWork is a prometheus.Collector of the work that waits in the database, as last measured. Every process
// measures it, an API too, and whether or not Temporal can be reached: the work waits longest where no worker runs.
type waitingWork struct{ last atomic.Pointer[measuredWork] }

type measuredWork struct {
	at       models.Timestamp
	sessions store.Owing
	webhooks store.Backlog
	// erasure is the time of the next erasure of contacts; nil if there is none.
	erasure *models.Timestamp
}

var (
	sessionsOwing = prometheus.NewDesc("stile_sessions_owing",
		"Sessions that owe their run a start or an update which the sweep should have repeated.", nil, nil)
	sessionsOldestOwing = prometheus.NewDesc("stile_sessions_oldest_owing_seconds",
		"Time since the first of the sessions that owe their run a start or an update has owed it.", nil, nil)
	webhookPending = prometheus.NewDesc("stile_webhook_pending",
		"Pending webhook delivery attempts.", nil, nil)
	webhookOldestPending = prometheus.NewDesc("stile_webhook_oldest_pending_seconds",
		"Age of the oldest pending attempt.", nil, nil)
	webhookOldestOverdue = prometheus.NewDesc("stile_webhook_oldest_overdue_seconds",
		"Time since the most overdue pending attempt was due.", nil, nil)
	contactsOldestOverdue = prometheus.NewDesc("stile_contacts_oldest_overdue_seconds",
		"Time since the most overdue contacts should have been erased.", nil, nil)
)

// Describe implements prometheus.Collector.
func (w *waitingWork) Describe(to chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{
		sessionsOwing, sessionsOldestOwing, webhookPending, webhookOldestPending, webhookOldestOverdue,
		contactsOldestOverdue,
	} {
		to <- desc
	}
}

// Collect implements prometheus.Collector. Before the first measurement there are no values.
func (w *waitingWork) Collect(to chan<- prometheus.Metric) {
	m := w.last.Load()
	if m == nil {
		return
	}
	for desc, value := range map[*prometheus.Desc]float64{
		sessionsOwing:         float64(m.sessions.Sessions),
		sessionsOldestOwing:   secondsSince(m.sessions.Oldest, m.at),
		webhookPending:        float64(m.webhooks.Pending),
		webhookOldestPending:  secondsSince(m.webhooks.Oldest, m.at),
		webhookOldestOverdue:  secondsSince(m.webhooks.Due, m.at),
		contactsOldestOverdue: secondsSince(m.erasure, m.at),
	} {
		to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value)
	}
}

// secondsSince returns 0 if t is nil or in the future.
func secondsSince(t *models.Timestamp, now models.Timestamp) float64 {
	if t == nil {
		return 0
	}
	return max(now.Sub(t.Time).Seconds(), 0)
}

// measureWaiting measures the work that waits in the database. After an error the metrics keep their values.
func (a *App) measureWaiting(ctx context.Context) {
	c, now := a.options.Config, a.store.Now()
	m, err := measure(ctx, a.store.Across(), now.Add(-c.SweepAfter-2*c.SweepInterval))
	if err == nil {
		m.at = now
		a.waiting.last.Store(&m)
	} else if ctx.Err() == nil {
		a.log.Warn("metrics: the waiting work cannot be measured; its metrics keep their values",
			"database_unavailable", errors.Is(err, store.ErrUnavailable), "error", err.Error())
	}
}

// measure reads the waiting work. told is the time up to which the sweep should have told runs of changes.
func measure(ctx context.Context, across store.Across, told time.Time) (m measuredWork, err error) {
	if m.sessions, err = across.Owing(ctx, told); err != nil {
		return m, err
	}
	if m.webhooks, err = across.Backlog(ctx); err != nil {
		return m, err
	}
	m.erasure, err = across.NextErasure(ctx)
	return m, err
}
