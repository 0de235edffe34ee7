package e2e

import (
	"context"
	"os/exec"
	"slices"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/internal/temporaltest"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/worker"
)

// versions are the workers of two versions beside each other, on one API.
type versions struct {
	*stack
	*fleet
}

// version starts a worker with a build id.
func (v versions) version(t *testing.T, buildID string) *exec.Cmd {
	t.Helper()
	process := exec.Command(v.path, "worker")
	process.Env = append(slices.Clone(v.environment), "STILE_WORKER_BUILD_ID="+buildID)
	run(t, process, "worker-"+buildID)
	return process
}

// stile runs a command and returns its output.
func (v versions) stile(t *testing.T, arguments ...string) (string, error) {
	t.Helper()
	command := exec.CommandContext(t.Context(), v.path, arguments...)
	command.Env = v.environment
	out, err := command.CombinedOutput()
	return string(out), err
}

func (v versions) promote(t *testing.T, buildID string) {
	t.Helper()
	out, err := v.stile(t, "worker", "promote", buildID, "--wait", testkit.Patience.String())
	require.NoError(t, err, out)
	require.Equal(t, "new runs begin on version "+buildID+"\n", out)
}

// state waits until a version is as it should be.
func (v versions) state(t *testing.T, buildID string, so func(worker.Version) bool) {
	t.Helper()
	testkit.Eventually(t, func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), testkit.Patience)
		defer cancel()
		list, err := worker.Versions(ctx, v.app.Temporal(), v.config.TemporalNamespace)
		return err == nil && slices.ContainsFunc(list, func(one worker.Version) bool {
			return one.BuildID == buildID && so(one)
		})
	})
}

// of returns the build id of the version that a session's run is on; "" before its first task.
func (v versions) of(t *testing.T, session string) string {
	t.Helper()
	described, err := v.app.Temporal().DescribeWorkflowExecution(t.Context(), session, "")
	if err != nil {
		return ""
	}
	return described.GetWorkflowExecutionInfo().GetVersioningInfo().GetDeploymentVersion().GetBuildId()
}

// begin creates sessions until a number of them have runs on the version. A promotion takes effect within a moment, so
// the first may be on the version before.
func (v versions) begin(t *testing.T, m merchant, buildID string, number int) (on, others []session) {
	t.Helper()
	testkit.Eventually(t, func() bool {
		s := m.create(t, nil)
		var got string
		testkit.Eventually(t, func() bool { got = v.of(t, s.id); return got != "" })
		if got == buildID {
			on = append(on, s)
		} else {
			others = append(others, s)
		}
		return len(on) == number
	})
	return on, others
}

// Sessions that began on one version of the workers end there while a shop goes on and the next version is promoted.
// Nothing is lost, and Temporal reports when the workers of the earlier version may be stopped.
func TestRunsEndOnTheVersionWhereTheyBegan(t *testing.T) {
	t.Parallel()
	cluster, database := ownCluster(t)
	server, err := temporaltest.Start(t.Context(), temporaltest.Options{
		PostgresURL: cluster.URL("postgres"), Versions: true, Log: testLog{t},
	})
	require.NoError(t, err)
	t.Cleanup(server.Kill)
	s := stackOn(t, server.FrontendAddress(), database, func(c *config.Config) { c.SandboxQuota = 1e6 })
	s.serve(t, app.Options{API: true, Migrate: true, SealHistories: true})
	v := versions{s, newFleet(t, s, 0)}
	out, err := v.stile(t, "worker", "versions")
	require.NoError(t, err, out)
	require.Contains(t, out, "no worker with a STILE_WORKER_BUILD_ID has connected")
	out, err = v.stile(t, "worker", "promote", "one")
	require.Error(t, err)
	require.Contains(t, out, "none with the build id one has connected")

	first := v.version(t, "one")
	v.promote(t, "one")
	m := s.sandbox(t, simple(rules.MethodDocumentCapture))
	inbox := subscribed(t, m)
	inbox.answer(someFail)
	shop := &shop{merchant: m, most: 10}
	old, _ := v.begin(t, m, "one", 10)
	var fresh, between []session
	steps := []func(){
		func() {
			v.version(t, "two")
			v.promote(t, "two")
		},
		func() {
			fresh, between = v.begin(t, m, "two", 5)
			v.state(t, "two", func(two worker.Version) bool { return two.State == worker.VersionCurrent && two.Workers == 1 })
			v.state(t, "one", func(one worker.Version) bool {
				return one.State == worker.VersionDraining && one.Runs >= int64(len(old)) && one.Workers == 1
			})
			for _, one := range slices.Concat(old, fresh, between) {
				one.simulate(t, "document_capture", "pass")
			}
			for _, one := range slices.Concat(old, fresh, between) {
				one.until(t, "verified")
			}
		},
		func() {
			v.state(t, "one", func(one worker.Version) bool { return one.MayBeStopped() && one.Runs == 0 })
			require.NoError(t, first.Process.Signal(syscall.SIGTERM))
			require.NoError(t, first.Wait())
		},
		func() {}, // the shop goes on without the workers of the first version
	}
	k := newKills(t)
	k.during(t, shop, inbox, len(steps), func() { steps[k.count]() })

	sessions := slices.Clone(shop.answered.all)
	for _, one := range slices.Concat(old, fresh, between) {
		sessions = append(sessions, one.id)
	}
	inbox.reconcile(t, sessions)
	nothingRuns(t, s.config.TemporalAddress)
	for _, one := range old {
		require.Equal(t, "one", v.of(t, one.id), "it ended where it began")
	}
	for _, one := range fresh {
		require.Equal(t, "two", v.of(t, one.id))
	}
	out, err = v.stile(t, "worker", "versions")
	require.NoError(t, err, out)
	require.Regexp(t, `(?m)^two +current +0 +1 +\S+$`, out)
	require.Regexp(t, `(?m)^one +drained +0 `, out)
}
