package child_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/vision/child"
)

// Roles of this test binary as a vision process: one tells its environment and ends, one runs until its input ends.
const (
	roleEnds = "child-that-ends"
	roleRuns = "child-that-runs"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && strings.HasPrefix(os.Args[1], "child-") {
		fmt.Fprintln(os.Stderr, "arguments:", os.Args[2:], "environment:", os.Environ())
		if os.Args[1] == roleEnds {
			os.Exit(3)
		}
		_, _ = io.Copy(io.Discard, os.Stdin)
		fmt.Fprintln(os.Stderr, "the input has ended")
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// lines sends each line of a process's log.
type lines chan string

func (l lines) Write(p []byte) (int, error) {
	for line := range bytes.Lines(p) {
		l <- string(line)
	}
	return len(p), nil
}

func start(t *testing.T, role string, restarts func()) (*child.Child, lines) {
	t.Helper()
	log := make(lines, 100)
	c, err := child.Start(t.Context(), child.Options{
		Command: []string{os.Args[0], role}, Workers: 3, Memory: 300, Time: 7 * time.Second,
		Models: "/models", Embedding: "off",
		Restarts: restarts, Output: log, Log: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	return c, log
}

func TestAProcessThatEndsIsStartedAgainWithoutTheEnvironment(t *testing.T) {
	t.Setenv("STILE_ENCRYPTION_KEYS", "a:secret")
	restarts := make(chan struct{}, 100)
	c, log := start(t, roleEnds, func() { restarts <- struct{}{} })
	for range 2 {
		require.Equal(t, fmt.Sprintf(
			"arguments: [--stdin --listen %s --workers 3 --memory 300 --time 7s --models /models --embedding off --quiet] "+
				"environment: [PATH=/usr/local/bin:/usr/bin:/bin]\n", c.URL()), <-log)
		<-restarts
	}
	require.NoError(t, c.Stop())
	_, err := os.Stat(strings.TrimSuffix(strings.TrimPrefix(c.URL(), "unix:"), "/vision.sock"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestStopEndsTheProcessWithoutARestart(t *testing.T) {
	t.Parallel()
	c, log := start(t, roleRuns, func() { t.Error("it was started again") })
	require.Contains(t, <-log, "environment")
	require.NoError(t, c.Stop())
}
