package api_test

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
	"github.com/stile-id/stile/internal/storetest"
)

// database opens the database of e beside its store.
func (e *env) database() *sql.DB {
	e.t.Helper()
	return storetest.Beside(e.t, sqliteScheme+e.path)
}

func (e *env) exec(db *sql.DB, statement string) {
	e.t.Helper()
	_, err := db.ExecContext(e.t.Context(), statement)
	require.NoError(e.t, err)
}

func TestLostRateTableRefusesNoRequest(t *testing.T) {
	t.Parallel()
	e := newEnv(
		t,
		func(o *api.Options) { o.Config.RateLimitSecret = 100 },
	) // low enough that every request is counted in the database
	e.exec(e.database(), "DROP TABLE rate_windows")
	e.client = e.unchecked // the specification requires the headers
	ans := e.isOK(e.do("GET", "/v1/workflows", e.sandbox.secret, nil), 200)
	require.Empty(t, ans.header.Get("X-RateLimit-Limit"))
	require.Contains(t, e.log.String(), "rate limit is not counted, so the request passes")
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
	failure := e.isError(e.do("GET", "/readyz", "", nil), 503, "service_unavailable")
	require.Equal(t, "Not ready: schema is not up to date", failure["message"])
}
