package store

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/pressly/goose/v3"
)

// postgresFolder holds the migrations that change PostgreSQL alone. In their text {schema} stands for the schema of the
// tables.
const postgresFolder = "migrations/postgres"

// A step turns one direction of a migration file into a migration.
type step func(statements string) *goose.GoFunc

// migrationsIn reads the migrations of a folder.
func migrationsIn(folder string, step step) ([]*goose.Migration, error) {
	files, err := fs.Glob(migrations, folder+"/*.sql")
	if err != nil {
		return nil, err
	}
	var all []*goose.Migration
	for _, file := range files {
		version, err := goose.NumericComponent(path.Base(file))
		if err != nil {
			return nil, err
		}
		content, err := migrations.ReadFile(file)
		if err != nil {
			return nil, err
		}
		up, down, _ := strings.Cut(string(content), "-- +goose Down")
		all = append(all, goose.NewGoMigration(version, step(up), step(down)))
	}
	return all, nil
}

// postgresOnly returns a migration that executes the statements in one transaction, and does nothing on SQLite.
func (s *Store) postgresOnly(statements string) *goose.GoFunc {
	return &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
		if s.dialect != dialectPostgres {
			return nil
		}
		var schema string
		if err := tx.QueryRowContext(ctx, "SELECT quote_ident(current_schema())").Scan(&schema); err != nil {
			return fmt.Errorf("find the schema: %w", err)
		}
		// The simple protocol executes several statements at once.
		_, err := tx.ExecContext(ctx, strings.ReplaceAll(statements, "{schema}", schema), pgx.QueryExecModeSimpleProtocol)
		return err
	}}
}
