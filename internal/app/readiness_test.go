package app_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/models/seal"
)

func TestForeignKeysStopTheStartOfEveryProcess(t *testing.T) {
	t.Parallel()
	o := options(t)
	a, err := app.New(t.Context(), o)
	require.NoError(t, err)
	require.NoError(t, a.Stop())
	o.Config.EncryptionKeys, o.Config.LookupKey = "other:"+seal.GenerateKey(), seal.GenerateKey()
	for _, kind := range []app.Options{{API: true}, {Worker: true}, {API: true, Worker: true}} {
		o.API, o.Worker = kind.API, kind.Worker
		_, err = app.New(t.Context(), o)
		require.ErrorContains(t, err, "STILE_ENCRYPTION_KEYS lacks keys that rows are sealed under: test")
		require.ErrorContains(t, err, "STILE_LOOKUP_KEY")
	}
}

func TestWorkerIsNotReadyWithoutTemporalAndIsAlive(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.API, o.Worker = false, true
	a, err := app.New(t.Context(), o)
	require.NoError(t, err)
	a.Start(t.Context())
	t.Cleanup(func() { require.NoError(t, a.Stop()) })
	get := func(path string) (int, map[string]any) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.URL()+path, nil)
		require.NoError(t, err)
		resp, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		defer func() { require.NoError(t, resp.Body.Close()) }()
		var object map[string]any
		require.NoError(t, json.NewDecoder(resp.Body).Decode(&object))
		return resp.StatusCode, object
	}
	status, _ := get("/healthz")
	require.Equal(t, http.StatusOK, status)
	status, body := get("/readyz")
	require.Equal(t, http.StatusServiceUnavailable, status)
	refused, _ := body["error"].(map[string]any)
	require.Equal(t, "Not ready: temporal does not answer", refused["message"])
}

func TestDrainingAPIServesOnAndReportsUnready(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Config.DrainDelay = time.Hour
	a, err := app.New(t.Context(), o)
	require.NoError(t, err)
	a.Start(t.Context())
	t.Cleanup(func() { require.NoError(t, a.Stop()) })
	require.False(t, closes(t, a, "/readyz", http.StatusOK))

	ctx, again := context.WithCancel(t.Context())
	drained := make(chan struct{})
	go func() { a.Drain(ctx); close(drained) }()
	testkit.Eventually(t, func() bool {
		resp, err := http.Get(a.URL() + "/readyz")
		require.NoError(t, err)
		defer func() { require.NoError(t, resp.Body.Close()) }()
		said, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return resp.StatusCode == http.StatusServiceUnavailable &&
			strings.Contains(string(said), "Not ready: process is about to stop")
	})
	require.True(t, closes(t, a, "/healthz", http.StatusOK), "each answer closes its connection")
	require.True(t, closes(t, a, "/v1/workflows", http.StatusUnauthorized), "requests are served")
	select {
	case <-drained:
		require.Fail(t, "the delay is not over")
	default:
	}
	again()
	<-drained
}

// closes requires the status of the answer, and reports whether the answer closes its connection.
func closes(t *testing.T, a *app.App, path string, status int) bool {
	t.Helper()
	resp, err := http.Get(a.URL() + path)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, status, resp.StatusCode)
	return resp.Close
}

func TestWorkerAloneDoesNotWaitToDrain(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.API, o.Worker, o.Config.DrainDelay = false, true, time.Hour
	a, err := app.New(t.Context(), o)
	require.NoError(t, err)
	a.Drain(t.Context())
	require.NoError(t, a.Stop())
}
