package worker_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/activities"
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

func TestErasuresAreCounted(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	metrics := worker.NewMetrics(registry)
	metrics.Erased(500)
	metrics.Erased(0)
	metrics.Erased(7)
	require.Contains(t, scraped(registry), "\nstile_contacts_erased_total 507\n")
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
