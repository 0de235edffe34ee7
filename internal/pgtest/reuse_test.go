package pgtest_test

import (
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/pgtest"
	"github.com/stile-id/stile/internal/testkit"
)

// reused returns a copy of a template with an empty and a filled table.
func reused(t *testing.T, template string) (url string) {
	t.Helper()
	return pgtest.ReusedDatabase(t, template, func(url string) error {
		conn, err := pgx.Connect(t.Context(), url)
		if err != nil {
			return err
		}
		_, err = conn.Exec(t.Context(), `CREATE TABLE seed AS SELECT generate_series(1, 100) AS n;
			CREATE TABLE parent (id INT PRIMARY KEY);
			CREATE TABLE child (id INT NOT NULL REFERENCES parent)`)
		return errors.Join(err, conn.Close(t.Context()))
	})
}

// session is a connection, by its database and its process of the server.
type session struct {
	database string
	process  uint32
}

func sessionOf(conn *pgx.Conn) session {
	return session{conn.Config().Database, conn.PgConn().PID()}
}

// hangUp closes a connection.
func hangUp(t *testing.T, conn *pgx.Conn) {
	t.Helper()
	require.NoError(t, conn.Close(t.Context()))
}

// untilReused calls test, as tests of their own, until it returns the database or session of an earlier call. A busy
// machine may end a session too late to keep it, or its database.
func untilReused[T comparable](t *testing.T, test func(t *testing.T) T) {
	t.Helper()
	seen := map[T]bool{}
	testkit.Eventually(t, func() (reused bool) {
		passed := t.Run("test", func(t *testing.T) {
			had := test(t)
			reused = seen[had]
			seen[had] = true
		})
		return reused || !passed
	})
}

func TestReusedDatabaseHasNoRowsOfEarlierTests(t *testing.T) {
	t.Parallel()
	untilReused(t, func(t *testing.T) string {
		url := reused(t, "rows")
		require.Equal(t, 100, count(t, url, "SELECT count(*) FROM seed"))
		require.Zero(t, count(t, url, "SELECT count(*) FROM parent"))
		execute(t, url, "INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1)")
		return databaseOf(t, url)
	})
}

func TestChangedDatabaseIsDropped(t *testing.T) {
	t.Parallel()
	observer := pgtest.NewDatabase(t)
	for name, change := range map[string]string{
		"column":      "ALTER TABLE parent ADD COLUMN more INT",
		"nullability": "ALTER TABLE child ALTER COLUMN id DROP NOT NULL",
		"constraint":  "ALTER TABLE child DROP CONSTRAINT child_id_fkey",
		"index":       "CREATE INDEX one_more ON child (id)",
		"table":       "CREATE TABLE one_more (n INT)",
		"function":    "CREATE FUNCTION one() RETURNS INT LANGUAGE sql AS 'SELECT 1'",
		"privilege":   "GRANT SELECT ON parent TO PUBLIC",
		"schema":      "REVOKE ALL ON SCHEMA public FROM PUBLIC",
		"setting":     "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''1MB''', current_database()); END $$",
		"seeded row":  "UPDATE seed SET n = n WHERE n = 7",
		"lost row":    "DELETE FROM seed WHERE n = 7",
		"statistics":  "ANALYZE seed",
	} {
		var database string
		t.Run(name, func(t *testing.T) {
			url := reused(t, "changes")
			database = databaseOf(t, url)
			execute(t, url, change)
		})
		require.Zero(t, count(t, observer, "SELECT count(*) FROM pg_database WHERE datname = '"+database+"'"), name)
	}
}

func databaseOf(t *testing.T, url string) string {
	t.Helper()
	config, err := pgx.ParseConfig(url)
	require.NoError(t, err)
	return config.Database
}

func TestReusedConnectionIsLikeANewOne(t *testing.T) {
	t.Parallel()
	untilReused(t, func(t *testing.T) session {
		conn := connect(t, reused(t, "settings"))
		defer hangUp(t, conn)
		var left int
		require.NoError(t, conn.QueryRow(t.Context(), `SELECT
			(SELECT count(*) FROM pg_settings WHERE name = 'work_mem' AND source = 'session') +
			(SELECT count(*) FROM pg_class WHERE relname = 'mine') +
			(SELECT count(*) FROM pg_listening_channels()) +
			(SELECT count(*) FROM pg_prepared_statements WHERE name = 'one') +
			(SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid())`,
			pgx.QueryExecModeExec).Scan(&left))
		require.Zero(t, left)
		for _, statement := range []string{
			"SET work_mem = '1MB'", "CREATE TEMPORARY TABLE mine (n INT)", "LISTEN news", "PREPARE one AS SELECT 1",
			"SELECT pg_advisory_lock(1)",
		} {
			_, err := conn.Exec(t.Context(), statement)
			require.NoError(t, err)
		}
		return sessionOf(conn)
	})
}

