// Package store keeps everything that Stile remembers, in PostgreSQL or in SQLite.
//
// Every method takes the organization it works for; the few that must cross organizations are the methods of Across.
// The row decides: a status changes only through a Change, whose conditional UPDATE tells two racing callers apart.
package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	_ "modernc.org/sqlite" // the database/sql driver "sqlite", without cgo

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/seal"
	"github.com/stile-id/stile/rules/graph"
)

// WriteLimit bounds a write transaction. Lists rely on it: a row older than this is visible, or never will be.
const WriteLimit = 2 * time.Second

// Options configure a Store.
type Options struct {
	// URL is "postgres://…" or "sqlite:PATH".
	URL string
	// Keys seal personal data and secrets.
	Keys *seal.Keyring
	// Now and NewID are the clock and the source of identifiers; the zero values are those of production.
	Now   func() time.Time
	NewID models.IDSource
	// Jitter spreads repeats: each call gives a number from 0 up to 1. The zero value is that of production.
	Jitter func() float64
	// MaxConnections bounds the pool; 0 means 20.
	MaxConnections int
	Log            *slog.Logger
}

// Store is safe for concurrent use.
type Store struct {
	db       *gorm.DB
	sqlDB    *sql.DB
	dialect  dialect
	url      string
	keys     *seal.Keyring
	now      func() time.Time
	newID    models.IDSource
	jitter   func() float64
	log      *slog.Logger
	notifier *notifier
	started  *startNotes
	tally    *tally
	// organizations are remembered for organizationTTL.
	organizations *lru.Cache[string, knownOrganization]
	// graphs are specialised graphs, shared by the sessions of a workflow; explanations are of the rules of sessions.
	graphs       shared[graph.Graph]
	explanations shared[json.RawMessage]
	// preferences are those of published versions, which never change.
	preferences *lru.Cache[versionKey, graph.Preferences]
}

// sharedCacheSize is well beyond the number of workflows, times jurisdictions, that are in use at once.
const sharedCacheSize = 1000

type dialect string

const (
	dialectPostgres dialect = "postgres"
	dialectSQLite   dialect = "sqlite3" // goose's name for it
)

// Open connects. It does not migrate.
func Open(ctx context.Context, o Options) (*Store, error) {
	o = o.withDefaults()
	dialector, kind, err := dialectorFor(o.URL)
	if err != nil {
		return nil, err
	}
	// No statement reaches a log: arguments may be personal.
	db, err := gorm.Open(dialector, &gorm.Config{Logger: logger.Discard, SkipDefaultTransaction: true})
	if err != nil {
		return nil, fmt.Errorf("open database: %w", withoutURL(err))
	}
	sqlDB, err := db.DB()
	if err != nil {
		return nil, err
	}
	sqlDB.SetMaxOpenConns(o.MaxConnections)
	sqlDB.SetMaxIdleConns(o.MaxConnections)
	graphs, err := newShared[graph.Graph]("graphs", sharedCacheSize)
	if err != nil {
		return nil, err
	}
	explanations, err := newShared[json.RawMessage]("explanations", sharedCacheSize)
	if err != nil {
		return nil, err
	}
	preferences, err := lru.New[versionKey, graph.Preferences](sharedCacheSize)
	if err != nil {
		return nil, err
	}
	organizations, err := lru.New[string, knownOrganization](organizationCacheSize)
	if err != nil {
		return nil, err
	}
	s := &Store{
		db: db, sqlDB: sqlDB, dialect: kind, url: o.URL, keys: o.Keys, now: o.Now, newID: o.NewID, jitter: o.Jitter, log: o.Log,
		notifier: newNotifier(), tally: newTally(), graphs: graphs, explanations: explanations,
		organizations: organizations, preferences: preferences,
	}
	if err := s.Ping(ctx); err != nil {
		return nil, errors.Join(err, sqlDB.Close())
	}
	s.started = newStartNotes(ctx, db, o.Log)
	s.notifier.catchUp(s.revisions, o.Log)
	if kind == dialectPostgres {
		s.notifier.listen(o.URL, o.Log)
		s.notifier.tell(s.sqlDB, o.Log)
	}
	return s, nil
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.NewID == nil {
		o.NewID = models.RandomID
	}
	if o.Jitter == nil {
		o.Jitter = rand.Float64
	}
	if o.MaxConnections == 0 {
		o.MaxConnections = 20
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return o
}

func dialectorFor(url string) (gorm.Dialector, dialect, error) {
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		// Without _txlock=immediate concurrent transactions fail busy when they come to write.
		dsn := "file:" + path + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)" +
			"&_pragma=synchronous(NORMAL)&_pragma=foreign_keys(1)&_txlock=immediate"
		return sqlite.Dialector{DriverName: "sqlite", DSN: dsn}, dialectSQLite, nil
	}
	if strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://") {
		return postgres.Open(url), dialectPostgres, nil
	}
	return nil, "", errors.New(`the database URL must begin with "postgres://" or "sqlite:"`)
}

// withoutURL keeps the password in a connection URL out of errors.
func withoutURL(err error) error {
	if strings.Contains(err.Error(), "://") {
		return errors.New("the database URL cannot be parsed")
	}
	return err
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, WriteLimit)
	defer cancel()
	return s.sqlDB.PingContext(ctx)
}

// Close writes what is noted and ends all connections. It tolerates a second call.
func (s *Store) Close() error {
	s.started.close()
	s.notifier.close()
	return s.sqlDB.Close()
}

// NewID makes an identifier. Within an idempotent request it is the one reserved for the first object of the
// request, so that a repeat after a crash finds what the first try made.
func (s *Store) NewID(ctx context.Context, prefix models.IDPrefix) string {
	if reserved := reservedID(ctx); reserved != "" {
		return string(prefix) + reserved
	}
	return string(prefix) + s.newID()
}

func (s *Store) id(prefix models.IDPrefix) string { return string(prefix) + s.newID() }

// Now is the store's clock, cut to what a column keeps.
func (s *Store) Now() models.Timestamp { return models.At(s.now()) }

// write runs fn in one write transaction, bounded by WriteLimit.
func (s *Store) write(ctx context.Context, fn func(tx *gorm.DB) error) error {
	ctx, cancel := context.WithTimeout(ctx, WriteLimit)
	defer cancel()
	return s.db.WithContext(ctx).Transaction(fn)
}

func (s *Store) read(ctx context.Context) *gorm.DB { return s.db.WithContext(ctx) }

// one reads a single row into out; found is false where there is none.
func one(q *gorm.DB, out any) (found bool, err error) {
	res := q.Limit(1).Find(out)
	return res.RowsAffected == 1, res.Error
}
