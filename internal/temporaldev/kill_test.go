package temporaldev_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/temporaldev"
)

// fileVariable makes this test binary run a server on that file and wait to be
// killed.
const fileVariable = "TEMPORALDEV_CHILD_FILE"

const ready = "ready\n"

func TestAWorkflowOutlivesAKill(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "temporal.db")
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChildWithAServer$")
	child.Env = append(os.Environ(), fileVariable+"="+file)
	output, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	firstLine, err := bufio.NewReader(output).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, ready, firstLine)
	require.NoError(t, child.Process.Kill())
	require.Error(t, child.Wait())

	c := dial(t, start(t, temporaldev.Options{DatabaseFile: file}))
	require.NoError(t, c.SignalWorkflow(t.Context(), "waiting", "", goOn, "told"))
	require.Equal(t, "told", result(t, c.GetWorkflow(t.Context(), "waiting", "")))
	listed(t, c, "created", "waiting")
}

func TestChildWithAServer(t *testing.T) {
	t.Parallel()
	file := os.Getenv(fileVariable)
	if file == "" {
		t.Skip("only as the child of TestAWorkflowOutlivesAKill")
	}
	executeWaiting(t, dial(t, start(t, temporaldev.Options{DatabaseFile: file})), "waiting")
	fmt.Print(ready)
	select {} // until killed
}
