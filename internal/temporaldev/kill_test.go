package temporaldev_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/temporaldev"
)

// fileVariable makes this test binary run a server on that file and wait to be
// killed.
const fileVariable = "TEMPORALDEV_CHILD_FILE"

const ready = "the server is ready"

func TestWorkflowSurvivesAKill(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "temporal.db")
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$", "-test.bench=^BenchmarkServerToKill$")
	child.Env = append(os.Environ(), fileVariable+"="+file)
	output, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	lines := bufio.NewScanner(output)
	for lines.Scan() && !strings.HasSuffix(lines.Text(), ready) {
		continue
	}
	require.Contains(t, lines.Text(), ready)
	require.NoError(t, child.Process.Kill())
	require.Error(t, child.Wait())

	c := dial(t, start(t, temporaldev.Options{DatabaseFile: file}))
	require.NoError(t, c.SignalWorkflow(t.Context(), "waiting", "", goOn, "told"))
	require.Equal(t, "told", result(t, c.GetWorkflow(t.Context(), "waiting", "")))
	listed(t, c, "created", "waiting")
}

// BenchmarkServerToKill measures nothing: it is the main of the process that TestWorkflowSurvivesAKill kills, under a
// name that no plain test run calls.
func BenchmarkServerToKill(b *testing.B) {
	file := os.Getenv(fileVariable)
	require.NotEmpty(b, file, "only TestWorkflowSurvivesAKill starts this")
	executeWaiting(b, dial(b, start(b, temporaldev.Options{DatabaseFile: file})), "waiting")
	fmt.Println(ready)
	select {} // until killed
}
