package app_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/app"
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
