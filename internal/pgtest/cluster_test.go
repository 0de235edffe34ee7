package pgtest_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/pgtest"
	"github.com/stile-id/stile/internal/testkit"
)

// childVariable makes this test binary start a cluster there and wait to be killed.
const childVariable = "PGTEST_CHILD_FOLDER"

func startCluster(t *testing.T) *pgtest.Cluster {
	t.Helper()
	c, err := pgtest.Start(filepath.Join(t.TempDir(), "cluster"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Stop()) })
	return c
}

func TestCommitSurvivesAnImmediateStop(t *testing.T) {
	t.Parallel()
	c := startCluster(t)
	url := c.URL("postgres")
	execute(t, url, "CREATE TABLE kept (n INT)")
	for range 50 {
		execute(t, url, "INSERT INTO kept VALUES (1)")
	}

	require.NoError(t, c.Stop())
	require.NoError(t, c.Stop(), "a second call does nothing")
	_, err := pgx.Connect(t.Context(), url)
	require.Error(t, err)

	require.NoError(t, c.Restart())
	require.Equal(t, url, c.URL("postgres"))
	require.Equal(t, 50, count(t, url, "SELECT count(*) FROM kept"))
}

func TestDeadlockIsReported(t *testing.T) {
	t.Parallel()
	c := startCluster(t)
	url := c.URL("postgres")
	execute(t, url, "CREATE TABLE locked (n INT)")
	execute(t, url, "INSERT INTO locked VALUES (1), (2)")
	require.NoError(t, c.Deadlocks())

	one, other := connect(t, url), connect(t, url)
	lock := func(conn *pgx.Conn, n string) error {
		_, err := conn.Exec(t.Context(), "UPDATE locked SET n = n WHERE n = "+n)
		return err
	}
	for conn, n := range map[*pgx.Conn]string{one: "1", other: "2"} {
		_, err := conn.Exec(t.Context(), "BEGIN")
		require.NoError(t, err)
		require.NoError(t, lock(conn, n))
	}
	second := make(chan error, 1)
	go func() { second <- lock(one, "2") }()
	require.Error(t, errors.Join(lock(other, "1"), <-second), "one of the two loses")
	require.ErrorContains(t, c.Deadlocks(), "UPDATE locked SET n = n WHERE n = 1")
	for _, conn := range []*pgx.Conn{one, other} {
		require.NoError(t, conn.Close(t.Context()))
	}
}

func TestFolderIsUsedAgain(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "cluster")
	first, err := pgtest.Start(dir)
	require.NoError(t, err)
	execute(t, first.URL("postgres"), "CREATE TABLE kept (n INT)")
	require.NoError(t, first.Stop())

	second, err := pgtest.Start(dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, second.Stop()) })
	require.Zero(t, count(t, second.URL("postgres"), "SELECT count(*) FROM kept"))
}

func TestAClusterDiesWithItsProcess(t *testing.T) {
	t.Parallel()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$", "-test.bench=^BenchmarkClusterToKill$")
	child.Env = append(os.Environ(), childVariable+"="+filepath.Join(t.TempDir(), "cluster"))
	output, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())

	var url string
	for lines := bufio.NewScanner(output); url == "" && lines.Scan(); {
		_, url, _ = strings.Cut(lines.Text(), "cluster at ")
	}
	require.NotEmpty(t, url)
	require.NoError(t, child.Process.Kill())
	require.Error(t, child.Wait())

	testkit.Eventually(t, func() bool {
		conn, err := pgx.Connect(t.Context(), url)
		if err == nil {
			_ = conn.Close(t.Context())
		}
		return err != nil
	})
}

// BenchmarkClusterToKill measures nothing: it is the main of the process that TestAClusterDiesWithItsProcess kills,
// under a name that no plain test run calls.
func BenchmarkClusterToKill(b *testing.B) {
	dir := os.Getenv(childVariable)
	require.NotEmpty(b, dir, "only TestAClusterDiesWithItsProcess starts this")
	c, err := pgtest.Start(dir)
	require.NoError(b, err)
	fmt.Println("cluster at " + c.URL("postgres"))
	select {} // until killed
}
