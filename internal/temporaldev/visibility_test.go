package temporaldev_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/server/common/persistence"

	"github.com/stile-id/stile/internal/pgtest"
	"github.com/stile-id/stile/internal/temporaldev"
	"github.com/stile-id/stile/internal/testkit"
)

// keptIndexes are the indexes that deploy/temporal/visibility.sql leaves, besides the key.
var keptIndexes = []string{
	"by_keyword_01", "by_keyword_02", "by_keyword_03", "by_keyword_04", "by_keyword_05", "by_parent_workflow_id",
	"by_root_workflow_id", "by_status", "by_temporal_namespace_division", "by_temporal_worker_deployment_version",
	"by_workflow_id", "by_workflow_type", "default_idx",
}

// dropIndexes executes deploy/temporal/visibility.sql twice, in the statements that temporal-sql-tool finds in it. If a
// new version of Temporal has further indexes, decide whether the file should drop them.
func dropIndexes(t *testing.T, visibility string) {
	t.Helper()
	file, err := os.Open("../../deploy/temporal/visibility.sql")
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	statements, err := persistence.LoadAndSplitQueryFromReaders([]io.Reader{file})
	require.NoError(t, err)
	conn := connect(t, visibility)
	for range 2 {
		for _, statement := range statements {
			_, err = conn.Exec(t.Context(), statement)
			require.NoError(t, err)
		}
	}
	require.ElementsMatch(t, append([]string{"executions_visibility_pkey"}, keptIndexes...), column(t, conn,
		"SELECT indexname FROM pg_indexes WHERE tablename = 'executions_visibility'"))
	source, err := os.ReadFile(file.Name())
	require.NoError(t, err)
	for _, index := range keptIndexes {
		require.NotContains(t, string(source), "'"+index+"'")
	}
}

func connect(t *testing.T, database string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), database)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close(context.WithoutCancel(t.Context()))) })
	return conn
}

func column(t *testing.T, conn *pgx.Conn, query string) []string {
	t.Helper()
	rows, err := conn.Query(t.Context(), query)
	require.NoError(t, err)
	values, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return values
}

// stileAttributes are those of package workflows, which this package does not import.
var stileAttributes = []string{"StileOrg", "StileWorkflow", "StileStatus", "StileReview", "StileJurisdiction"}

// documentedSearches returns the searches of docs/operations.md.
func documentedSearches(t *testing.T) (searches []string) {
	t.Helper()
	operations, err := os.ReadFile("../../docs/operations.md")
	require.NoError(t, err)
	for _, found := range regexp.MustCompile("`([A-Z][A-Za-z]+ = \"[^`]+)`").FindAllStringSubmatch(string(operations), -1) {
		searches = append(searches, found[1])
	}
	require.GreaterOrEqual(t, len(searches), 4)
	return searches
}

// Each search finds the one run with its value among thousands of others, by an index: the planner takes it by itself.
func TestSearchesUseTheIndexesOfVisibilityThatAreKept(t *testing.T) {
	t.Parallel()
	cluster, err := pgtest.Start(filepath.Join(t.TempDir(), "cluster"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, cluster.Stop()) })
	options := temporaldev.Options{
		PostgresURL: cluster.URL("postgres"), SearchAttributes: map[string]enumspb.IndexedValueType{},
	}
	for _, name := range stileAttributes {
		options.SearchAttributes[name] = enumspb.INDEXED_VALUE_TYPE_KEYWORD
	}
	s, err := temporaldev.Start(t.Context(), options)
	require.NoError(t, err)
	t.Cleanup(s.Stop)
	c, err := client.DialContext(t.Context(), client.Options{HostPort: s.FrontendAddress()})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	visibility := connect(t, cluster.URL("temporal_visibility"))
	dropIndexes(t, cluster.URL("temporal_visibility"))
	searched(t, c, visibility)

	searches := append(documentedSearches(t),
		"", `WorkflowId = "vks_1"`, `ExecutionStatus = "Running"`, `ParentWorkflowId = "parent"`,
		`RootWorkflowId = "root"`, `TemporalNamespaceDivision = "division"`,
		`TemporalWorkerDeploymentVersion = "stile:1" AND ExecutionStatus = "Running"`)
	for _, name := range stileAttributes {
		searches = append(searches, fmt.Sprintf("%s = %q", name, name))
	}
	for _, search := range searches {
		found, err := c.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{
			Query: search, PageSize: 20,
		})
		require.NoError(t, err, search)
		require.NotEmpty(t, found.Executions, search)
	}
	c.Close()
	s.Stop() // a connection adds its own to the statistics when it ends
	testkit.Eventually(t, func() bool {
		unused := column(t, visibility, "SELECT indexrelname FROM pg_stat_user_indexes WHERE idx_scan = 0 "+
			"AND relname = 'executions_visibility' AND indexrelname <> 'executions_visibility_pkey'")
		if len(unused) > 0 {
			t.Logf("not used: %v", unused)
		}
		return len(unused) == 0
	})
}

