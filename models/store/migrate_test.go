package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models/store"
)

var migrationScenarios = []scenario{
	migratingAgainChangesNothing,
	replicasMigrateAtOnce,
	emptyDatabaseIsNotMigrated,
	indexesAreMadeOnce,
	indexMigrationsDoNothingElse,
}

func migratingAgainChangesNothing(t *testing.T, f *fixture) {
	session := f.session(t)
	require.NoError(t, f.Migrate(t.Context()))
	require.NoError(t, f.replica(t).Migrate(t.Context()))
	require.Equal(t, session, f.reread(t, session))
}

func replicasMigrateAtOnce(t *testing.T, f *fixture) {
	url := f.backend.empty(t)
	stores := make([]*store.Store, 4)
	for i := range stores {
		stores[i] = openStore(t, url, f.clock.Now)
	}
	allOf(t, race(len(stores), func(i int) (any, error) { return nil, stores[i].Migrate(t.Context()) }))
	for _, s := range stores {
		migrated, err := s.Migrated(t.Context())
		require.NoError(t, err)
		require.True(t, migrated)
	}
}

func emptyDatabaseIsNotMigrated(t *testing.T, f *fixture) {
	migrated, err := openStore(t, f.backend.empty(t), f.clock.Now).Migrated(t.Context())
	require.NoError(t, err)
	require.False(t, migrated)
}

func indexesAreMadeOnce(t *testing.T, f *fixture) {
	for range 2 { // a crash may come between the statement and the record of the migration
		require.NoError(t, f.Index(t.Context(), "CREATE INDEX one_more ON sessions (org_id, status)"))
	}
	for range 2 {
		require.NoError(t, f.Index(t.Context(), "DROP INDEX one_more"))
	}
}

func indexMigrationsDoNothingElse(t *testing.T, f *fixture) {
	for _, statement := range []string{"DROP TABLE sessions", "CREATE TABLE index (id TEXT)", "DROP INDEX a, b"} {
		require.ErrorContains(t, f.Index(t.Context(), statement), "neither CREATE INDEX nor DROP INDEX")
	}
}
