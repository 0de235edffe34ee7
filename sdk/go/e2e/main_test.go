// Package e2e tests the client against bin/stile-dev, which make build at the root of the repository builds.
package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/stile-id/stile/sdk/go/stile"
)

// dev is the first line that stile-dev prints.
var dev struct {
	API     string `json:"api"`
	Sandbox struct {
		SecretKey string `json:"secret_key"`
		Workflow  string `json:"workflow"`
	} `json:"sandbox"`
}

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "stile-dev does not run, make build builds it:", err)
		os.Exit(1)
	}
	os.Exit(code)
}

// run starts stile-dev with a fresh folder, runs the tests, and stops it.
func run(m *testing.M) (code int, err error) {
	data, err := os.MkdirTemp("", "stile-sdk-go-")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(data) }()
	const anywhere = "127.0.0.1:0"
	command := exec.Command("../../../bin/stile-dev", "--json", "--data", data, "--listen", anywhere,
		"--temporal-listen", anywhere, "--ui-listen", anywhere, "--shop-listen", anywhere)
	stdout, err := command.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := command.Start(); err != nil {
		return 0, err
	}
	defer func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		_ = command.Wait()
	}()
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err != nil {
		return 0, err
	}
	if err := json.Unmarshal(line, &dev); err != nil {
		return 0, err
	}
	return m.Run(), nil
}

func newClient(t *testing.T, options ...stile.Option) *stile.Client {
	t.Helper()
	client, err := stile.New(dev.Sandbox.SecretKey, append(options, stile.WithBaseURL(dev.API))...)
	check(t, err)
	return client
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t *testing.T, got, want T, name string) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: got %v, want %v", name, got, want)
	}
}
