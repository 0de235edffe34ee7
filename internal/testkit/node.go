package testkit

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Node starts a program of web/e2e with its options, and returns its input and output. The program ends with the test,
// and its errors are logged if the test fails. `npm ci` in web/ must have installed needs, a package of the program.
func Node(t testing.TB, program, needs string, options any) (io.Writer, io.Reader) {
	t.Helper()
	text, err := json.Marshal(options)
	require.NoError(t, err)
	web := filepath.Join(root(t), "web")
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

// root returns the folder of the repository. A test runs in the folder of its package.
func root(t testing.TB) string {
	t.Helper()
	folder, err := os.Getwd()
	require.NoError(t, err)
	for !exists(filepath.Join(folder, "go.mod")) {
		require.NotEqual(t, filepath.Dir(folder), folder, "the test does not run in the repository")
		folder = filepath.Dir(folder)
	}
	return folder
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
