package e2e

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	temporal "go.temporal.io/sdk/client"

	"github.com/stile-id/stile/internal/pgtest"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/workflows"
)

// saved is a database that can be set back to an earlier time while no process uses it. save copies it.
type saved struct {
	url  string // "" is the SQLite file in the data folder
	save func(t *testing.T, data string) (restore func())
}

// savedBackends are Stile's databases.
var savedBackends = map[string]func(t *testing.T) saved{
	"sqlite":   func(*testing.T) saved { return saved{save: copyOf("stile.db")} },
	"postgres": savedPostgres,
}

// copyOf returns a save for a SQLite database in the data folder.
func copyOf(name string) func(t *testing.T, data string) (restore func()) {
	return func(t *testing.T, data string) func() {
		t.Helper()
		aside := t.TempDir()
		files := func(folder string) []string {
			found, err := filepath.Glob(filepath.Join(folder, name+"*")) // with its write-ahead log
			require.NoError(t, err)
			return found
		}
		move := func(from, to string) {
			for _, file := range files(to) {
				require.NoError(t, os.Remove(file))
			}
			require.NotEmpty(t, files(from))
			for _, file := range files(from) {
				content, err := os.ReadFile(file)
				require.NoError(t, err)
				require.NoError(t, os.WriteFile(filepath.Join(to, filepath.Base(file)), content, 0o600))
			}
		}
		move(data, aside)
		return func() { move(aside, data) }
	}
}

func savedPostgres(t *testing.T) saved {
	t.Helper()
	database := pgtest.NewDatabase(t)
	parsed, err := url.Parse(database)
	require.NoError(t, err)
	name := strings.TrimPrefix(parsed.Path, "/")
	parsed.Path = "/postgres"
	execute := func(statement string) {
		conn, err := pgx.Connect(t.Context(), parsed.String())
		require.NoError(t, err)
		_, err = conn.Exec(t.Context(), statement)
		require.NoError(t, err)
		require.NoError(t, conn.Close(t.Context()))
	}
	return saved{url: database, save: func(t *testing.T, _ string) func() {
		t.Helper()
		// A killed process leaves connections for a moment, and a database that has some is not copied.
		execute("SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE datname = '" + name + "'")
		execute("CREATE DATABASE " + name + "_saved TEMPLATE " + name)
		return func() {
			execute("DROP DATABASE " + name + " WITH (FORCE)")
			execute("ALTER DATABASE " + name + "_saved RENAME TO " + name)
		}
	}}
}

// onSavedBackends runs a scenario with each of Stile's databases, beside Temporal's in the data folder.
func onSavedBackends(t *testing.T, scenario func(t *testing.T, begin func() *process, data string, database saved)) {
	t.Helper()
	for name, open := range savedBackends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, database := t.TempDir(), open(t)
			environment := []string{"STILE_SWEEP_RECHECK=4s"}
			if database.url != "" {
				environment = append(environment, "DATABASE_URL="+database.url)
			}
			scenario(t, func() *process { return startWhole(t, data, environment...) }, data, database)
		})
	}
}

// on returns the session as another process serves it.
func (s session) on(p *process) session {
	s.user.base, s.merchant.base = p.ready.API, p.ready.API
	return s
}

