package e2e

import (
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// The documented commands show the timeline of a session, with its run's history, while stile-dev runs.
func TestDevPrintsTheEnvironmentOfItsFolder(t *testing.T) {
	t.Parallel()
	p := startWhole(t, t.TempDir())
	session := p.sandbox(t).create(t, nil)
	session.pass(t, "document_capture")
	dev, err := binary()
	require.NoError(t, err)
	stile, err := production()
	require.NoError(t, err)
	for name, arguments := range map[string][]string{
		"the printed environment": {"sh", "-c", `eval "$("$1" env --data "$2")" && "$3" session show "$4"`,
			"sh", dev, p.data, stile, session.id},
		"the folder": {stile, "session", "show", session.id, "--data", p.data},
	} {
		out, err := exec.Command(arguments[0], arguments[1:]...).CombinedOutput()
		require.NoError(t, err, "%s: %s", name, out)
		require.Contains(t, string(out), session.id)
		require.Contains(t, string(out), "session  created")
		require.Contains(t, string(out), "history  workflow execution started")
	}

	out, err := exec.Command(dev, "env", "--data", t.TempDir()).CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "stile-dev has not run with the folder")
}
