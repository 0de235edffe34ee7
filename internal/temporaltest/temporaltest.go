// Package temporaltest runs Temporal servers for tests, each in a process of its own. In the process of a test the race
// detector would slow a server down many times, and would have to compile it anew.
package temporaltest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/stile-id/stile/internal/repo"
)

// Options configure a Server. The zero value is a server in memory on a free port of 127.0.0.1.
type Options struct {
	// Address is the host:port of the frontend.
	Address string
	// PostgresURL names a database of the cluster that keeps the state, as temporaldev.Options.PostgresURL does.
	PostgresURL string
	// Versions makes deployments of workers available, and looks every second for versions without runs.
	Versions bool
	// Log takes the errors that the server logs; nil discards them.
	Log io.Writer
}

// Server is a running Temporal server.
type Server struct {
	process *exec.Cmd
	address string
	stop    sync.Once

	asking sync.Mutex // held from the name of a namespace to its answer
	ask    io.Writer
	answer *bufio.Reader
}

// Start returns when clients can use the namespace "default" with Stile's search attributes. Schedules and batch jobs
// are not available, deployments of workers with Options.Versions alone. The server keeps running after ctx has ended,
// so that a test's workers can be stopped before it. It ends with the test's process at the latest.
func Start(ctx context.Context, o Options) (*Server, error) {
	path, err := binary()
	if err != nil {
		return nil, fmt.Errorf("temporaltest: build the server: %w", err)
	}
	s := &Server{
		process: exec.CommandContext(context.WithoutCancel(ctx), path, "-listen", o.Address, "-database", o.PostgresURL,
			"-versions="+strconv.FormatBool(o.Versions)),
	}
	s.process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	s.process.Stderr = o.Log
	out, err := s.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if s.ask, err = s.process.StdinPipe(); err != nil {
		return nil, err
	}
	if err := s.process.Start(); err != nil {
		return nil, fmt.Errorf("temporaltest: %w", err)
	}
	s.answer = bufio.NewReader(out)
	line, err := s.answer.ReadString('\n')
	if err != nil {
		s.Kill()
		return nil, fmt.Errorf("temporaltest: the server ended without an address: %w", err)
	}
	s.address = strings.TrimSpace(line)
	return s, nil
}

// FrontendAddress returns the host:port at which clients reach the server.
func (s *Server) FrontendAddress() string { return s.address }

// AddNamespace creates a namespace with Stile's search attributes, unless it exists. Clients can use it when
// AddNamespace returns.
func (s *Server) AddNamespace(name string) error {
	s.asking.Lock()
	defer s.asking.Unlock()
	if _, err := fmt.Fprintln(s.ask, name); err != nil {
		return fmt.Errorf("temporaltest: namespace %s: %w", name, err)
	}
	fault, err := s.answer.ReadString('\n')
	if err != nil {
		return fmt.Errorf("temporaltest: namespace %s: %w", name, err)
	}
	if fault = strings.TrimSpace(fault); fault != "" {
		return fmt.Errorf("temporaltest: namespace %s: %s", name, fault)
	}
	return nil
}

// patience is the time that a server has to end after SIGTERM.
const patience = 10 * time.Second

// Stop stops the server and returns when its process has ended. Further calls wait for the first.
func (s *Server) Stop() {
	s.stop.Do(func() {
		_ = s.process.Process.Signal(syscall.SIGTERM) // fails if the process has ended
		kill := time.AfterFunc(patience, func() { _ = s.process.Process.Kill() })
		defer kill.Stop()
		_ = s.process.Wait() // reports the signal
	})
}

// Kill ends the server's process at once, as a crash would.
func (s *Server) Kill() {
	s.stop.Do(func() {
		_ = s.process.Process.Kill()
		_ = s.process.Wait()
	})
}

// binary builds the command into the folder bin of the repository, where later runs of tests find it up to date.
var binary = sync.OnceValues(func() (path string, err error) {
	root, err := repo.Root()
	if err != nil {
		return "", err
	}
	folder := filepath.Join(root, "bin", "test")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	unlock, err := lock(filepath.Join(folder, "lock"))
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	path = filepath.Join(folder, "temporal")
	const command = "github.com/stile-id/stile/internal/temporaltest/temporal"
	build := exec.CommandContext(context.Background(), "go", "build", "-ldflags=-s", "-o", path, command)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, said)
	}
	return path, nil
})

// lock waits until no other test's process builds.
func lock(path string) (unlock func() error, err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file.Close, nil
}