// Connections that an earlier test had opened do not have the settings either.
func TestSettingsOfADatabaseReachLaterConnections(t *testing.T) {
	t.Parallel()
	untilReused(t, func(t *testing.T) session {
		url := reused(t, "settings of later connections")
		conns := []*pgx.Conn{connect(t, url), connect(t, url)}
		had := sessionOf(conns[1])
		for _, conn := range conns {
			hangUp(t, conn)
		}
		return had
	})
	url := reused(t, "settings of later connections")
	execute(t, url, "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''1MB''', current_database()); END $$")
	later := connect(t, url)
	defer hangUp(t, later)
	var memory string
	require.NoError(t, later.QueryRow(t.Context(), "SHOW work_mem").Scan(&memory))
	require.Equal(t, "1MB", memory)
}

// Many tests that begin and end at once have no database together.
func TestConcurrentTestsHaveDatabasesOfTheirOwn(t *testing.T) {
	t.Parallel()
	for range 40 {
		t.Run("test", func(t *testing.T) {
			t.Parallel()
			url := reused(t, "concurrent")
			require.Zero(t, count(t, url, "SELECT count(*) FROM parent"))
			execute(t, url, "INSERT INTO parent VALUES (1)")
			require.Equal(t, 1, count(t, url, "SELECT count(*) FROM parent"))
		})
	}
}

func TestClientsOfATestShareNoConnection(t *testing.T) {
	t.Parallel()
	url := reused(t, "clients")
	first := connect(t, url)
	_, err := first.Exec(t.Context(),
		"DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''1MB''', current_database()); END $$")
	require.NoError(t, err)
	hangUp(t, first)
	second := connect(t, url)
	require.NotEqual(t, sessionOf(first), sessionOf(second))
	var memory string
	require.NoError(t, second.QueryRow(t.Context(), "SHOW work_mem").Scan(&memory))
	require.Equal(t, "1MB", memory)
	hangUp(t, second)
}

func TestClosedConnectionRollsBack(t *testing.T) {
	t.Parallel()
	url := reused(t, "transactions")
	conn := connect(t, url)
	_, err := conn.Exec(t.Context(), "BEGIN; LOCK TABLE parent; INSERT INTO parent VALUES (1)")
	require.NoError(t, err)
	hangUp(t, conn)
	require.Zero(t, count(t, url, "SELECT count(*) FROM parent"), "nothing holds the lock")
}

func TestConnectionLeftOpenIsClosedAfterItsTest(t *testing.T) {
	t.Parallel()
	var left *pgx.Conn
	t.Run("leaves it", func(t *testing.T) {
		left = connect(t, reused(t, "left"))
		_, err := left.Exec(t.Context(), "BEGIN; INSERT INTO parent VALUES (1)")
		require.NoError(t, err)
	})
	_, err := left.Exec(t.Context(), "COMMIT")
	require.Error(t, err)
	require.Zero(t, count(t, reused(t, "left"), "SELECT count(*) FROM parent"))
}

func TestStatementOnAReusedDatabaseIsCancelled(t *testing.T) {
	t.Parallel()
	url := reused(t, "cancelled")
	conn := connect(t, url)
	ended := make(chan error, 1)
	go func() {
		_, err := conn.Exec(t.Context(), "SELECT pg_sleep(600)")
		ended <- err
	}()
	testkit.Eventually(t, func() bool {
		return count(t, url, `SELECT count(*) FROM pg_stat_activity
			WHERE query = 'SELECT pg_sleep(600)' AND state = 'active' AND datname = current_database()`) == 1
	})
	require.NoError(t, conn.PgConn().CancelRequest(t.Context()))
	var refused *pgconn.PgError
	require.ErrorAs(t, testkit.Receive(t, ended), &refused)
	require.Equal(t, "57014", refused.Code) // query_canceled
	hangUp(t, conn)
}

func TestRefusalOfTheServerReachesTheClient(t *testing.T) {
	t.Parallel()
	config, err := pgx.ParseConfig(reused(t, "refused"))
	require.NoError(t, err)
	config.User = "nobody_of_that_name"
	_, err = pgx.ConnectConfig(t.Context(), config)
	var refused *pgconn.PgError
	require.ErrorAs(t, err, &refused)
}
