package store_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/pgtest"
	"github.com/stile-id/stile/internal/storetest"
	"github.com/stile-id/stile/models/seal"
	"github.com/stile-id/stile/models/store"
)

// A backend is a database for the suite. Each call of migrated makes a new database.
type backend struct {
	name     string
	migrated func(t *testing.T) (at access)
	empty    func(t *testing.T) (url string)
	owner    func(t *testing.T, raw string) (url string) // for the role that migrates
	own      []scenario                                  // scenarios for this backend alone
}

// access are the URLs of a database for its roles. On SQLite, which has no roles, they are one.
type access struct {
	service string // the rights that stile migrate --grant gives
	raw     string // all rights
}

const (
	sqliteName   = "sqlite"
	postgresName = "postgres"
)

var backends = []backend{
	{
		name: sqliteName, migrated: migratedSQLite, empty: emptySQLite, owner: sameURL, own: sqliteScenarios,
	},
	{
		name: postgresName, migrated: migratedPostgres, empty: emptyPostgres, owner: ownedPostgres,
		own: slices.Concat(postgresScenarios, lockOrderScenarios, grantScenarios, postgresScoreScenarios),
	},
}

func emptySQLite(t *testing.T) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "stile.db")
}

// migratedSQLite copies one migrated file for every test.
func migratedSQLite(t *testing.T) access {
	t.Helper()
	template, err := sqliteTemplate()
	require.NoError(t, err)
	url := emptySQLite(t)
	require.NoError(t, os.WriteFile(strings.TrimPrefix(url, "sqlite:"), template, 0o600))
	return access{url, url}
}

func sameURL(_ *testing.T, raw string) string { return raw }

var sqliteTemplate = sync.OnceValues(func() (content []byte, err error) {
	dir, err := os.MkdirTemp("", "stile-store-test-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "template.db")
	if err := migrateAt("sqlite:" + path); err != nil { // closing the last connection empties the write-ahead log
		return nil, err
	}
	return os.ReadFile(path)
})

func emptyPostgres(t *testing.T) string {
	t.Helper()
	return pgtest.NewDatabase(t)
}

func migratedPostgres(t *testing.T) access {
	t.Helper()
	service, raw := storetest.ReusedPostgres(t)
	return access{service, raw}
}

func ownedPostgres(t *testing.T, raw string) string {
	t.Helper()
	owner, err := pgtest.Own(storetest.Owner, raw)
	require.NoError(t, err)
	return owner
}

func migrateAt(url string) error {
	s, err := store.Open(context.Background(), options(url, time.Now))
	if err != nil {
		return err
	}
	return errors.Join(s.Migrate(context.Background()), s.Close())
}

var testKeys = sync.OnceValues(func() (*seal.Keyring, error) {
	return seal.ParseKeys("test:"+seal.GenerateKey(), seal.GenerateKey())
})

func options(url string, now func() time.Time) store.Options {
	keys, err := testKeys()
	if err != nil {
		panic(err) // both keys were just generated
	}
	return store.Options{
		URL: url, Keys: keys, Now: now, Jitter: noJitter, Log: slog.New(slog.DiscardHandler),
		WriteTimeout: time.Minute, // the machine may be busy
	}
}

func noJitter() float64 { return 0 }
