package app

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/stile-id/stile/internal/orchestrator"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/worker"
)

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
