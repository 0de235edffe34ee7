package app_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/internal/geotest"
	"github.com/stile-id/stile/internal/storetest"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/internal/version"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/seal"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/data"
	"github.com/stile-id/stile/worker/workertest/scene"
)

// options configures an API with its own database and without a reachable Temporal.
func options(t *testing.T, geoIPDB ...string) app.Options {
	t.Helper()
	c, err := config.Read(func(string) string { return "" })
	require.NoError(t, err)
	c.DatabaseURL = storetest.SQLite(t)
	c.EncryptionKeys, c.LookupKey = "test:"+seal.GenerateKey(), seal.GenerateKey()
	c.Listen, c.WorkerListen, c.TemporalAddress = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:1"
	c.GeoIPDB = geoIPDB
	return app.Options{
		Config: c, API: true, Migrate: true, Log: slog.New(slog.DiscardHandler),
		WriteTimeout: time.Minute, RequestTimeout: time.Minute, // the machine may be busy
	}
}

func TestUnreadableGeoIPFileStopsTheStart(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "empty.mmdb")
	require.NoError(t, os.WriteFile(empty, nil, 0o600))
	for _, path := range []string{empty, filepath.Join(t.TempDir(), "none.mmdb")} {
		_, err := app.New(t.Context(), options(t, path))
		require.ErrorContains(t, err, "STILE_GEOIP_DB")
		require.ErrorContains(t, err, path)
	}
}

func TestRulesFolderReplacesTheShippedRules(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	require.NoError(t, os.CopyFS(folder, data.FS))
	o := options(t)
	o.Config.RulesDir = folder
	a, err := app.New(t.Context(), o)
	require.NoError(t, err)
	require.NoError(t, a.Stop())

	broken := "jurisdiction: DE\nname: Germany\nrules: {social_media: [{required_age_tier: min_age_14}]}\n"
	require.NoError(t, os.WriteFile(filepath.Join(folder, "DE.yaml"), []byte(broken), 0o600))
	_, err = app.New(t.Context(), o)
	require.ErrorContains(t, err, "STILE_RULES_DIR")
	require.ErrorContains(t, err, "DE.yaml")
	require.ErrorContains(t, err, "required_age_tier")
}

func TestWorkerNeedsNoGeoIPFile(t *testing.T) {
	t.Parallel()
	o := options(t, "none.mmdb")
	o.API, o.Worker = false, true
	a, err := app.New(t.Context(), o)
	require.NoError(t, err)
	require.NoError(t, a.Stop())
}

func TestStartLogsTheLimitsOfTheBuiltInFile(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	o := options(t)
	o.Log = slog.New(slog.NewTextHandler(&log, nil))
	a, err := app.New(t.Context(), o)
	require.NoError(t, err)
	require.NoError(t, a.Stop())
	require.Contains(t, log.String(), "STILE_GEOIP_DB is not set")
	require.Contains(t, log.String(), "US states need a city file")
}

func TestUsersAreLocatedByTheGeoIPFile(t *testing.T) {
	t.Parallel()
	places := geotest.Saved(t, geotest.File(t, geotest.Networks{"198.51.100.0/24": geotest.In("DE")}))
	a, err := app.New(t.Context(), options(t, places))
	require.NoError(t, err)
	a.Start(t.Context())
	t.Cleanup(func() { require.NoError(t, a.Stop()) })

	ctx, db := t.Context(), a.Store()
	org, err := db.Across().CreateOrganization(ctx, models.Organization{Name: "Shop", Sandbox: true})
	require.NoError(t, err)
	_, secret, err := db.CreateKey(ctx, org.ID, store.ActorCLI, models.SecretKey)
	require.NoError(t, err)
	post := func(path, body string) map[string]any {
		t.Helper()
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.URL()+path, strings.NewReader(body))
		require.NoError(t, err)
		request.Header.Set("Authorization", "Bearer "+secret)
		resp, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		defer func() { require.NoError(t, resp.Body.Close()) }()
		require.Equal(t, http.StatusCreated, resp.StatusCode)
		var object map[string]any
		require.NoError(t, json.NewDecoder(resp.Body).Decode(&object))
		return object
	}
	workflow := post("/v1/workflows", `{"name": "Checkout", "use_case": "social_media", "methods": ["document_capture"]}`)["id"].(string)
	post("/v1/workflows/"+workflow+"/publish", "")
	session := post("/v1/verification_sessions",
		`{"type": "age", "workflow_id": "`+workflow+`", "client_ip": "198.51.100.7"}`)
	require.Equal(t, "DE", session["jurisdiction"])
	require.Equal(t, "geoip", session["jurisdiction_source"])
}

// The session owes its run the start. The API measures that without a worker, and the worker without Temporal, which
// its sweep waits for.
func TestEveryProcessMeasuresTheSessionsThatOweTheirRuns(t *testing.T) {
	t.Parallel()
	for name, worker := range map[string]bool{"api": false, "worker": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(t)
			o.API, o.Worker = !worker, worker
			o.Config.SweepAfter, o.Config.SweepInterval = 1, 1
			a, err := app.New(t.Context(), o)
			require.NoError(t, err)
			scene.Sandbox(t, a.Store()).Begin(t, scene.AnyOf(rules.MethodSelfAttestation))
			a.Start(t.Context())
			t.Cleanup(func() { require.NoError(t, a.Stop()) })

			testkit.Eventually(t, func() bool {
				resp, err := http.Get(a.URL() + "/metrics")
				require.NoError(t, err)
				defer func() { require.NoError(t, resp.Body.Close()) }()
				page, err := io.ReadAll(resp.Body)
				require.NoError(t, err)
				require.Contains(t, string(page), `stile_build_info{version="`+version.String()+`"} 1`)
				return strings.Contains(string(page), "\nstile_sessions_owing 1\n") &&
					!strings.Contains(string(page), "\nstile_sessions_oldest_owing_seconds 0\n")
			})
		})
	}
}

func TestCodecAnswersErrorsInTheEnvelope(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Config.OperatorToken = "operator"
	a, err := app.New(t.Context(), o)
	require.NoError(t, err)
	a.Start(t.Context())
	t.Cleanup(func() { require.NoError(t, a.Stop()) })
	for _, c := range []struct {
		path, token, body string
		status            int
		code              string
	}{
		{"/codec/decode", "wrong", "{}", 401, "api_key_invalid"},
		{"/codec/decode", "operator", "no JSON", 400, "parameter_invalid"},
		{"/codec/encode", "operator", "{}", 404, "resource_missing"},
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.URL()+c.path, strings.NewReader(c.body))
		require.NoError(t, err)
		request.Header.Set("Authorization", "Bearer "+c.token)
		resp, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		var object struct{ Error map[string]any }
		require.NoError(t, json.NewDecoder(resp.Body).Decode(&object))
		require.NoError(t, resp.Body.Close())
		require.Equal(t, c.status, resp.StatusCode, c.path)
		require.Equal(t, c.code, object.Error["code"], c.path)
		require.Equal(t, resp.Header.Get("Request-Id"), object.Error["request_id"], c.path)
		require.Len(t, object.Error, 5, c.path)
	}
}
