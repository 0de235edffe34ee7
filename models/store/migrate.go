package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql migrations/indexes/*.sql migrations/postgres/*.sql
var migrations embed.FS

// Migrate brings the schema up to date. On PostgreSQL an advisory lock orders replicas that start together.
func (s *Store) Migrate(ctx context.Context) error { return s.migrate(ctx) }

func (s *Store) migrate(ctx context.Context, options ...goose.ProviderOption) error {
	if s.dialect == dialectPostgres {
		// Try once a second, for five minutes. With the default, replicas that start together would wait five seconds
		// each.
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	db, done := s.migratingPool()
	defer done()
	provider, err := s.migrator(db, options...)
	if err != nil {
		return err
	}
	if err := s.up(ctx, provider); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// lockPatience is the time for which a migration waits for a table's lock. Requests queue behind the migration, and
// have only WriteLimit.
const lockPatience = 500 * time.Millisecond

const (
	// lockPause is the time for which a migration lets requests pass before it tries again, and lockTries the number of
	// tries.
	lockPause = time.Second
	lockTries = 300
)

// migratingPool returns a pool for migrations. On PostgreSQL a statement waits for a lock for at most lockPatience.
func (s *Store) migratingPool() (db *sql.DB, done func()) {
	if s.primary == nil {
		return s.sqlDB, func() {}
	}
	db = s.primary.openWith(map[string]string{"lock_timeout": strconv.FormatInt(lockPatience.Milliseconds(), 10)})
	return db, func() { _ = db.Close() }
}

// migrator returns a provider of all migrations.
func (s *Store) migrator(db *sql.DB, options ...goose.ProviderOption) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	for folder, step := range map[string]step{indexFolder: s.indexing, postgresFolder: s.postgresOnly} {
		more, err := migrationsIn(folder, step)
		if err != nil {
			return nil, err
		}
		options = append(options, goose.WithGoMigrations(more...))
	}
	options = append(options, goose.WithLogger(goose.NopLogger()), goose.WithDisableGlobalRegistry(true))
	return goose.NewProvider(goose.Dialect(s.dialect), db, files, options...)
}

// up applies the missing migrations. SQLite has no advisory lock: a process that collides with another one finds the
// migration applied when it tries again. On PostgreSQL a migration that cannot get a lock lets requests pass and tries
// again.
func (s *Store) up(ctx context.Context, provider *goose.Provider) error {
	_, err := provider.Up(ctx)
	if s.dialect == dialectSQLite {
		for tries := len(provider.ListSources()); err != nil && tries > 0; tries-- {
			_, err = provider.Up(ctx)
		}
		return err
	}
	for try := 1; lockedOut(err) && try < lockTries && ctx.Err() == nil; try++ {
		pause(ctx, lockPause)
		_, err = provider.Up(ctx)
	}
	return err
}

// Migrated reports whether the schema is that of this binary. It creates no table of versions, because the role of the
// service may not.
func (s *Store) Migrated(ctx context.Context) (bool, error) {
	provider, err := s.migrator(s.sqlDB)
	if err != nil {
		return false, err
	}
	versions, err := database.NewStore(goose.Dialect(s.dialect), goose.DefaultTablename)
	if err != nil {
		return false, err
	}
	exists, err := s.versionsExist(ctx)
	if err != nil || !exists {
		return false, err
	}
	migrations, err := versions.ListMigrations(ctx, s.sqlDB)
	if err != nil {
		return false, err
	}
	applied := make(map[int64]bool, len(migrations))
	for _, migration := range migrations {
		applied[migration.Version] = applied[migration.Version] || migration.IsApplied
	}
	pending := func(source *goose.Source) bool { return !applied[source.Version] }
	return !slices.ContainsFunc(provider.ListSources(), pending), nil
}

// versionsExist reports whether there is a table of the versions that were applied.
func (s *Store) versionsExist(ctx context.Context) (exists bool, err error) {
	query := "SELECT to_regclass($1) IS NOT NULL"
	if s.dialect == dialectSQLite {
		query = "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = $1)"
	}
	err = s.sqlDB.QueryRowContext(ctx, query, goose.DefaultTablename).Scan(&exists)
	return exists, err
}
