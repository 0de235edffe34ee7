package serve

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/child"
)

// startTime is how long a worker may take to start.
const startTime = 20 * time.Second

// process is a worker as its server sees it.
type process struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	stderr *places
	hello  hello
	// spent is the time of the processor that the worker had taken before the picture that it reads, or read last, and
	// used the time that it took for that picture.
	spent, used time.Duration
}

// startProcess starts a worker and waits until it is ready. The worker gets no environment.
func startProcess(ctx context.Context, command []string) (*process, error) {
	cmd := exec.Command(command[0], command[1:]...) //nolint:gosec,noctx // it is this program, and outlives the request
	cmd.Env, cmd.Dir = []string{"PATH=/usr/local/bin:/usr/bin:/bin"}, "/"
	p := &process{cmd: cmd, stderr: &places{}}
	cmd.Stderr = p.stderr
	cmd.SysProcAttr = child.Alone()
	var err error
	if p.in, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReaderSize(out, 1<<16)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start a worker: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	if err := p.within(ctx, func() error { return readJSON(p.out, &p.hello) }); err != nil {
		return nil, fmt.Errorf("a new worker is not ready: %w%s", err, p.end())
	}
	return p, nil
}

// within runs a conversation with the worker, and kills the worker if it takes longer than the context.
func (p *process) within(ctx context.Context, talk func() error) error {
	done := context.AfterFunc(ctx, func() { child.KillGroup(p.cmd) })
	err := talk()
	if !done() { // the worker has been killed
		return ctx.Err()
	}
	return err
}

// ask has the worker read a picture. An error means that the worker has to be ended.
func (p *process) ask(ctx context.Context, t task, picture []byte) (o outcome, err error) {
	err = p.within(ctx, func() error {
		if err := writeJSON(p.in, t); err != nil {
			return err
		}
		if err := writeFrame(p.in, picture); err != nil {
			return err
		}
		return readJSON(p.out, &o)
	})
	if err == nil {
		p.used, p.spent = o.Spent-p.spent, o.Spent
	}
	return o, err
}

// end kills the worker and everything that it has started, and returns the way in which it ended, for the log.
func (p *process) end() string {
	_ = p.in.Close()
	child.KillGroup(p.cmd)
	err := p.cmd.Wait()
	if state := p.cmd.ProcessState; state != nil {
		p.used = state.UserTime() + state.SystemTime() - p.spent
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return " (" + exit.String() + p.stderr.String() + ")"
	}
	return ""
}

// places keeps, of the dying words of a process, the kind of its failure and the places in its code. A message of a
// panic could repeat a part of a picture, so that nothing else is kept.
type places struct {
	mu   sync.Mutex
	text []byte
}

const keptWords = 64 << 10

func (p *places) Write(data []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text = append(p.text, data[:min(len(data), keptWords-len(p.text))]...)
	return len(data), nil
}

var (
	codePlace = regexp.MustCompile(`(?m)^\t(?:\S*/)?([\w.@-]+/[\w.-]+\.go:\d+)`)
	kinds     = []string{
		"out of memory", "cannot allocate memory", "cannot map", "SIGSEGV", "SIGBUS", "SIGSYS",
		"stack overflow", "concurrent map", "fatal error", "panic",
	}
)

func (p *places) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var said strings.Builder
	for _, kind := range kinds {
		if strings.Contains(string(p.text), kind) {
			said.WriteString(": " + kind)
			break
		}
	}
	shown := 0
	for _, place := range codePlace.FindAllSubmatch(p.text, -1) {
		if shown++; shown > 5 {
			break
		}
		said.WriteString(" " + string(place[1]))
	}
	return said.String()
}

// outcomeOf returns the reason for which a conversation with a worker failed.
func outcomeOf(ctx context.Context) string {
	if ctx.Err() != nil {
		return vision.AwayTooSlow
	}
	return vision.AwayCrashed
}
