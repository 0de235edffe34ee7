package api_test

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
)

// database is a second connection to the database of e, to do what no store would.
func (e *env) database() *sql.DB {
	e.t.Helper()
	db, err := sql.Open("sqlite", "file:"+e.path)
	require.NoError(e.t, err)
	db.SetMaxOpenConns(1)
	e.t.Cleanup(func() { _ = db.Close() })
	return db
}

func (e *env) exec(db *sql.DB, statement string) {
	e.t.Helper()
	_, err := db.ExecContext(e.t.Context(), statement)
	require.NoError(e.t, err)
}

func TestLostRateTableStopsNobody(t *testing.T) {
	t.Parallel()
	e := newEnv(t, func(o *api.Options) { o.Config.RateLimitSecret = 100 }) // of which every request is counted there
	e.exec(e.database(), "DROP TABLE rate_windows")
	e.client = e.unchecked // the specification promises the headers
	ans := e.isOK(e.do("GET", "/v1/workflows", e.sandbox.secret, nil), 200)
	require.Empty(t, ans.header.Get("X-RateLimit-Limit"))
	require.Contains(t, e.log.String(), "rate limit is not counted")
}

func TestUnknownDatabaseErrorIsInternal(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.exec(e.database(), "ALTER TABLE workflows RENAME TO elsewhere")
	ans := e.do("GET", "/v1/workflows", e.sandbox.secret, nil)
	e.isError(ans, 500, "internal_error")
	require.NotContains(t, string(ans.body), "workflows")
	require.Contains(t, e.log.String(), "no such table")
}

func TestNotMigrated(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.exec(e.database(), "DELETE FROM goose_db_version WHERE version_id > 0")
	e.isError(e.do("GET", "/readyz", "", nil), 503, "service_unavailable")
}

// stateError and codeError are what the drivers' errors look like to us.
type stateError string

func (e stateError) Error() string    { return string(e) }
func (e stateError) SQLState() string { return string(e) }

type codeError int

func (e codeError) Error() string { return "sqlite" }
func (e codeError) Code() int     { return int(e) }

func TestWhatCountsAsAnOutage(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		stateError("08006"), stateError("57P01"), stateError("53300"), stateError("40001"), stateError("25006"),
		codeError(5), codeError(5 | 2<<8), codeError(9), driver.ErrBadConn, sql.ErrTxDone, io.ErrUnexpectedEOF,
		&net.OpError{Op: "dial", Err: errors.New("connection refused")},
	} {
		require.True(t, api.Transient(fmt.Errorf("look up: %w", err)), "%v", err)
	}
	for _, err := range []error{stateError("23505"), stateError("22021"), stateError(""), codeError(1), errors.New("x")} {
		require.False(t, api.Transient(fmt.Errorf("look up: %w", err)), "%v", err)
	}
}
