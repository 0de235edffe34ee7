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
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
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
	// WriteTimeout bounds a write; 0 means WriteLimit. A longer one is for tests on a busy machine alone: lists leave out
	// rows that are younger than WriteLimit, and no others.
	WriteTimeout time.Duration
	// ClaimLease is how long an idempotency claim holds without an answer of its request; 0 means a minute.
	ClaimLease time.Duration
	// MaxConnections bounds the pool; 0 means 20.
	MaxConnections int
	Log            *slog.Logger
}

// Store is safe for concurrent use.
type Store struct {
	db        *gorm.DB
	sqlDB     *sql.DB
	dialect   dialect
	primary   *primary // nil on SQLite
	closed    atomic.Bool
	proved    atomic.Bool // ProveKeys has succeeded
	readiness readiness
	keys      *seal.Keyring
	patience  time.Duration // Options.WriteTimeout
	lease     time.Duration // Options.ClaimLease
	now       func() time.Time
	newID     models.IDSource
	jitter    func() float64
	log       *slog.Logger
	notifier  *notifier
	started   *startNotes
	tally     *tally
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
	s := &Store{
		keys: o.Keys, patience: o.WriteTimeout, lease: o.ClaimLease, now: o.Now, newID: o.NewID, jitter: o.Jitter,
		log: o.Log, notifier: newNotifier(), tally: newTally(),
	}
	if err := s.makeCaches(); err != nil {
		return nil, err
	}
	if err := s.connect(o); err != nil {
		return nil, err
	}
	if err := s.Ping(ctx); err != nil {
		return nil, errors.Join(err, s.sqlDB.Close())
	}
	s.started = newStartNotes(ctx, s.db, s.bounded, o.Log)
	s.notifier.catchUp(s.revisions, o.Log)
	if s.primary != nil {
		s.notifier.listen(s.primary, o.Log)
		s.notifier.tell(s.sqlDB, o.Log)
	}
	return s, nil
}

func (s *Store) connect(o Options) error {
	dialector, err := s.dialector(o.URL)
	if err != nil {
		return err
	}
	s.db, err = gorm.Open(dialector, &gorm.Config{
		// No statement reaches a log: arguments may be personal.
		Logger: logger.Discard, SkipDefaultTransaction: true, TranslateError: true,
		// Statements name their columns, so that a migration that adds one leaves prepared statements valid.
		QueryFields: true,
	})
	if err != nil {
		return fmt.Errorf("open database: %w", s.classify(withoutURL(err)))
	}
	if s.sqlDB, err = s.db.DB(); err != nil {
		return err
	}
	s.sqlDB.SetMaxOpenConns(o.MaxConnections)
	s.sqlDB.SetMaxIdleConns(o.MaxConnections)
	return nil
}

func (s *Store) makeCaches() (err error) {
	if s.graphs, err = newShared[graph.Graph]("graphs", sharedCacheSize); err != nil {
		return err
	}
	if s.explanations, err = newShared[json.RawMessage]("explanations", sharedCacheSize); err != nil {
		return err
	}
	if s.preferences, err = lru.New[versionKey, graph.Preferences](sharedCacheSize); err != nil {
		return err
	}
	s.organizations, err = lru.New[string, knownOrganization](organizationCacheSize)
	return err
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
	if o.WriteTimeout == 0 {
		o.WriteTimeout = WriteLimit
	}
	if o.ClaimLease == 0 {
		o.ClaimLease = ClaimLease
	}
	if o.MaxConnections == 0 {
		o.MaxConnections = 20
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return o
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, WriteLimit)
	defer cancel()
	return s.classify(s.sqlDB.PingContext(ctx))
}

// Close writes what is noted and ends all connections. It tolerates a second call.
func (s *Store) Close() error {
	s.started.close()
	s.notifier.close()
	s.closed.Store(true)
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

// bounded returns a context that ends after Options.WriteTimeout.
func (s *Store) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, s.patience)
}

// write runs fn in one write transaction, bounded by Options.WriteTimeout. A commit without an answer is a commitLostError.
// Where fn met a session past its deadline, that is recorded.
func (s *Store) write(outer context.Context, fn func(tx *gorm.DB) error) error {
	ctx, cancel := s.bounded(outer)
	defer cancel()
	ready := false
	err := s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		err := fn(tx)
		ready = err == nil
		return err
	})
	if ready && errors.Is(err, ErrUnavailable) {
		return &commitLostError{cause: err}
	}
	return s.recordExpiry(outer, err)
}

const (
	// settleTries is how often a transaction is looked after whose commit was not answered, after settlePause and then
	// ever less often.
	settleTries = 5
	settlePause = 50 * time.Millisecond
)

// settle runs fn like write. If the commit was not answered, settle looks the transaction up by its first audit entry.
// If that entry is missing, fn runs again: an fn without one has to find its own rows. While the database stays away the
// outcome is unknown, and the error is ErrUnavailable.
func (s *Store) settle(ctx context.Context, fn func(tx *gorm.DB) error) error {
	entry := &firstEntry{id: s.id(models.PrefixAudit)}
	ctx = context.WithValue(ctx, firstEntryKey{}, entry)
	err := s.write(ctx, fn)
	var lost *commitLostError
	if !errors.As(err, &lost) {
		return err
	}
	wait := settlePause
	for range settleTries {
		pause(ctx, wait)
		wait *= 2
		err = s.write(ctx, func(tx *gorm.DB) error {
			if stands, err := one(tx.Where("id = ?", entry.id), &models.AuditEntry{}); err != nil || stands {
				return err
			}
			entry.used = false
			return fn(tx)
		})
		// A duplicate is what the transaction before made: its commit was still under way.
		if !errors.Is(err, ErrUnavailable) && !duplicate(err) {
			return err
		}
	}
	return lost
}

func (s *Store) read(ctx context.Context) *gorm.DB { return s.db.WithContext(ctx) }

// one reads a single row into out; found is false where there is none.
func one(q *gorm.DB, out any) (found bool, err error) {
	res := q.Limit(1).Find(out)
	return res.RowsAffected == 1, res.Error
}
