package app

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

func TestWaitingWorkHasItsValuesOfTheLastMeasurement(t *testing.T) {
	t.Parallel()
	var waiting waitingWork
	registry := prometheus.NewRegistry()
	registry.MustRegister(&waiting)
	page := func() string {
		answer := httptest.NewRecorder()
		promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).
			ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", http.NoBody))
		return answer.Body.String()
	}
	require.Empty(t, page(), "nothing is measured yet, which is not 0")

	now := models.At(time.Now())
	ago := func(seconds int) *models.Timestamp {
		return models.AtPtr(now.Add(-time.Duration(seconds) * time.Second))
	}
	for _, step := range []struct {
		measured measuredWork
		values   [6]string // in the order of names
	}{
		{measuredWork{
			sessions: store.Owing{Sessions: 2, Oldest: ago(30)},
			webhooks: store.Backlog{Pending: 3, Oldest: ago(90), Due: ago(60)}, erasure: ago(120),
		}, [6]string{"2", "30", "3", "90", "60", "120"}},
		{measuredWork{webhooks: store.Backlog{Pending: 1, Oldest: ago(90), Due: ago(-60)}, erasure: ago(-90)},
			[6]string{"0", "0", "1", "90", "0", "0"}},
		{measuredWork{}, [6]string{"0", "0", "0", "0", "0", "0"}},
	} {
		step.measured.at = now
		waiting.last.Store(&step.measured)
		text := page()
		for i, name := range []string{
			"stile_sessions_owing", "stile_sessions_oldest_owing_seconds", "stile_webhook_pending",
			"stile_webhook_oldest_pending_seconds", "stile_webhook_oldest_overdue_seconds",
			"stile_contacts_oldest_overdue_seconds",
		} {
			require.Contains(t, text, "\n"+name+" "+step.values[i]+"\n")
		}
	}
}
