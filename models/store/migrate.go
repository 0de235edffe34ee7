package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql migrations/indexes/*.sql
var migrations embed.FS

// Migrate brings the schema up to date. On PostgreSQL an advisory lock lets replicas start at once.
func (s *Store) Migrate(ctx context.Context) error {
	var options []goose.ProviderOption
	if s.dialect == dialectPostgres {
		// Ask once a second, for five minutes: the default makes replicas that start at once wait five seconds in turn.
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

// lockPatience is how long a migration queues for a table at a time: whoever comes after it queues behind it, and has
// no more than WriteLimit.
const lockPatience = 500 * time.Millisecond

const (
	// lockPause is how long others get their turn before a migration queues again, and lockTries how often it does.
	lockPause = time.Second
	lockTries = 300
)

// migratingPool connects for migrations. On PostgreSQL a statement gives up its place in the queue for a lock after
// lockPatience.
func (s *Store) migratingPool() (db *sql.DB, done func()) {
	if s.primary == nil {
		return s.sqlDB, func() {}
	}
	db = s.primary.openWith(map[string]string{"lock_timeout": strconv.FormatInt(lockPatience.Milliseconds(), 10)})
	return db, func() { _ = db.Close() }
}

// migrator knows all migrations.
func (s *Store) migrator(db *sql.DB, options ...goose.ProviderOption) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	indexes, err := s.indexMigrations()
	if err != nil {
		return nil, err
	}
	options = append(options, goose.WithLogger(goose.NopLogger()), goose.WithGoMigrations(indexes...),
		goose.WithDisableGlobalRegistry(true))
	return goose.NewProvider(goose.Dialect(s.dialect), db, files, options...)
}

// up applies what is missing. SQLite has no lock to take: who meets another process at a migration finds that one
// applied when it looks again. PostgreSQL has requests in the way of a lock: a migration lets them pass, and tries again.
func (s *Store) up(ctx context.Context, provider *goose.Provider) error {
	_, err := provider.Up(ctx)
	if s.dialect == dialectSQLite {
		for range provider.ListSources() {
			if err == nil {
				break
			}
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

// Migrated reports whether the schema is the one that this binary knows.
func (s *Store) Migrated(ctx context.Context) (bool, error) {
	provider, err := s.migrator(s.sqlDB)
	if err != nil {
		return false, err
	}
	pending, err := provider.HasPending(ctx)
	return !pending, err
}
