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
	// connectionLife and idleLife bound how long a connection outlives a change of what its host name leads to.
	connectionLife = 30 * time.Minute
	idleLife       = 5 * time.Minute
	// connectWithin bounds an attempt to connect, and connectToOneWithin the attempt at one of several hosts: the next
	// has to get its turn within WriteLimit.
	connectWithin      = WriteLimit
	connectToOneWithin = 700 * time.Millisecond
	// proveWithin bounds the proof that a connection still leads to the primary.
	proveWithin = 500 * time.Millisecond
	// unprovenAfter is how long a connection may be idle before it has to prove that again.
	unprovenAfter = time.Second
)

// dialector connects to the database that url names. It sets what the store knows of the connections.
func (s *Store) dialector(url string) (gorm.Dialector, error) {
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		s.dialect = dialectSQLite
		if err := keepPrivate(path); err != nil {
			return nil, err
		}
		// Without _txlock=immediate concurrent transactions fail busy when they come to write.
		dsn := "file:" + path + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)" +
			"&_pragma=synchronous(NORMAL)&_pragma=foreign_keys(1)&_txlock=immediate"
		return sqliteDialector{gormSQLite{DriverName: "sqlite", DSN: dsn}, s}, nil
	}
	if !strings.HasPrefix(url, "postgres://") && !strings.HasPrefix(url, "postgresql://") {
		return nil, errors.New(`the database URL must begin with "postgres://" or "sqlite:"`)
	}
	primary, err := newPrimary(url)
	if err != nil {
		return nil, withoutURL(err)
	}
	s.dialect, s.primary = dialectPostgres, primary
	return postgresDialector{gormPostgres{Config: &postgres.Config{Conn: primary.open()}}, s}, nil
}

// primary connects to the PostgreSQL server that takes writes. A connection can outlive that: its server was demoted, or
// its machine is gone. After any sign of that each connection has to prove itself before it is used again.
type primary struct {
	config *pgx.ConnConfig
	// suspicions counts the signs. A connection remembers up to which it has proved itself.
	suspicions atomic.Int64
}

func newPrimary(url string) (*primary, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	p := &primary{config: config}
	within := connectWithin
	if severalHosts(config) { // of which one takes writes
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
			return false // closes the connection: another one may find the primary
		}
		return closeOnFatal(conn, refused)
	}
	return p, nil
}

// severalHosts reports whether the URL names more than one server. A host that is tried with TLS and without is one.
func severalHosts(config *pgx.ConnConfig) bool {
	return slices.ContainsFunc(config.Fallbacks, func(other *pgconn.FallbackConfig) bool {
		return other.Host != config.Host || other.Port != config.Port
	})
}

// open makes the pool.
func (p *primary) open() *sql.DB { return p.openWith(nil) }

// openWith makes a pool whose sessions have further settings of PostgreSQL.
func (p *primary) openWith(settings map[string]string) *sql.DB {
	config := p.config.Copy()
	maps.Copy(config.RuntimeParams, settings)
	db := stdlib.OpenDB(*config,
		stdlib.OptionAfterConnect(func(ctx context.Context, conn *pgx.Conn) error {
			p.proved(conn, p.suspicions.Load())
			return p.planOnce(ctx, conn)
		}),
		stdlib.OptionShouldPing(func(_ context.Context, idle stdlib.ShouldPingParams) bool {
			if idle.IdleDuration > unprovenAfter {
				p.proved(idle.Conn, unproven)
			}
			return false // prove does, and asks more
		}),
		stdlib.OptionResetSession(p.prove),
	)
	db.SetConnMaxLifetime(connectionLife)
	db.SetConnMaxIdleTime(idleLife)
	return db
}

// planOnce has the server plan a statement once for the connection. Each list has an index for each filter, whatever the
// filter's value, and to plan a statement again for every value costs as much as to read a page. A plan_cache_mode in the
// database URL stays. It is no startup parameter, because connection poolers refuse those that they do not know.
func (p *primary) planOnce(ctx context.Context, conn *pgx.Conn) error {
	if _, chosen := p.config.RuntimeParams["plan_cache_mode"]; chosen {
		return nil
	}
	_, err := conn.Exec(ctx, "SET plan_cache_mode = force_generic_plan", pgx.QueryExecModeSimpleProtocol)
	return err
}

// suspect makes every connection prove itself anew.
func (p *primary) suspect() { p.suspicions.Add(1) }

const (
	provedKey = "stile.proved"
	unproven  = int64(-1)
)

func (p *primary) proved(conn *pgx.Conn, suspicions int64) {
	conn.PgConn().CustomData()[provedKey] = suspicions
}

// prove has the pool throw a connection away that does not answer at once or takes no writes.
func (p *primary) prove(ctx context.Context, conn *pgx.Conn) error {
	suspicions := p.suspicions.Load()
	if conn.PgConn().CustomData()[provedKey] == suspicions {
		return nil
	}
	if err := writable(ctx, conn); err != nil {
		return driver.ErrBadConn
	}
	p.proved(conn, suspicions)
	return nil
}

var errReadOnly = errors.New("the server takes no writes")

// writable asks the server whether it takes writes.
func writable(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, proveWithin)
	defer cancel()
	var readOnly string
	err := conn.QueryRow(ctx, "SHOW transaction_read_only", pgx.QueryExecModeSimpleProtocol).Scan(&readOnly)
	if err == nil && readOnly == "on" {
		err = errReadOnly
	}
	return err
}

// withoutURL keeps the password in a connection URL out of errors.
func withoutURL(err error) error {
	if strings.Contains(err.Error(), "://") {
		return errors.New("the database URL cannot be parsed")
	}
	return err
}
