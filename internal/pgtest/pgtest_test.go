package pgtest_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/pgtest"
)

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	return conn
}

func execute(t *testing.T, url, statement string) {
	t.Helper()
	conn := connect(t, url)
	_, err := conn.Exec(t.Context(), statement)
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))
}

func count(t *testing.T, url, query string) (n int) {
	t.Helper()
	conn := connect(t, url)
	require.NoError(t, conn.QueryRow(t.Context(), query).Scan(&n))
	require.NoError(t, conn.Close(t.Context()))
	return n
}

func TestEachTestHasItsOwnDatabase(t *testing.T) {
	t.Parallel()
	for i := range 8 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			url := pgtest.NewDatabase(t)
			execute(t, url, "CREATE TABLE one (n INT)")
			execute(t, url, "INSERT INTO one VALUES (1)")
			require.Equal(t, 1, count(t, url, "SELECT count(*) FROM one"))
		})
	}
}

func TestADatabaseIsDroppedWithItsTest(t *testing.T) {
	t.Parallel()
	observer := pgtest.NewDatabase(t)
	var name string
	t.Run("leaves a connection open", func(t *testing.T) {
		name = connect(t, pgtest.NewDatabase(t)).Config().Database
	})
	conn := connect(t, observer)
	defer conn.Close(t.Context())
	var left int
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM pg_database WHERE datname = $1", name).Scan(&left))
	require.Zero(t, left)
}

func TestATemplateIsPreparedOnce(t *testing.T) {
	t.Parallel()
	var prepared atomic.Int32
	prepare := func(url string) error {
		prepared.Add(1)
		conn, err := pgx.Connect(t.Context(), url)
		if err != nil {
			return err
		}
		_, err = conn.Exec(t.Context(), "CREATE TABLE seed AS SELECT generate_series(1, 100) AS n")
		return errors.Join(err, conn.Close(t.Context()))
	}
	t.Run("copies", func(t *testing.T) {
		for i := range 6 {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				url := pgtest.NewDatabaseFromTemplate(t, "seeded", prepare)
				require.Equal(t, 100, count(t, url, "SELECT count(*) FROM seed"))
				execute(t, url, "DELETE FROM seed")
			})
		}
	})
	require.EqualValues(t, 1, prepared.Load())
}
