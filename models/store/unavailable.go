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

// ErrUnavailable reports that the database cannot execute statements now, because it is unreachable, full, read-only or
// busy. The same statement may succeed later. Use errors.Is.
var ErrUnavailable = errors.New("the database is unavailable")

// unavailableError is an ErrUnavailable with its cause.
type unavailableError struct{ cause error }

func (e *unavailableError) Error() string        { return ErrUnavailable.Error() + ": " + e.cause.Error() }
func (e *unavailableError) Unwrap() error        { return e.cause }
func (e *unavailableError) Is(target error) bool { return target == ErrUnavailable }

// commitLostError reports that the connection ended before the answer to the commit. The transaction may or may not be
// committed.
type commitLostError struct{ cause error }

func (e *commitLostError) Error() string { return "the commit was not answered: " + e.cause.Error() }
func (e *commitLostError) Unwrap() error { return e.cause }

// classify wraps a driver's error as ErrUnavailable if it is temporary.
func (s *Store) classify(err error) error {
	if err == nil || errors.Is(err, ErrUnavailable) || !(s.closed.Load() || temporary(err)) {
		return err
	}
	if s.primary != nil && !errors.Is(err, context.Canceled) { // a client that left does not concern the server
		s.primary.suspect()
	}
	return &unavailableError{cause: err}
}

// temporary reports whether err is temporary, and not the fault of the statement.
func temporary(err error) bool {
	var postgres *pgconn.PgError
	var connect *pgconn.ConnectError
	var sqlite interface{ Code() int }
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return false
	case errors.As(err, &connect): // includes a server that answered and refused
		return true
	case errors.As(err, &postgres):
		return temporaryState(postgres.Code)
	case errors.As(err, &sqlite):
		return slices.Contains(temporaryCodes, sqlite.Code()&0xff)
	default:
		return broken(err)
	}
}

// brokenCauses are the errors of an ended connection, or of an expired deadline.
var brokenCauses = []error{
	driver.ErrBadConn, sql.ErrConnDone, sql.ErrTxDone, io.EOF, io.ErrUnexpectedEOF, pgx.ErrTxClosed,
	context.DeadlineExceeded, context.Canceled,
}

func broken(err error) bool {
	if slices.ContainsFunc(brokenCauses, func(cause error) bool { return errors.Is(err, cause) }) {
		return true
	}
	var network net.Error
	// SafeToRetry reports that nothing was sent, because the connection was broken before.
	return errors.As(err, &network) || pgconn.SafeToRetry(err)
}

// The temporary states of a database.
var (
	// temporaryClasses are the classes of SQLSTATE for: connection lost, rolled back for another transaction, out of
	// resources, shut down or starting, failure of the system.
	temporaryClasses = []string{"08", "40", "53", "57", "58"}
	// temporaryStates are a read-only transaction, because the server is no longer the primary, and a lock timeout.
	temporaryStates = []string{stateReadOnly, stateLockTimeout}
	// temporaryCodes are SQLITE_BUSY, LOCKED, NOMEM, READONLY, INTERRUPT, IOERR, FULL, CANTOPEN and PROTOCOL.
	temporaryCodes = []int{5, 6, 7, 8, 9, 10, 13, 14, 15}
)

const (
	stateReadOnly    = "25006"
	stateLockTimeout = "55P03"
	stateDuplicate   = "23505"
	stateDangling    = "23503"
	// codeDangling is SQLITE_CONSTRAINT_FOREIGNKEY.
	codeDangling = 787
)

// dangles reports whether a row was refused because of a missing foreign key.
func dangles(err error) bool {
	var postgres *pgconn.PgError
	if errors.As(err, &postgres) {
		return postgres.Code == stateDangling
	}
	var sqlite interface{ Code() int }
	return errors.As(err, &sqlite) && sqlite.Code() == codeDangling
}

// lockedOut reports whether a statement hit the lock timeout.
func lockedOut(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && refused.Code == stateLockTimeout
}

// duplicate reports whether PostgreSQL refused a row with a duplicate key.
func duplicate(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && refused.Code == stateDuplicate
}

func temporaryState(state string) bool {
	return slices.Contains(temporaryStates, state) || len(state) == 5 && slices.Contains(temporaryClasses, state[:2])
}

// postgresDialector and sqliteDialector pass every error of gorm through classify, including those of begin, commit and
// reading rows.
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
