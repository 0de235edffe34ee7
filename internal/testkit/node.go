package testkit

import (
	"bytes"
	"encoding/json"
	"io"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/repo"
)

// Node starts a program of web/e2e with its options, and returns its input and output. The program ends with the test,
// and its errors are logged if the test fails. `npm ci` in web/ must have installed needs, a package of the program.
func Node(t testing.TB, program, needs string, options any) (io.Writer, io.Reader) {
	t.Helper()
	text, err := json.Marshal(options)
	require.NoError(t, err)
	root, err := repo.Root()
	require.NoError(t, err)
	web := filepath.Join(root, "web")
	require.DirExists(t, filepath.Join(web, "node_modules", filepath.FromSlash(needs)), "run npm ci in web/ before")
	command := exec.CommandContext(t.Context(), "node", "e2e/"+program, string(text)) //nolint:gosec // of the test
	command.Dir = web
	input, err := command.StdinPipe()
	require.NoError(t, err)
	output, err := command.StdoutPipe()
	require.NoError(t, err)
	var faults bytes.Buffer
	command.Stderr = &faults
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		_ = input.Close()
		_ = command.Wait() // it is killed with the test
		if t.Failed() {
			t.Logf("%s: %s", program, faults.String())
		}
	})
	return input, output
}
