package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// ErrUnavailable says that the database could not carry out a statement now: it is away, full, read-only or busy. The
// statement itself was sound, so it may succeed later. Test for it with errors.Is.
var ErrUnavailable = errors.New("the database is unavailable")

// unavailableError is a cause that passes.
type unavailableError struct{ cause error }

func (e *unavailableError) Error() string        { return ErrUnavailable.Error() + ": " + e.cause.Error() }
func (e *unavailableError) Unwrap() error        { return e.cause }
func (e *unavailableError) Is(target error) bool { return target == ErrUnavailable }

// commitLostError says that the connection ended before the commit was answered: the transaction may or may not stand.
type commitLostError struct{ cause error }

func (e *commitLostError) Error() string { return "the commit was not answered: " + e.cause.Error() }
func (e *commitLostError) Unwrap() error { return e.cause }

// classify marks an error of a driver as ErrUnavailable where it is one.
func (s *Store) classify(err error) error {
	if err == nil || errors.Is(err, ErrUnavailable) || !(s.closed.Load() || passes(err)) {
		return err
	}
	if s.primary != nil && !errors.Is(err, context.Canceled) { // a client that left says nothing of the server
		s.primary.suspect()
	}
	return &unavailableError{cause: err}
}

// passes reports whether err says that the database cannot answer now, rather than that the statement was wrong.
func passes(err error) bool {
	var postgres *pgconn.PgError
	var connect *pgconn.ConnectError
	var sqlite interface{ Code() int }
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return false
	case errors.As(err, &connect): // also where the server answered, and refused
		return true
	case errors.As(err, &postgres):
		return passingState(postgres.Code)
	case errors.As(err, &sqlite):
		return slices.Contains(passingCodes, sqlite.Code()&0xff)
	default:
		return broken(err)
	}
}

// The connection ended, or the time to use it did.
var brokenCauses = []error{
	driver.ErrBadConn, sql.ErrConnDone, sql.ErrTxDone, io.EOF, io.ErrUnexpectedEOF, pgx.ErrTxClosed,
	context.DeadlineExceeded, context.Canceled,
}

func broken(err error) bool {
	if slices.ContainsFunc(brokenCauses, func(cause error) bool { return errors.Is(err, cause) }) {
		return true
	}
	var network net.Error
	// What pgx has not sent it would send again on another connection.
	return errors.As(err, &network) || pgconn.SafeToRetry(err)
}

// The states in which a database refuses for now.
var (
	// Classes of SQLSTATE: connection lost, rolled back for another transaction, out of resources, shut down or
	// starting, failure of the system.
	passingClasses = []string{"08", "40", "53", "57", "58"}
	// passingStates are a read-only transaction, because the server is no longer the primary, and a lock that was not
	// to be had in time.
	passingStates = []string{stateReadOnly, stateLockTimeout}
	// SQLITE_BUSY, LOCKED, NOMEM, READONLY, INTERRUPT, IOERR, FULL, CANTOPEN, PROTOCOL.
	passingCodes = []int{5, 6, 7, 8, 9, 10, 13, 14, 15}
)

const (
	stateReadOnly    = "25006"
	stateLockTimeout = "55P03"
	stateDuplicate   = "23505"
	stateDangling    = "23503"
	// codeDangling is SQLITE_CONSTRAINT_FOREIGNKEY.
	codeDangling = 787
)

// dangles reports whether a row was refused because it names one that is not there.
func dangles(err error) bool {
	var postgres *pgconn.PgError
	if errors.As(err, &postgres) {
		return postgres.Code == stateDangling
	}
	var sqlite interface{ Code() int }
	return errors.As(err, &sqlite) && sqlite.Code() == codeDangling
}

// lockedOut reports whether a statement gave up its wait for a lock.
func lockedOut(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && refused.Code == stateLockTimeout
}

// duplicate reports whether PostgreSQL refused a row whose key is taken.
func duplicate(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && refused.Code == stateDuplicate
}

func passingState(state string) bool {
	return slices.Contains(passingStates, state) || len(state) == 5 && slices.Contains(passingClasses, state[:2])
}

// postgresDialector and sqliteDialector have every error of gorm pass through classify, those of begin, commit and of
// reading rows included.
type postgresDialector struct {
	gormPostgres
	store *Store
}

// Translate implements gorm.ErrorTranslator.
func (d postgresDialector) Translate(err error) error { return d.store.classify(err) }

type sqliteDialector struct {
	gormSQLite
	store *Store
}

// Translate implements gorm.ErrorTranslator.
func (d sqliteDialector) Translate(err error) error { return d.store.classify(err) }
