package main

import (
	"bytes"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/internal/pgtest"
	"github.com/stile-id/stile/internal/storetest"
)

// composeDatabase returns the URLs of the database that docker-compose.yml makes, for its owner and for the role of the
// service.
func composeDatabase(t *testing.T) (owner, service string) {
	t.Helper()
	cluster, err := pgtest.Start(filepath.Join(t.TempDir(), "cluster"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, cluster.Stop()) })
	at, err := url.Parse(cluster.URL("stile"))
	require.NoError(t, err)
	init := exec.CommandContext(t.Context(), "sh", "../../deploy/postgres/init.sh")
	init.Env = append(os.Environ(), "PGHOST="+at.Hostname(), "PGPORT="+at.Port(), "POSTGRES_USER="+at.User.Username(),
		"STILE_DB_PASSWORD=one", "STILE_SERVICE_DB_PASSWORD=two", "TEMPORAL_DB_PASSWORD=three")
	output, err := init.CombinedOutput()
	require.NoError(t, err, string(output))
	at.User = url.UserPassword("stile", "one")
	owner = at.String()
	at.User = url.UserPassword("stile_service", "two")
	return owner, at.String()
}

func TestServiceOfTheComposeFileRunsWithoutReadingAnchors(t *testing.T) {
	owner, service := composeDatabase(t)
	t.Setenv("DATABASE_URL", owner)
	install(t)
	for range 2 {
		out, err := stile(t, "migrate", "--database-only", "--grant", "stile_service")
		require.NoError(t, err)
		require.Contains(t, out, "role stile_service: may run the service")
	}
	_, err := stile(t, "migrate", "--database-only", "--grant", "nobody")
	require.ErrorContains(t, err, `--grant: there is no role "nobody"`)
	require.Contains(t, startLog(t), "this role can read person_anchors")

	t.Setenv("DATABASE_URL", service)
	newOrganization(t)
	_, err = stile(t, "migrate", "--database-only")
	require.NoError(t, err, "there is nothing to migrate")
	_, err = stile(t, "migrate", "--database-only", "--grant", "stile_service")
	require.ErrorContains(t, err, "grant with the role that migrates")
	require.NotContains(t, startLog(t), "person_anchors")

	conn, err := pgx.Connect(t.Context(), service)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(t.Context())) }()
	_, err = conn.Exec(t.Context(), "SELECT 1 FROM person_anchors")
	require.ErrorContains(t, err, "permission denied for table person_anchors")
}

// startLog returns the lines that a process logs at its start.
func startLog(t *testing.T) string {
	t.Helper()
	c, err := config.FromEnvironment()
	require.NoError(t, err)
	c.Listen, c.TemporalAddress = "127.0.0.1:0", "127.0.0.1:1"
	var log bytes.Buffer
	a, err := app.New(t.Context(), app.Options{
		Config: c, API: true, WriteTimeout: time.Minute, Log: slog.New(slog.NewTextHandler(&log, nil)),
	})
	require.NoError(t, err)
	require.NoError(t, a.Stop())
	return log.String()
}

func TestNothingIsGrantedOnSQLite(t *testing.T) {
	t.Setenv("DATABASE_URL", storetest.SQLite(t))
	install(t)
	_, err := stile(t, "migrate", "--database-only", "--grant", "stile_service")
	require.ErrorContains(t, err, "--grant: SQLite has no roles")
}
