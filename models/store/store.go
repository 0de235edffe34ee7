// Package store persists Stile's state, in PostgreSQL or in SQLite.
//
// Every method takes the organization for which it works; the methods that must cross organizations are those of
// Across. The row decides: a status changes only by a Change, and its conditional UPDATE lets one of two racing callers
// win.
package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	_ "modernc.org/sqlite" // the database/sql driver "sqlite", without cgo

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/seal"
	"github.com/stile-id/stile/rules/graph"
)

// WriteLimit bounds a write transaction. Lists rely on it: a row that is older is visible, or will never be.
const WriteLimit = 2 * time.Second

// Options configure a Store.
type Options struct {
	// URL is "postgres://…" or "sqlite:PATH".
	URL string
	// Keys seal personal data and secrets.
	Keys *seal.Keyring
	// Now and NewID are the clock and the source of identifiers; nil means those of production.
	Now   func() time.Time
	NewID models.IDSource
	// Jitter returns a random number from 0 up to 1, which spreads repeats; nil means that of production.
	Jitter func() float64
	// WriteTimeout bounds a write; 0 means WriteLimit. A longer one is only for tests on a busy machine, because lists
	// rely on WriteLimit.
	WriteTimeout time.Duration
	// IdempotencyLease is the time for which a claim is valid without an answer; 0 means
	// models.IdempotencyLeaseDefault.
	IdempotencyLease time.Duration
	// Recheck is the time after which a session that waits for its run owes it another signal; 0 means
	// models.SweepRecheckDefault.
	Recheck time.Duration
	// ListBytes bounds the large rows that one page of a list reads and returns; 0 means ListBytes.
	ListBytes int
	// DatabaseConnections bounds the pool; 0 means models.DatabaseConnectionsDefault.
	DatabaseConnections int
	// ListConcurrency bounds the lists that are read at once; 0 means models.ListConcurrencyDefault.
	ListConcurrency int
	Log             *slog.Logger
}

// Store is safe for concurrent use.
type Store struct {
	db               *gorm.DB
	sqlDB            *sql.DB
	dialect          dialect
	anchors          anchorAccess
	primary          *primary // nil on SQLite
	closed           atomic.Bool
	proved           atomic.Bool // ProveKeys has succeeded
	readiness        readiness
	keys             *seal.Keyring
	writeTimeout     time.Duration
	idempotencyLease time.Duration
	recheck          time.Duration
	deleted          deletedRows
	listBytes        int
	lists            chan struct{} // holds an element for each list that is being read
	now              func() time.Time
	newID            models.IDSource
	jitter           func() float64
	log              *slog.Logger
	notifier         *notifier
	told             *toldNotes
	tally            *tally
	// organizations are cached for organizationTTL.
	organizations *lru.Cache[string, knownOrganization]
	// organizationReads joins the reads of the same organization.
	organizationReads singleflight.Group
	// graphs are specialised graphs, which the sessions of a workflow share; explanations are those of the sessions'
	// rules.
	graphs       shared[graph.Graph]
	explanations shared[json.RawMessage]
	// preferences are those of published versions, which never change.
	preferences *lru.Cache[versionKey, graph.Preferences]
	// created and submitted are rows that this process has written.
	created   warm[models.Session]
	submitted warm[unjudgedRow]
	// published are the published versions as they were read last. CreateSession checks them.
	published *lru.Cache[publishedKey, models.WorkflowVersion]
}

// sharedCacheSize is larger than the number of workflows, times jurisdictions, in use at once.
const sharedCacheSize = 1000

type dialect string

const (
	dialectPostgres dialect = "postgres"
	dialectSQLite   dialect = "sqlite3" // goose's name for it
)

