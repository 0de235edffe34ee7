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
// and pgx reads in the background meanwhile.
type slowConnection struct {
	net.Conn
	slow    *atomic.Bool
	reads   chan struct{} // the beginning of each read
	expired chan struct{} // the end of each read at a deadline
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
	}
	return n, err
}

// The background read fails at the deadline that ends the first query, after that query was answered.
func TestAQueryDoesNotGetTheTimeoutOfTheQueryBefore(t *testing.T) {
	t.Parallel()
	slow := slowConnection{slow: &atomic.Bool{}, reads: make(chan struct{}, 10), expired: make(chan struct{}, 10)}
	db, err := store.OpenOne(pgtest.NewDatabase(t), func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		return slowConnection{conn, slow.slow, slow.reads, slow.expired}, err
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })

	query := func() error {
		var answer int
		return db.QueryRowContext(t.Context(), "SELECT 2").Scan(&answer)
	}
	require.NoError(t, query())
	require.NoError(t, query()) // the first use of a connection after its first one is always checked

	leave(t, db, slow)

	require.NoError(t, query())
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
