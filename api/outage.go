package api

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"slices"
)

// outage reports whether err means that the database could not answer, rather than that we asked it nonsense.
func (a *API) outage(ctx context.Context, err error) bool {
	switch {
	case errors.Is(err, errPanic):
		return false
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), brokenConnection(err):
		return true
	default:
		return busyDatabase(err) || a.store.Ping(context.WithoutCancel(ctx)) != nil
	}
}

func brokenConnection(err error) bool {
	// ErrTxDone: the time of a transaction ran out between two of its statements.
	for _, cause := range []error{driver.ErrBadConn, sql.ErrConnDone, sql.ErrTxDone, io.EOF, io.ErrUnexpectedEOF} {
		if errors.Is(err, cause) {
			return true
		}
	}
	var network net.Error
	return errors.As(err, &network)
}

// The states in which a database refuses for now. The drivers' error types differ; each has one of these two methods.
var (
	// Classes of SQLSTATE: connection lost, rolled back for another transaction, out of resources, shut down.
	busyClasses = []string{"08", "40", "53", "57"}
	// 25006 is a read-only transaction: we are still connected to what is no longer the primary.
	stateReadOnly = "25006"
	// SQLITE_BUSY, SQLITE_LOCKED, SQLITE_INTERRUPT.
	busyCodes = []int{5, 6, 9}
)

func busyDatabase(err error) bool {
	var postgres interface{ SQLState() string }
	if errors.As(err, &postgres) {
		state := postgres.SQLState()
		return state == stateReadOnly || len(state) == 5 && slices.Contains(busyClasses, state[:2])
	}
	var sqlite interface{ Code() int }
	return errors.As(err, &sqlite) && slices.Contains(busyCodes, sqlite.Code()&0xff)
}