// Open connects to the database. It does not migrate.
func Open(ctx context.Context, o Options) (*Store, error) {
	o = o.withDefaults()
	s := &Store{
		keys: o.Keys, writeTimeout: o.WriteTimeout, idempotencyLease: o.IdempotencyLease, recheck: o.Recheck,
		now: o.Now, newID: o.NewID,
		jitter: o.Jitter, log: o.Log, notifier: newNotifier(), tally: newTally(), listBytes: o.ListBytes,
		lists: make(chan struct{}, o.ListConcurrency),
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
	s.told = newToldNotes(ctx, s)
	s.notifier.changed = s.created.drop
	s.notifier.catchUp(s.revisions, o.Log)
	if s.primary != nil {
		s.notifier.listen(s.primary, o.Log)
		s.notifier.sendQueued(s.sqlDB, o.Log)
	}
	return s, nil
}

func (s *Store) connect(o Options) error {
	dialector, err := s.dialector(o.URL)
	if err != nil {
		return err
	}
	s.anchors = anchorAccessOf(s.dialect)
	s.db, err = gorm.Open(dialector, &gorm.Config{
		// Statements are not logged, because their arguments may be personal.
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
	s.sqlDB.SetMaxOpenConns(o.DatabaseConnections)
	s.sqlDB.SetMaxIdleConns(o.DatabaseConnections)
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
	if s.created, err = newWarm[models.Session](s.now); err != nil {
		return err
	}
	if s.submitted, err = newWarm[unjudgedRow](s.now); err != nil {
		return err
	}
	if s.published, err = lru.New[publishedKey, models.WorkflowVersion](sharedCacheSize); err != nil {
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
	if o.IdempotencyLease == 0 {
		o.IdempotencyLease = models.IdempotencyLeaseDefault
	}
	if o.Recheck == 0 {
		o.Recheck = models.SweepRecheckDefault
	}
	if o.ListBytes == 0 {
		o.ListBytes = ListBytes
	}
	if o.DatabaseConnections == 0 {
		o.DatabaseConnections = models.DatabaseConnectionsDefault
	}
	if o.ListConcurrency == 0 {
		o.ListConcurrency = models.ListConcurrencyDefault
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return o
}

// Ping returns an error if the database does not answer.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	return s.classify(s.sqlDB.PingContext(ctx))
}

// Close writes the queued notes and closes all connections. A second call does nothing.
func (s *Store) Close() error {
	s.told.close()
	s.notifier.close()
	s.closed.Store(true)
	return s.sqlDB.Close()
}

// NewID returns a new identifier. Within an idempotent request it returns the id that is reserved for the first object
// of the request, so that a repeat after a crash finds the object of the first try. A challenge does not get the
// reserved id itself, which holds a time, because nobody may guess any part of a challenge's id.
func (s *Store) NewID(ctx context.Context, prefix models.IDPrefix) string {
	reserved := reservedID(ctx)
	switch {
	case reserved == "":
		return s.id(prefix)
	case prefix == models.PrefixChallenge:
		return string(prefix) + s.derivedID("reserved-challenge", reserved)
	default:
		return string(prefix) + reserved
	}
}

func (s *Store) id(prefix models.IDPrefix) string {
	if prefix.Timed() {
		return string(prefix) + s.timedID()
	}
	return string(prefix) + s.newID()
}

// derivedID returns the random part of an identifier that only the holder of the lookup key can derive from a text.
func (s *Store) derivedID(purpose, text string) string {
	digest, err := hex.DecodeString(s.keys.Digest(purpose, []byte(text)))
	if err != nil {
		panic(err) // a digest is hexadecimal
	}
	return models.IDFrom(digest)
}

// timedID returns the random part of an identifier that begins with the time.
func (s *Store) timedID() string { return models.TimedID(s.now(), s.newID()) }

// Now returns the store's time, truncated to microseconds.
func (s *Store) Now() models.Timestamp { return models.At(s.now()) }

// bounded returns a context that ends after Options.WriteTimeout.
func (s *Store) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, s.writeTimeout)
}

// write runs fn in one write transaction, bounded by Options.WriteTimeout. It returns a commitLostError if the commit
// got no answer. If fn returns an overdueError, write expires the session.
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
	// settleTries is the number of further tries after a commit without an answer. They wait settlePause, and then
	// twice as long each time.
	settleTries = 5
	settlePause = 50 * time.Millisecond
)

// settle runs fn like write. If the commit got no answer, settle looks the transaction up by its first audit entry. If
// that entry is missing, fn runs again: an fn without an audit entry must recognize the rows of its earlier run. While
// the database stays unavailable, the outcome is unknown, and the error is ErrUnavailable.
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
			if stored, err := one(tx.Where("id = ?", entry.id), &models.AuditEntry{}); err != nil || stored {
				return err
			}
			entry.used = false
			return fn(tx)
		})
		// A duplicate key is a row of the earlier run: its commit was still under way.
		if !errors.Is(err, ErrUnavailable) && !duplicate(err) {
			return err
		}
	}
	return lost
}

func (s *Store) read(ctx context.Context) *gorm.DB { return s.db.WithContext(ctx) }

// one reads a single row into out. It returns false if there is none.
func one(q *gorm.DB, out any) (found bool, err error) {
	res := q.Limit(1).Find(out)
	return res.RowsAffected == 1, res.Error
}
