package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
)

var migrationScenarios = []scenario{
	migratingAgainChangesNothing,
	replicasMigrateAtOnce,
	emptyDatabaseIsNotMigrated,
	migrationsAreRevertedAndAppliedAgain,
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

// Every migration applies, and its Down restores the schema before it, also with rows.
func migrationsAreRevertedAndAppliedAgain(t *testing.T, f *fixture) {
	f.verify(t, f.person(t, f.org, "ada@person.example", ""), rules.MethodMDL)
	f.mailedCode(t, f.session(t), address, number)
	f.uploaded(t, f.session(t), document, "front")
	whole := f.schema(t)
	owner := f.owner(t)
	require.NoError(t, owner.DownTo(t.Context(), 0))
	require.Empty(t, f.schema(t))
	require.NoError(t, owner.Migrate(t.Context()))
	require.Equal(t, whole, f.schema(t))
	f.Store = f.replica(t) // without the caches of the old rows
	f.org = f.organization(t)
	f.session(t)
}

// schema lists the columns and the indexes of Stile's tables.
func (f *fixture) schema(t *testing.T) (all []string) {
	t.Helper()
	query := `SELECT t.name || '.' || c.name || ' ' || c.type || ' ' || c."notnull" || ' ' || COALESCE(c.dflt_value, '')
		FROM sqlite_master AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'
		UNION ALL SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL`
	if f.backend.name == postgresName {
		query = `SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' ||
			COALESCE(column_default, '') FROM information_schema.columns WHERE table_schema = 'public'
			UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'`
	}
	rows, err := f.raw().QueryContext(t.Context(), query)
	require.NoError(t, err)
	for _, row := range testkit.Rows(t, rows) {
		if line := fmt.Sprint(row[0]); !strings.Contains(line, "goose_db_version") {
			all = append(all, line)
		}
	}
	slices.Sort(all)
	return all
}

func indexesAreMadeOnce(t *testing.T, f *fixture) {
	for range 2 { // a crash may come between the statement and the record of the migration
		require.NoError(t, f.owner(t).Index(t.Context(), "CREATE INDEX one_more ON sessions (org_id, status)"))
	}
	for range 2 {
		require.NoError(t, f.owner(t).Index(t.Context(), "DROP INDEX one_more"))
	}
}

func indexMigrationsDoNothingElse(t *testing.T, f *fixture) {
	for _, statement := range []string{"DROP TABLE sessions", "CREATE TABLE index (id TEXT)", "DROP INDEX a, b"} {
		require.ErrorContains(t, f.owner(t).Index(t.Context(), statement), "neither CREATE INDEX nor DROP INDEX")
	}
}
