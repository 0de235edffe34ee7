package worker_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/activities"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/worker"
	"github.com/stile-id/stile/worker/workertest"
	"github.com/stile-id/stile/worker/workertest/scene"
)

// scraped returns the metrics page that Prometheus reads.
func scraped(registry *prometheus.Registry) string {
	answer := httptest.NewRecorder()
	request := httptest.NewRequest(http.MethodGet, "/metrics", http.NoBody)
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(answer, request)
	return answer.Body.String()
}

func TestAttemptsAreCountedByOutcomeAndClass(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	metrics := worker.NewMetrics(registry)
	for class, outcome := range map[activities.Class]models.DeliveryStatus{
		activities.ClassNew: models.DeliverySucceeded, activities.ClassPrompt: models.DeliverySucceeded,
		activities.ClassSlow: models.DeliveryFailed, activities.ClassFailing: models.DeliveryClosed,
	} {
		metrics.Delivered(activities.Attempt{Outcome: outcome, Class: class, Took: 26 * time.Second})
	}
	metrics.Busy()

	text := scraped(registry)

	for _, line := range []string{
		`stile_webhook_attempts_total{class="new",outcome="succeeded"} 1`,
		`stile_webhook_attempts_total{class="prompt",outcome="succeeded"} 1`,
		`stile_webhook_attempts_total{class="slow",outcome="failed"} 1`,
		`stile_webhook_attempts_total{class="failing",outcome="closed"} 1`,
		`stile_webhook_attempt_duration_seconds_bucket{outcome="succeeded",le="20"} 0`,
		`stile_webhook_attempt_duration_seconds_bucket{outcome="succeeded",le="30"} 2`,
		`stile_webhook_attempt_duration_seconds_sum{outcome="failed"} 26`,
		`stile_webhook_put_off_total 1`,
	} {
		require.Contains(t, text, line+"\n")
	}
}

// The first event of a series that begins with it is lost to rate and increase.
func TestCountersWithKnownLabelsBeginWithZero(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	worker.NewMetrics(registry)

	text := scraped(registry)

	for _, series := range []string{
		`stile_webhook_attempts_total{class="failing",outcome="failed"}`,
		`stile_mails_total{outcome="given_up",purpose="guardian_thanks"}`,
		`stile_recovered_total{what="nudge"}`,
		`stile_recovered_total{what="revocation"}`,
	} {
		require.Contains(t, text, series+" 0\n")
	}
	for _, table := range store.OldTables {
		require.Contains(t, text, `stile_old_rows_deleted_total{table="`+table+`"} 0`+"\n")
	}
}

func TestTheBacklogIsMeasured(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	metrics := worker.NewMetrics(registry)
	now := time.Now()
	for _, step := range []struct {
		backlog                  store.Backlog
		pending, oldest, overdue string
	}{
		{store.Backlog{Pending: 3, Oldest: ago(now, 90), Due: ago(now, 60)}, "3", "90", "60"},
		{store.Backlog{Pending: 1, Oldest: ago(now, 90), Due: ago(now, -60)}, "1", "90", "0"},
		{store.Backlog{}, "0", "0", "0"},
	} {
		metrics.Owed(step.backlog, models.At(now).Time)
		text := scraped(registry)
		require.Contains(t, text, "\nstile_webhook_pending "+step.pending+"\n")
		require.Contains(t, text, "\nstile_webhook_oldest_pending_seconds "+step.oldest+"\n")
		require.Contains(t, text, "\nstile_webhook_oldest_overdue_seconds "+step.overdue+"\n")
	}
}

func TestErasuresAreCountedAndTheirDelayIsMeasured(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	metrics := worker.NewMetrics(registry)
	metrics.Erased(500)
	metrics.Erased(0)
	metrics.Erased(7)
	require.Contains(t, scraped(registry), "\nstile_contacts_erased_total 507\n")

	now := models.At(time.Now()).Time
	for _, step := range []struct {
		next    *models.Timestamp
		overdue string
	}{{ago(now, 90), "90"}, {ago(now, -90), "0"}, {nil, "0"}} {
		metrics.Due(step.next, now)
		require.Contains(t, scraped(registry), "\nstile_contacts_oldest_overdue_seconds "+step.overdue+"\n")
	}
}

func ago(now time.Time, seconds int) *models.Timestamp {
	return models.AtPtr(now.Add(-time.Duration(seconds) * time.Second))
}

func TestWorkerReportsItsDeliveries(t *testing.T) {
	t.Parallel()
	o := eager
	o.Workers, o.Registry = 1, prometheus.NewRegistry()
	h := workertest.Open(t, o)
	s := h.Sandbox(t)
	merchant := scene.NewMerchant(t, time.Now)
	merchant.Answers(http.StatusBadGateway)
	s.Subscribe(t, merchant, models.EventSessionVerified)
	h.Completed(t, verifies(t, h, s).ID)

	testkit.Eventually(t, func() bool { // the pending one is the next attempt, an hour later
		text := scraped(o.Registry)
		return strings.Contains(text, "\nstile_webhook_pending 1\n") &&
			strings.Contains(text, "\nstile_webhook_oldest_overdue_seconds 0\n")
	})
	text := scraped(o.Registry)
	for _, line := range []string{
		`stile_webhook_attempts_total{class="new",outcome="failed"} 1`,
		`stile_webhook_attempt_duration_seconds_count{outcome="failed"} 1`,
		`stile_webhook_put_off_total 0`,
	} {
		require.Contains(t, text, line+"\n")
	}
	require.NotContains(t, text, "hook-secret")
}

func TestDeletedOldRowsAreCountedByTable(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	metrics := worker.NewMetrics(registry)
	metrics.DeletedOld(map[string]int64{"events": 2, "webhook_deliveries": 3})
	metrics.DeletedOld(nil)
	metrics.DeletedOld(map[string]int64{"events": 1})
	text := scraped(registry)
	require.Contains(t, text, `stile_old_rows_deleted_total{table="events"} 3`+"\n")
	require.Contains(t, text, `stile_old_rows_deleted_total{table="webhook_deliveries"} 3`+"\n")
}
