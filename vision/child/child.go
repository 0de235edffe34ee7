// Package child starts the vision process beside a worker of Stile, and starts it again when it ends.
package child

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// Program is the name of the vision process.
const Program = "stile-vision"

// Find returns the path of the vision process: beside the executable of this process, or on PATH.
func Find() (string, error) {
	if own, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(own), Program)
		if info, err := os.Stat(beside); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return beside, nil
		}
	}
	path, err := exec.LookPath(Program)
	if err != nil {
		return "", fmt.Errorf("%s is neither beside this program nor on PATH", Program)
	}
	return filepath.Abs(path)
}

// Options configure a Child.
type Options struct {
	// Command is the program and its first arguments. Flags for the address and the limits are added.
	Command []string
	// Workers, Memory (MiB) and Time are those of the process; 0 leaves its default.
	Workers, Memory int
	Time            time.Duration
	// Text names the program that reads printed text, as the flag --text does; "" leaves the default.
	Text string
	// Models is the folder of the models that measure faces, and Embedding the one of them that compares faces, as the
	// flags --models and --embedding name them; "" leaves the default.
	Models, Embedding string
	// Restarts, if set, is called when the process has ended early.
	Restarts func()
	// Output takes the log of the process, which has nothing of any picture; os.Stderr if it is nil.
	Output io.Writer
	Log    *slog.Logger
}

// Child is a vision process that is kept running.
type Child struct {
	options Options
	folder  string
	running sync.WaitGroup
	stop    context.CancelFunc
}

// The waits before the process is started again double from the first to the last, and begin anew once it has run for
// calm.
const (
	firstWait = 100 * time.Millisecond
	lastWait  = 10 * time.Second
	calm      = 30 * time.Second
)

// Start starts the process in the background. The process gets no environment, and ends with this one.
func Start(ctx context.Context, o Options) (*Child, error) {
	if o.Output == nil {
		o.Output = os.Stderr
	}
	folder, err := os.MkdirTemp("", Program+"-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the socket of %s: %w", Program, err)
	}
	c := &Child{options: o, folder: folder}
	// The process serves until Stop: attempts under way are judged after ctx has ended.
	ctx, c.stop = context.WithCancel(context.WithoutCancel(ctx))
	c.running.Go(func() { c.keep(ctx) })
	return c, nil
}

// URL returns the address of the process for a vision.Client.
func (c *Child) URL() string { return "unix:" + filepath.Join(c.folder, "vision.sock") }

// Stop ends the process. Requests under way fail.
func (c *Child) Stop() error {
	c.stop()
	c.running.Wait()
	return os.RemoveAll(c.folder)
}

// keep runs the process until ctx ends.
func (c *Child) keep(ctx context.Context) {
	wait := firstWait
	for ctx.Err() == nil {
		start := time.Now()
		err := c.run(ctx)
		if ctx.Err() != nil {
			return
		}
		if time.Since(start) > calm {
			wait = firstWait
		}
		c.options.Log.Error("vision: the process ended; it is started again, and attempts under way are repeated",
			"error", fmt.Sprint(err), "after", time.Since(start).String())
		if c.options.Restarts != nil {
			c.options.Restarts()
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
		wait = min(2*wait, lastWait)
	}
}

// run runs the process once.
func (c *Child) run(ctx context.Context) error {
	arguments := append(c.options.Command[1:len(c.options.Command):len(c.options.Command)], c.flags()...)
	if !c.options.Log.Enabled(ctx, slog.LevelInfo) {
		arguments = append(arguments, "--quiet")
	}
	cmd := exec.CommandContext(ctx, c.options.Command[0], arguments...) //nolint:gosec // the operator's program
	// No key, no database URL, no proxy.
	cmd.Env, cmd.Dir = []string{"PATH=/usr/local/bin:/usr/bin:/bin"}, "/"
	cmd.Stderr = c.options.Output
	cmd.SysProcAttr = Alone()
	cmd.Cancel = func() error {
		KillGroup(cmd)
		return nil
	}
	// The process ends when its input does, and so with this process, also where the kernel does not see to it.
	if _, err := cmd.StdinPipe(); err != nil {
		return err
	}
	if err := cmd.Run(); err != nil {
		return err
	}
	return errors.New("it ended without an error")
}

func (c *Child) flags() []string {
	flags := []string{"--stdin", "--listen", c.URL()}
	if c.options.Workers > 0 {
		flags = append(flags, "--workers", strconv.Itoa(c.options.Workers))
	}
	if c.options.Memory > 0 {
		flags = append(flags, "--memory", strconv.Itoa(c.options.Memory))
	}
	if c.options.Time > 0 {
		flags = append(flags, "--time", c.options.Time.String())
	}
	for _, f := range [][2]string{
		{"--text", c.options.Text}, {"--models", c.options.Models}, {"--embedding", c.options.Embedding},
	} {
		if f[1] != "" {
			flags = append(flags, f[0], f[1])
		}
	}
	return flags
}
