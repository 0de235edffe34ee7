package main

import (
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestBackupOfTheComposeFileIsRestored makes a dump as the backup service does, and restores it into a new database.
func TestBackupOfTheComposeFileIsRestored(t *testing.T) {
	owner, _ := composeDatabase(t)
	t.Setenv("DATABASE_URL", owner)
	install(t)
	org := newOrganization(t)
	at, err := url.Parse(owner)
	require.NoError(t, err)
	folder := t.TempDir()
	environment := append(os.Environ(), "PGHOST="+at.Hostname(), "PGPORT="+at.Port(), "PGUSER=stile", "PGPASSWORD=one",
		"PGDATABASE=stile", "BACKUP_FOLDER="+folder, "BACKUP_METRICS="+folder)
	run := func(name string, arguments ...string) {
		t.Helper()
		command := exec.CommandContext(t.Context(), name, arguments...)
		command.Env = environment
		output, err := command.CombinedOutput()
		require.NoError(t, err, "%s", output)
	}

	run("sh", "../../deploy/postgres/backup.sh", "once")

	dumps, err := filepath.Glob(filepath.Join(folder, "*"))
	require.NoError(t, err)
	require.Len(t, dumps, 2, "a dump and its metrics, and nothing half done: %v", dumps)
	metrics, err := os.ReadFile(filepath.Join(folder, "stile_backup.prom"))
	require.NoError(t, err)
	require.Regexp(t, regexp.MustCompile(`(?m)^stile_backup_last_success_timestamp_seconds 1\d{9}$`), string(metrics))
	require.Regexp(t, regexp.MustCompile(`(?m)^stile_backup_size_bytes [1-9]\d+$`), string(metrics))

	run("createdb", "--username", "postgres", "--owner", "stile", "restored")
	run("pg_restore", "--no-owner", "--exit-on-error", "--dbname", "restored", dumps[0])
	at.Path = "restored"
	t.Setenv("DATABASE_URL", at.String())
	_, err = stile(t, "key", "create", "--org", org)
	require.NoError(t, err)
}
