package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/pressly/goose/v3"
	"gorm.io/gorm"
)

// Statement is a statement that the store has sent, with its arguments.
type Statement struct {
	SQL  string
	Args []any
}

// Watch calls see with each statement that reads, updates or deletes.
func (s *Store) Watch(see func(Statement)) error {
	watch := func(tx *gorm.DB) {
		if !tx.DryRun { // a part of another statement
			see(Statement{SQL: tx.Statement.SQL.String(), Args: tx.Statement.Vars})
		}
	}
	if err := s.db.Callback().Query().Register("test:watch", watch); err != nil {
		return err
	}
	return errors.Join(
		s.db.Callback().Row().Register("test:watch", watch),
		s.db.Callback().Update().Register("test:watch", watch),
		s.db.Callback().Delete().Register("test:watch", watch))
}

// Index creates or drops an index as a migration does.
func (s *Store) Index(ctx context.Context, statement string) error {
	return s.index(ctx, s.sqlDB, statement)
}

// Addition is a migration that a test adds to those of Stile: statements that change tables, or one that makes an
// index.
type Addition struct {
	Version int64
	Tables  string
	Index   string
}

// Migrating migrates as Migrate does, with further migrations.
func (s *Store) Migrating(ctx context.Context, more ...Addition) error {
	added := make([]*goose.Migration, 0, len(more))
	for _, a := range more {
		up := s.indexing(a.Index)
		if a.Tables != "" {
			up = s.postgresOnly(a.Tables)
		}
		added = append(added, goose.NewGoMigration(a.Version, up, nil))
	}
	return s.migrate(ctx, goose.WithGoMigrations(added...))
}

// Temporary lets tests check which errors of a driver count as an outage.
var Temporary = temporary

// ConnectTimeout returns the longest time that an attempt to connect to the PostgreSQL server of the URL may take.
func ConnectTimeout(url string, within time.Duration) (time.Duration, error) {
	p, err := newPrimary(url, within)
	if err != nil {
		return 0, err
	}
	return p.config.ConnectTimeout, nil
}

// OpenOne returns a pool of one connection to the PostgreSQL server of the URL, dialed by dial.
func OpenOne(url string, dial pgconn.DialFunc) (*sql.DB, error) {
	p, err := newPrimary(url, time.Minute)
	if err != nil {
		return nil, err
	}
	p.config.DialFunc = dial
	db := p.open()
	db.SetMaxOpenConns(1)
	return db, nil
}

// SealedColumns returns the table of the place of each column with sealed values.
func SealedColumns() (tables []string) {
	for _, c := range sealedColumns {
		tables = append(tables, c.place("row", "org").Table)
	}
	return tables
}

// Unsealed returns the number of sealed values by the table of their place, and an error if one cannot be opened.
func (s *Store) Unsealed(ctx context.Context) (map[string]int, error) {
	opened := map[string]int{}
	for _, c := range sealedColumns {
		var values []sealedValue
		if err := c.values(s.read(ctx)).Where(c.column + " <> ''").Scan(&values).Error; err != nil {
			return nil, err
		}
		for _, value := range values {
			at := c.place(value.Row, value.Org)
			if _, err := s.keys.Open(value.Sealed, at); err != nil {
				return nil, fmt.Errorf("%s %s: %w", at.Table, value.Row, err)
			}
			opened[at.Table]++
		}
	}
	return opened, nil
}

// SQL runs statements on the store's only remaining connection.
func (s *Store) SQL(do func(execute func(string) error) error) error {
	s.sqlDB.SetMaxIdleConns(1)
	s.sqlDB.SetMaxOpenConns(1)
	return do(func(statement string) error {
		_, err := s.sqlDB.ExecContext(context.Background(), statement)
		return err
	})
}

// DownTo reverts migrations.
func (s *Store) DownTo(ctx context.Context, version int64) error {
	provider, err := s.migrator(s.sqlDB)
	if err != nil {
		return err
	}
	_, err = provider.DownTo(ctx, version)
	return err
}

// CountTransactions counts the transactions of the store from now on, single statements included, except for those of
// its background work.
func (s *Store) CountTransactions() *atomic.Int64 {
	counted := &countedPool{DB: s.sqlDB}
	s.db.ConnPool, s.db.Statement.ConnPool = counted, counted
	return &counted.transactions
}

type countedPool struct {
	*sql.DB
	transactions atomic.Int64
}

func (c *countedPool) GetDBConn() (*sql.DB, error) { return c.DB, nil }

func (c *countedPool) BeginTx(ctx context.Context, o *sql.TxOptions) (gorm.ConnPool, error) {
	c.transactions.Add(1)
	return c.DB.BeginTx(ctx, o)
}

func (c *countedPool) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	c.transactions.Add(1)
	return c.DB.ExecContext(ctx, query, args...)
}

func (c *countedPool) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	c.transactions.Add(1)
	return c.DB.QueryContext(ctx, query, args...)
}

// ForgetWaiters has the store assume that no other process has waiters, until one says so.
func (s *Store) ForgetWaiters() {
	s.notifier.mu.Lock()
	defer s.notifier.mu.Unlock()
	s.notifier.elsewhere = time.Time{}
}

// AwaitedElsewhere reports whether other processes may have waiters.
func (s *Store) AwaitedElsewhere() bool { return s.notifier.awaitedElsewhere() }

// AwaitMark begins the notification of a process that has waiters.
const AwaitMark = awaitMark
