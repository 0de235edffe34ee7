package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/pressly/goose/v3"
)

// indexFolder holds the migrations that only create and drop indexes. On PostgreSQL they do so CONCURRENTLY, so that
// writes to a large table are not blocked.
const indexFolder = "migrations/indexes"

var comments = regexp.MustCompile(`(?m)^--.*$`)

// indexing returns a migration of statements that each end with a semicolon. It runs without a transaction. After a
// crash it is run again and completes the rest, when PostgreSQL has finished the statement that the crash interrupted.
func (s *Store) indexing(statements string) *goose.GoFunc {
	return &goose.GoFunc{RunDB: func(ctx context.Context, db *sql.DB) error {
		for statement := range strings.SplitSeq(comments.ReplaceAllString(statements, ""), ";") {
			if statement = strings.TrimSpace(statement); statement == "" {
				continue
			}
			if err := s.index(ctx, db, statement); err != nil {
				return fmt.Errorf("%s: %w", statement, err)
			}
		}
		return nil
	}}
}

var (
	createIndex = regexp.MustCompile(`^CREATE (UNIQUE )?INDEX (\w+) ON `)
	dropIndex   = regexp.MustCompile(`^DROP INDEX (\w+)$`)
)

// index creates or drops an index, unless that has been done.
func (s *Store) index(ctx context.Context, db *sql.DB, statement string) error {
	concurrently := ""
	if s.dialect == dialectPostgres {
		concurrently = "CONCURRENTLY "
		if err := awaitBuilds(ctx, db); err != nil {
			return err
		}
	}
	if drop := dropIndex.FindStringSubmatch(statement); drop != nil {
		return s.unhurried(ctx, db, "DROP INDEX "+concurrently+"IF EXISTS "+drop[1])
	}
	create := createIndex.FindStringSubmatch(statement)
	if create == nil {
		return fmt.Errorf("is neither CREATE INDEX nor DROP INDEX")
	}
	if s.dialect == dialectPostgres {
		if err := s.dropInvalid(ctx, db, create[2]); err != nil {
			return err
		}
	}
	rest := strings.TrimPrefix(statement, "CREATE "+create[1]+"INDEX ")
	return s.unhurried(ctx, db, "CREATE "+create[1]+"INDEX "+concurrently+"IF NOT EXISTS "+rest)
}

// unhurried executes a statement without a lock timeout, because no other statement queues behind a concurrent one.
func (s *Store) unhurried(ctx context.Context, db *sql.DB, statement string) error {
	if s.dialect != dialectPostgres {
		_, err := db.ExecContext(ctx, statement)
		return err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.ExecContext(ctx, "SET lock_timeout = 0"); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, statement)
	_, resetErr := conn.ExecContext(context.WithoutCancel(ctx), "RESET lock_timeout")
	return errors.Join(err, resetErr)
}

// dropInvalid drops an index that a crash has left half built. Queries do not use such an index, but every write
// updates it.
func (s *Store) dropInvalid(ctx context.Context, db *sql.DB, name string) error {
	var invalid bool
	err := db.QueryRowContext(ctx, "SELECT EXISTS (SELECT FROM pg_index"+
		" WHERE indexrelid = to_regclass($1) AND NOT indisvalid)", name).Scan(&invalid)
	if err != nil || !invalid {
		return err
	}
	return s.unhurried(ctx, db, "DROP INDEX CONCURRENTLY "+name)
}

// awaitBuilds waits until no index is being built in the database. PostgreSQL does not notice that a migration has been
// killed, and continues to build its index. A statement that waited for the lock of that build would have a snapshot,
// for which the build waits in turn: a deadlock.
func awaitBuilds(ctx context.Context, db *sql.DB) error {
	for {
		var building bool
		err := db.QueryRowContext(ctx, "SELECT EXISTS (SELECT FROM pg_stat_progress_create_index"+
			" WHERE datname = current_database())").Scan(&building)
		if err != nil || !building {
			return err
		}
		pause(ctx, lockPause)
	}
}
