package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

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
	provider, err := s.migrator(options...)
	if err != nil {
		return err
	}
	if err := s.up(ctx, provider); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// migrator knows all migrations.
func (s *Store) migrator(options ...goose.ProviderOption) (*goose.Provider, error) {
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
	return goose.NewProvider(goose.Dialect(s.dialect), s.sqlDB, files, options...)
}

// up applies what is missing. SQLite has no lock to take: who meets another process at a migration finds that one
// applied when it looks again.
func (s *Store) up(ctx context.Context, provider *goose.Provider) (err error) {
	for range len(provider.ListSources()) + 1 {
		if _, err = provider.Up(ctx); err == nil || s.dialect != dialectSQLite {
			break
		}
	}
	return err
}

// Migrated reports whether the schema is the one that this binary knows.
func (s *Store) Migrated(ctx context.Context) (bool, error) {
	provider, err := s.migrator()
	if err != nil {
		return false, err
	}
	pending, err := provider.HasPending(ctx)
	return !pending, err
}
