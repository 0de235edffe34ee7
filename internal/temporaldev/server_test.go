package temporaldev_test

import (
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"

	"github.com/stile-id/stile/internal/pgtest"
	"github.com/stile-id/stile/internal/temporaldev"
)

func TestInMemoryServersRunSideBySide(t *testing.T) {
	t.Parallel()
	for i := range 3 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			c := dial(t, start(t, temporaldev.Options{}))
			require.Equal(t, "done", result(t, execute(t, c, "same-id-in-each", passThrough)))
			listed(t, c, "verified", "same-id-in-each")
		})
	}
}

func TestAddedNamespacesRunSideBySide(t *testing.T) {
	t.Parallel()
	s := start(t, temporaldev.Options{WithoutNamespaceWorkers: true})
	for _, namespace := range []string{"first", "second", "second"} {
		require.NoError(t, s.AddNamespace(t.Context(), namespace), "an existing namespace stays")
	}
	for _, namespace := range []string{"default", "first", "second"} {
		c := dialNamespace(t, s, namespace)
		require.Equal(t, "done", result(t, execute(t, c, "same-id-in-each", passThrough)))
		listed(t, c, "verified", "same-id-in-each")
	}
}

func TestWorkflowSurvivesARestart(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "temporal #1?.db")
	t.Run("before", func(t *testing.T) {
		c := dial(t, start(t, temporaldev.Options{DatabaseFile: file}))
		executeWaiting(t, c, "waiting")
	})
	c := dial(t, start(t, temporaldev.Options{DatabaseFile: file}))
	listed(t, c, "created", "waiting")
	require.NoError(t, c.SignalWorkflow(t.Context(), "waiting", "", goOn, "told"))
	require.Equal(t, "told", result(t, c.GetWorkflow(t.Context(), "waiting", "")))
}

func TestRestartMayAddSearchAttributes(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "temporal.db")
	first, err := temporaldev.Start(t.Context(), temporaldev.Options{DatabaseFile: file})
	require.NoError(t, err)
	first.Stop()

	c := dial(t, start(t, temporaldev.Options{DatabaseFile: file}))
	execute(t, c, "attributes", passThrough)
	listed(t, c, "verified", "attributes")

	_, err = temporaldev.Start(t.Context(), temporaldev.Options{
		DatabaseFile:     file,
		SearchAttributes: map[string]enumspb.IndexedValueType{"StileReview": enumspb.INDEXED_VALUE_TYPE_INT},
	})
	require.ErrorContains(t, err, "StileReview")
}

func TestPostgresKeepsTheState(t *testing.T) {
	t.Parallel()
	cluster, err := pgtest.Start(filepath.Join(t.TempDir(), "cluster"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, cluster.Stop()) })
	url := cluster.URL("postgres")

	t.Run("before", func(t *testing.T) {
		c := dial(t, start(t, temporaldev.Options{PostgresURL: url}))
		execute(t, c, "passed", passThrough)
		listed(t, c, "verified", "passed")
		executeWaiting(t, c, "waiting")
	})
	dropIndexes(t, cluster.URL("temporal_visibility"))
	c := dial(t, start(t, temporaldev.Options{PostgresURL: url}))
	require.NoError(t, c.SignalWorkflow(t.Context(), "waiting", "", goOn, "told"))
	require.Equal(t, "told", result(t, c.GetWorkflow(t.Context(), "waiting", "")))
	listed(t, c, "verified", "passed")
}

func TestUIAnswers(t *testing.T) {
	t.Parallel()
	s := start(t, temporaldev.Options{UIAddress: "127.0.0.1:0"})
	for _, path := range []string{"/", "/api/v1/namespaces/default"} {
		response, err := http.Get(s.UIURL() + path)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusOK, response.StatusCode, path)
	}
	s.Stop()
	s.Stop()
	_, err := net.Dial("tcp", s.FrontendAddress())
	require.Error(t, err)
}

func TestReturnedAddressCanBeDialled(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"localhost:0", ":0", "0.0.0.0:0"} {
		t.Run(address, func(t *testing.T) {
			t.Parallel()
			s := start(t, temporaldev.Options{FrontendAddress: address, Namespace: "stile"})
			require.Contains(t, s.FrontendAddress(), "127.0.0.1:")
			require.Empty(t, s.UIURL())
		})
	}
}

func TestTakenAddressIsAnError(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()

	_, err = temporaldev.Start(t.Context(), temporaldev.Options{FrontendAddress: taken.Addr().String()})
	require.ErrorContains(t, err, taken.Addr().String())
	_, err = temporaldev.Start(t.Context(), temporaldev.Options{UIAddress: taken.Addr().String()})
	require.ErrorContains(t, err, taken.Addr().String())
}