// searched fills the table with a run for each search and with thousands of others.
func searched(t *testing.T, c client.Client, visibility *pgx.Conn) {
	t.Helper()
	attributes := make([]temporal.SearchAttributeUpdate, 0, len(stileAttributes))
	for _, name := range stileAttributes {
		attributes = append(attributes, temporal.NewSearchAttributeKeyKeyword(name).ValueSet(name))
	}
	_, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{
		ID: "vks_1", TaskQueue: queue, TypedSearchAttributes: temporal.NewSearchAttributes(attributes...),
	}, "Session")
	require.NoError(t, err)
	testkit.Eventually(t, func() bool {
		return len(column(t, visibility, "SELECT run_id FROM executions_visibility WHERE workflow_id = 'vks_1'")) == 1
	})
	fields := `namespace_id, run_id, start_time, execution_time, workflow_id, workflow_type_name, status, close_time,
		task_queue, parent_workflow_id, parent_run_id, root_workflow_id, root_run_id, memo, encoding, search_attributes`
	same := `SELECT namespace_id, $1 || i, start_time - i * interval '1s', execution_time - i * interval '1s', $1 || i, $2,
		$3::integer, CASE WHEN $3::integer = 1 THEN NULL ELSE start_time END, task_queue, $4, $4, $5, $5, memo, encoding, `
	add := func(id, kind string, status enumspb.WorkflowExecutionStatus, parent, root, attributes string, number int) {
		_, err := visibility.Exec(t.Context(), "INSERT INTO executions_visibility ("+fields+") "+same+attributes+
			" FROM executions_visibility, generate_series(1, $6::integer) AS i WHERE workflow_id = 'vks_1'",
			id, kind, int32(status), parent, root, number)
		require.NoError(t, err)
	}
	const completed, running = enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED, enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING
	add("other_", "Session", completed, "other", "other",
		"(SELECT jsonb_object_agg(key, 'other') FROM jsonb_each(search_attributes)) || "+
			`'{"TemporalWorkerDeploymentVersion": "stile:0"}'`, 5000)
	add("child_", "RetryDelivery", running, "parent", "root", `'{"TemporalWorkerDeploymentVersion": "stile:1"}'`, 1)
	add("recovery_", "RecoverEndpoint", completed, "other", "other", `'{}'`, 1)
	add("schedule_", "Schedule", completed, "other", "other", `'{"TemporalNamespaceDivision": "division"}'`, 1)
	status := column(t, visibility, "SELECT key FROM executions_visibility, jsonb_each_text(search_attributes) "+
		"WHERE workflow_id = 'vks_1' AND value = 'StileStatus'")[0]
	for _, search := range documentedSearches(t) {
		_, value, found := strings.Cut(search, `StileStatus = "`)
		if value, _, _ = strings.Cut(value, `"`); found {
			add(value+"_", "Session", running, "other", "other", fmt.Sprintf(`'{"%s": "%s"}'`, status, value), 1)
		}
	}
	_, err = visibility.Exec(t.Context(), "ANALYZE executions_visibility")
	require.NoError(t, err)
}
