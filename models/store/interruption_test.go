package store_test

import (
	"context"
	"database/sql"
	"errors"
	"net"
	"os"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/pgtest"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/models/store"
)

// slowConnection is a connection of a busy machine: while slow is set, a write returns after its answer has been read,
// and pgx reads in the background meanwhile. If late is set too, one write returns after its query's context has ended,
// and is the last slow one.
type slowConnection struct {
	net.Conn
	slow, late *atomic.Bool
	reads      chan struct{} // the beginning of each read
	expired    chan struct{} // the end of each read at a deadline
}

func (c slowConnection) Read(p []byte) (int, error) {
	if c.slow.Load() {
		c.reads <- struct{}{}
	}
	n, err := c.Conn.Read(p)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		c.expired <- struct{}{}
	}
	return n, err
}

func (c slowConnection) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if c.slow.Load() {
		<-c.reads // of the answer
		<-c.reads // of what follows
		if c.late.CompareAndSwap(true, false) {
			c.slow.Store(false)
			<-c.expired
		}
	}
	return n, err
}

// The background read fails at the deadline that ends the first query, after that query was answered.
func TestAQueryDoesNotGetTheTimeoutOfTheQueryBefore(t *testing.T) {
	t.Parallel()
	db, slow := openSlow(t)
	require.NoError(t, query(t, db))
	require.NoError(t, query(t, db)) // the first use of a connection after its first one is always checked

	leave(t, db, slow)

	require.NoError(t, query(t, db))
}

// The check of a connection has half a second, and may be answered as that ends.
func TestAQueryDoesNotGetTheTimeoutOfTheCheckBefore(t *testing.T) {
	t.Parallel()
	db, slow := openSlow(t)
	require.NoError(t, query(t, db))

	slow.late.Store(true)
	slow.slow.Store(true)
	require.NoError(t, query(t, db), "the first use of a connection after its first one is checked")

	require.False(t, slow.late.Load(), "the check was late")
}

// openSlow returns a pool of one connection to PostgreSQL, which is not slow yet.
func openSlow(t *testing.T) (*sql.DB, slowConnection) {
	t.Helper()
	slow := slowConnection{
		slow: &atomic.Bool{}, late: &atomic.Bool{}, reads: make(chan struct{}, 10), expired: make(chan struct{}, 10),
	}
	db, err := store.OpenOne(pgtest.NewDatabase(t), func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		return slowConnection{conn, slow.slow, slow.late, slow.reads, slow.expired}, err
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db, slow
}

func query(t *testing.T, db *sql.DB) error {
	t.Helper()
	var answer int
	return db.QueryRowContext(t.Context(), "SELECT 2").Scan(&answer)
}

// leave sends a query whose context ends after its answer has arrived and before its rows are read.
func leave(t *testing.T, db *sql.DB, slow slowConnection) {
	t.Helper()
	conn, err := db.Conn(t.Context())
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close()) }()
	require.NoError(t, conn.Raw(func(driver any) error {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		slow.slow.Store(true)
		rows, err := driver.(*stdlib.Conn).Conn().Query(ctx, "SELECT 1", pgx.QueryExecModeSimpleProtocol)
		slow.slow.Store(false)
		if err != nil {
			return err
		}
		cancel()
		testkit.Receive(t, slow.expired)
		rows.Close()
		return rows.Err()
	}))
}
