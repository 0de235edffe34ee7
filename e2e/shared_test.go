package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
	temporal "go.temporal.io/sdk/client"

	"github.com/stile-id/stile/internal/pgtest"
	"github.com/stile-id/stile/internal/temporaltest"
	"github.com/stile-id/stile/internal/testkit"
)

// ownCluster starts a PostgreSQL cluster for one test and returns the URL of a database for Stile on it.
func ownCluster(t *testing.T) (cluster *pgtest.Cluster, database string) {
	t.Helper()
	cluster, err := pgtest.Start(filepath.Join(t.TempDir(), "cluster"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, cluster.Stop()) })
	conn, err := pgx.Connect(t.Context(), cluster.URL("postgres"))
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "CREATE DATABASE stile")
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))
	return cluster, cluster.URL("stile")
}

// sharedTemporal starts the Temporal server of all tests that need one only as a service. Each of their stacks has a
// namespace of its own. Tests that stop a server, or set its state back, have their own.
var sharedTemporal = sync.OnceValues(func() (*temporaltest.Server, error) {
	return temporaltest.Start(context.Background(), temporaltest.Options{Log: os.Stderr})
})

// namespaces counts the namespaces of stacks.
var namespaces atomic.Int64

// newNamespace returns the address of the shared Temporal server and a new namespace there.
func newNamespace(t *testing.T) (address, namespace string) {
	t.Helper()
	namespace = fmt.Sprintf("stack-%d", namespaces.Add(1))
	return namespaceOf(t, namespace), namespace
}

// namespaceOf creates a namespace of the shared Temporal server, unless it exists, and returns the server's address.
func namespaceOf(t *testing.T, namespace string) (address string) {
	t.Helper()
	server, err := sharedTemporal()
	require.NoError(t, err)
	require.NoError(t, server.AddNamespace(namespace))
	return server.FrontendAddress()
}

// temporalOn runs a Temporal server with its state on the cluster and returns its address.
func temporalOn(t *testing.T, cluster *pgtest.Cluster) string {
	t.Helper()
	server, err := temporaltest.Start(t.Context(), temporaltest.Options{
		PostgresURL: cluster.URL("postgres"), Log: testLog{t},
	})
	require.NoError(t, err)
	t.Cleanup(server.Kill)
	return server.FrontendAddress()
}

// run starts a command that ends with the test. It shows the command's log if the test fails.
func run(t *testing.T, command *exec.Cmd, name string) {
	t.Helper()
	log, err := os.Create(filepath.Join(t.TempDir(), name+".log"))
	require.NoError(t, err)
	command.Stderr = log
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		end(command)
		_ = log.Close()
		if t.Failed() {
			said, _ := os.ReadFile(log.Name())
			t.Logf("%s: %s", name, said)
		}
	})
}

// end kills a command, unless it has been killed already.
func end(command *exec.Cmd) {
	_ = command.Process.Kill()
	_ = command.Wait()
}

// nothingRuns waits until a Temporal server has no open run.
func nothingRuns(t *testing.T, address string) {
	t.Helper()
	c, err := temporal.DialContext(t.Context(), temporal.Options{HostPort: address})
	require.NoError(t, err)
	defer c.Close()
	testkit.Eventually(t, func() bool {
		open, err := c.CountWorkflow(t.Context(),
			&workflowservice.CountWorkflowExecutionsRequest{Query: "ExecutionStatus = 'Running'"})
		return err == nil && open.GetCount() == 0
	})
}
