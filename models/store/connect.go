package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
)

type (
	gormPostgres = postgres.Dialector
	gormSQLite   = sqlite.Dialector
)

const (
	// connectionLife and idleLife bound the time for which a pooled connection outlives a change of the host name's
	// address.
	connectionLife = 30 * time.Minute
	idleLife       = 5 * time.Minute
	// connectToOneWithin bounds an attempt to connect to one of several hosts, so that the next host gets its turn
	// within WriteLimit.
	connectToOneWithin = 700 * time.Millisecond
	// proveWithin bounds the check that a connection still leads to the primary.
	proveWithin = 500 * time.Millisecond
	// unprovenAfter is the idle time after which a connection must pass that check again.
	unprovenAfter = time.Second
)

// dialector returns the dialector for the URL's database, and sets the store's fields of the connection.
func (s *Store) dialector(url string) (gorm.Dialector, error) {
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		s.dialect = dialectSQLite
		if err := keepPrivate(path); err != nil {
			return nil, err
		}
		// Without _txlock=immediate a concurrent transaction fails with SQLITE_BUSY at its first write.
		dsn := "file:" + path + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)" +
			"&_pragma=synchronous(NORMAL)&_pragma=foreign_keys(1)&_txlock=immediate"
		return sqliteDialector{gormSQLite{DriverName: "sqlite", DSN: dsn}, s}, nil
	}
	if !strings.HasPrefix(url, "postgres://") && !strings.HasPrefix(url, "postgresql://") {
		return nil, errors.New(`the database URL must begin with "postgres://" or "sqlite:"`)
	}
	primary, err := newPrimary(url, s.writeTimeout)
	if err != nil {
		return nil, withoutURL(err)
	}
	s.dialect, s.primary = dialectPostgres, primary
	return postgresDialector{gormPostgres{Config: &postgres.Config{Conn: primary.open()}}, s}, nil
}

// primary connects to the PostgreSQL server that accepts writes. A connection can outlive the primary: the server may
// be demoted or its machine lost. After any sign of this, each connection is checked before it is used again.
type primary struct {
	config *pgx.ConnConfig
	// suspicions counts the signs. A connection stores the count at its last check.
	suspicions atomic.Int64
}

// newPrimary parses the URL. An attempt to connect may take as long as a write may, unless the URL names several hosts
// or sets connect_timeout.
func newPrimary(url string, within time.Duration) (*primary, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	p := &primary{config: config}
	if severalHosts(config) { // only one of them accepts writes
		within = connectToOneWithin
		if config.ValidateConnect == nil {
			config.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
		}
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = within
	}
	closeOnFatal := config.OnPgError
	config.OnPgError = func(conn *pgconn.PgConn, refused *pgconn.PgError) bool {
		if refused.Code == stateReadOnly {
			return false // closes the connection, so that the next one can find the primary
		}
		return closeOnFatal(conn, refused)
	}
	config.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler {
		return &interruption{pgconn.DeadlineContextWatcherHandler{Conn: conn.Conn()}, conn}
	}
	return p, nil
}

// interruption ends a query whose context ended, by a deadline on the connection.
type interruption struct {
	pgconn.DeadlineContextWatcherHandler
	conn *pgconn.PgConn
}

// HandleUnwatchAfterCancel removes the deadline. A query that was answered before its context ended leaves the
// connection open, but a read of pgx's background reader may have failed at the deadline: the next query would get that
// error. So the connection must pass the check of [primary.prove] before it is used again.
func (i *interruption) HandleUnwatchAfterCancel() {
	i.DeadlineContextWatcherHandler.HandleUnwatchAfterCancel()
	proved(i.conn, unproven)
}

// severalHosts reports whether the URL names more than one server. A host that is tried with and without TLS counts
// once.
func severalHosts(config *pgx.ConnConfig) bool {
	return slices.ContainsFunc(config.Fallbacks, func(other *pgconn.FallbackConfig) bool {
		return other.Host != config.Host || other.Port != config.Port
	})
}

// open returns the connection pool.
func (p *primary) open() *sql.DB { return p.openWith(nil) }

// openWith returns a pool with additional PostgreSQL settings for its connections.
func (p *primary) openWith(settings map[string]string) *sql.DB {
	config := p.config.Copy()
	maps.Copy(config.RuntimeParams, settings)
	db := stdlib.OpenDB(*config,
		stdlib.OptionAfterConnect(func(ctx context.Context, conn *pgx.Conn) error {
			proved(conn.PgConn(), p.suspicions.Load())
			return p.planOnce(ctx, conn)
		}),
		stdlib.OptionShouldPing(func(_ context.Context, idle stdlib.ShouldPingParams) bool {
			if idle.IdleDuration > unprovenAfter {
				proved(idle.Conn.PgConn(), unproven)
			}
			return false // prove checks more than a ping
		}),
		stdlib.OptionResetSession(p.prove),
	)
	db.SetConnMaxLifetime(connectionLife)
	db.SetConnMaxIdleTime(idleLife)
	return db
}

// planOnce makes the server plan each prepared statement once per connection. Every filter of a list has an index, for
// any value, and planning again for each value costs as much as reading a page. A plan_cache_mode in the database URL
// takes precedence. The setting is not a startup parameter, because connection poolers refuse unknown ones.
func (p *primary) planOnce(ctx context.Context, conn *pgx.Conn) error {
	if _, chosen := p.config.RuntimeParams["plan_cache_mode"]; chosen {
		return nil
	}
	_, err := conn.Exec(ctx, "SET plan_cache_mode = force_generic_plan", pgx.QueryExecModeSimpleProtocol)
	return err
}

// suspect makes every connection pass a new check.
func (p *primary) suspect() { p.suspicions.Add(1) }

const (
	provedKey = "stile.proved"
	unproven  = int64(-1)
	underTest = int64(-2)
)

func proved(conn *pgconn.PgConn, suspicions int64) { conn.CustomData()[provedKey] = suspicions }

func provedAt(conn *pgconn.PgConn, suspicions int64) bool {
	return conn.CustomData()[provedKey] == suspicions
}

// prove reports driver.ErrBadConn for a connection that does not answer in time or does not accept writes. The pool
// then discards it. The check itself may be interrupted after its answer, see [interruption].
func (p *primary) prove(ctx context.Context, conn *pgx.Conn) error {
	suspicions := p.suspicions.Load()
	if provedAt(conn.PgConn(), suspicions) {
		return nil
	}
	proved(conn.PgConn(), underTest)
	if err := writable(ctx, conn); err != nil || !provedAt(conn.PgConn(), underTest) {
		return driver.ErrBadConn
	}
	proved(conn.PgConn(), suspicions)
	return nil
}

var errReadOnly = errors.New("the server takes no writes")

// writable returns an error if the server does not answer in time or does not accept writes.
func writable(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, proveWithin)
	defer cancel()
	var readOnly string
	err := conn.QueryRow(ctx, "SHOW transaction_read_only", pgx.QueryExecModeSimpleProtocol).Scan(&readOnly)
	if err != nil {
		return err
	}
	if readOnly == "on" {
		return errReadOnly
	}
	return nil
}

// withoutURL replaces an error that contains the connection URL, because the URL holds the password.
func withoutURL(err error) error {
	if strings.Contains(err.Error(), "://") {
		return errors.New("the database URL cannot be parsed")
	}
	return err
}