// Runs that have completed do not come back with Stile's earlier rows, and runs of later sessions have lost their rows.
func TestStileRestoredEarlierThanTemporal(t *testing.T) {
	t.Parallel()
	onSavedBackends(t, func(t *testing.T, begin func() *process, data string, database saved) {
		hook := newReceiver(t)
		p := begin()
		m := p.sandbox(t)
		hook.subscribe(t, m.client, "verification_session.verified")
		opened, judging := m.create(t, nil), m.create(t, nil)
		opened.open(t)
		judging.simulate(t, "document_capture", "slow")
		p.kill(t) // a process that stops would give the verdict on a busy machine
		restore := database.save(t, data)

		p = begin()
		opened, judging = opened.on(p), judging.on(p)
		later := p.sandbox(t).create(t, nil)
		opened.submit(t, "self_attestation", attestation).expect(t, 202)
		for _, s := range []session{opened, judging} {
			s.until(t, "verified")
			hook.next(t, "verification_session.verified")
			p.awaitRun(t, s.id, enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED)
		}
		p.stop(t)
		restore()

		p = begin()
		opened, judging, later = opened.on(p), judging.on(p), later.on(p)
		require.Equal(t, "pending", opened.get(t).text("status"))
		opened.submit(t, "self_attestation", attestation).expect(t, 202)
		for _, s := range []session{opened, judging} {
			s.until(t, "verified")
			hook.next(t, "verification_session.verified")
			p.awaitRun(t, s.id, enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED)
		}
		later.merchant.get(t, "/v1/verification_sessions/"+later.id).refused(t, 404, "session_not_found")
		p.update(t, later.id)
		p.awaitRun(t, later.id, enumspb.WORKFLOW_EXECUTION_STATUS_FAILED)
		p.stop(t)
	})
}

// Temporal has forgotten the latest sessions and signals, and runs again that have completed.
func TestTemporalRestoredEarlierThanStile(t *testing.T) {
	t.Parallel()
	onSavedBackends(t, func(t *testing.T, begin func() *process, data string, _ saved) {
		hook := newReceiver(t)
		p := begin()
		m := p.sandbox(t)
		hook.subscribe(t, m.client, "verification_session.verified")
		before := m.create(t, nil)
		before.open(t)
		p.awaitRun(t, before.id, enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING)
		p.stop(t)
		restore := copyOf("temporal.db")(t, data)

		p = begin()
		before = before.on(p)
		before.submit(t, "self_attestation", attestation).expect(t, 202)
		before.until(t, "verified")
		hook.next(t, "verification_session.verified")
		opened, judging := p.sandbox(t).create(t, nil), p.sandbox(t).create(t, nil)
		opened.open(t)
		judging.simulate(t, "document_capture", "slow")
		p.kill(t) // as above, before the verdict
		restore()

		p = begin()
		before, opened, judging = before.on(p), opened.on(p), judging.on(p)
		opened.submit(t, "self_attestation", attestation).expect(t, 202)
		for _, s := range []session{opened, judging} {
			s.until(t, "verified")
			hook.next(t, "verification_session.verified")
		}
		require.Equal(t, "verified", before.get(t).text("status"))
		p.update(t, before.id)
		for _, s := range []session{before, opened, judging} {
			p.awaitRun(t, s.id, enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED)
		}
		require.Empty(t, hook.passedOver)
		p.stop(t)
	})
}

// temporal returns a client of the process's Temporal server.
func (p *process) temporal(t *testing.T) temporal.Client {
	t.Helper()
	address := strings.TrimPrefix(p.ready.Temporal, "http://")
	c, err := temporal.DialContext(t.Context(), temporal.Options{HostPort: address})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// update has the run of a session read its row, unless it has by itself, and is over.
func (p *process) update(t *testing.T, session string) {
	t.Helper()
	_, err := p.temporal(t).UpdateWorkflow(t.Context(), temporal.UpdateWorkflowOptions{
		WorkflowID: session, UpdateName: workflows.UpdateChanged, Args: []any{workflows.ChangeUpdate{}},
		WaitForStage: temporal.WorkflowUpdateStageAccepted,
	})
	if over := (*serviceerror.NotFound)(nil); !errors.As(err, &over) {
		require.NoError(t, err)
	}
}

// awaitRun waits until the latest run of a session has the status.
func (p *process) awaitRun(t *testing.T, session string, status enumspb.WorkflowExecutionStatus) {
	t.Helper()
	c := p.temporal(t)
	testkit.Eventually(t, func() bool {
		run, err := c.DescribeWorkflowExecution(t.Context(), session, "")
		return err == nil && run.WorkflowExecutionInfo.Status == status
	})
}
