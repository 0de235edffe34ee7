package tracing_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/internal/tracing"
)

// open returns a Tracing that sends every trace to a collector, and its log.
func open(t *testing.T, endpoint string) (*tracing.Tracing, *bytes.Buffer) {
	t.Helper()
	log := &bytes.Buffer{}
	traces, err := tracing.Open(t.Context(), tracing.Options{
		Endpoint: endpoint, Ratio: 1, Service: "stile", Log: slog.New(slog.NewTextHandler(log, nil)),
	})
	require.NoError(t, err)
	return traces, log
}

func span(t *testing.T, traces *tracing.Tracing) {
	t.Helper()
	_, s := traces.Tracer().Start(t.Context(), "a span")
	s.End()
}

func TestWithoutACollectorNoSpanIsMade(t *testing.T) {
	t.Parallel()
	traces, _ := open(t, "")
	require.False(t, traces.On())
	require.Nil(t, traces.Tracer())
	interceptors, err := traces.Interceptors()
	require.NoError(t, err)
	require.Empty(t, interceptors)
	require.NoError(t, traces.Close(t.Context()))
}

func TestCloseSendsTheSpansThatHaveEnded(t *testing.T) {
	t.Parallel()
	var exports atomic.Int32
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/base/v1/traces" {
			exports.Add(1)
		}
	}))
	defer collector.Close()
	traces, _ := open(t, collector.URL+"/base")
	span(t, traces)
	require.NoError(t, traces.Close(t.Context()))
	require.EqualValues(t, 1, exports.Load())
}

// The handler of failures belongs to the process, so no other test has an export that fails.
func TestACollectorThatRefusesIsLoggedOnceAMinute(t *testing.T) {
	var refused atomic.Int32
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		refused.Add(1)
		w.WriteHeader(http.StatusForbidden)
	}))
	defer collector.Close()
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "1") // milliseconds between two exports
	traces, log := open(t, collector.URL)
	for sent := refused.Load(); sent < 3; sent = refused.Load() {
		span(t, traces)
		testkit.Eventually(t, func() bool { return refused.Load() > sent })
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_ = traces.Close(ctx) // reports the refusals once more
	require.Equal(t, 1, strings.Count(log.String(), "the collector took no spans"))
}
