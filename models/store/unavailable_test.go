package store_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models/store"
)

// sqliteError is an error of the SQLite driver.
type sqliteError int

func (e sqliteError) Error() string { return "sqlite" }
func (e sqliteError) Code() int     { return int(e) }

func state(code string) error { return &pgconn.PgError{Code: code} }

func TestAttemptToConnectMayTakeAsLongAsAWrite(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]time.Duration{
		"postgres://one/stile":                       time.Minute,
		"postgres://one/stile?sslmode=prefer":        time.Minute, // tried twice, with and without TLS
		"postgres://one/stile?connect_timeout=3":     3 * time.Second,
		"postgres://one,two/stile":                   700 * time.Millisecond,
		"postgres://one,two/stile?connect_timeout=3": 3 * time.Second,
	} {
		got, err := store.ConnectTimeout(url, time.Minute)
		require.NoError(t, err, url)
		require.Equal(t, want, got, url)
	}
}

func TestErrorsOfTheConnectionAreOutages(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		state("08006"), state("57P01"), state("57P03"), state("53300"), state("53100"), state("40001"), state("25006"),
		state("58030"), state("55P03"), &pgconn.ConnectError{},
		sqliteError(5), sqliteError(5 | 2<<8), sqliteError(8), sqliteError(9), sqliteError(10 | 13<<8), sqliteError(13),
		sqliteError(14), driver.ErrBadConn, sql.ErrTxDone, sql.ErrConnDone, pgx.ErrTxClosed, io.ErrUnexpectedEOF,
		context.DeadlineExceeded, &net.OpError{Op: "read", Err: syscall.ECONNRESET},
	} {
		require.True(t, store.Temporary(fmt.Errorf("look up: %w", err)), "%v", err)
	}
	for _, err := range []error{
		state("23505"), state("22021"), state(""), state("0A000"), sqliteError(1), sqliteError(11), errors.New("x"),
		sql.ErrNoRows,
	} {
		require.False(t, store.Temporary(fmt.Errorf("look up: %w", err)), "%v", err)
	}
}
