package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a running `stile api` or `stile worker`, built without the Temporal server as in production.
type process struct {
	command *exec.Cmd
	url     string
	http    *http.Client
}

// build builds stile and returns the path of the binary.
func (s *site) build(ctx context.Context) (string, error) {
	path := filepath.Join(s.folder, "stile")
	build := exec.CommandContext(ctx, "go", "build", "-p", "2", "-o", path, "github.com/stile-id/stile/cmd/stile")
	build.Env, build.Stderr = append(os.Environ(), "CGO_ENABLED=0"), os.Stderr
	return path, build.Run()
}

// serve runs a command of the binary, api or worker, on the site. It logs to a file, as in production.
func (s *site) serve(ctx context.Context, binary, command, name string) (*process, error) {
	log, err := os.Create(filepath.Join(s.folder, name+".log"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }() // the process has its own descriptor
	p := &process{
		command: exec.CommandContext(context.WithoutCancel(ctx), binary, command), // stop ends it with a drain
		http:    &http.Client{Timeout: patience},
	}
	p.command.Env, p.command.Stderr = s.environment(), log
	p.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	err = until(ctx, func() (_ bool, err error) {
		p.url, err = startedAt(log.Name())
		return p.url != "", err
	})
	if err != nil {
		said, _ := os.ReadFile(log.Name())
		return nil, errors.Join(fmt.Errorf("%s did not start: %w: %s", name, err, said), p.stop())
	}
	return p, nil
}

// environment returns the site's configuration as environment variables.
func (s *site) environment() []string {
	c, many := s.config, strconv.Itoa(unlimited)
	return []string{
		"DATABASE_URL=" + c.DatabaseURL, "TEMPORAL_ADDRESS=" + c.TemporalAddress, "STILE_LISTEN=" + c.Listen,
		"STILE_WORKER_LISTEN=" + c.WorkerListen, "STILE_EGRESS_ALLOW=127.0.0.0/8",
		"STILE_ENCRYPTION_KEYS=" + c.EncryptionKeys, "STILE_LOOKUP_KEY=" + c.LookupKey,
		"STILE_RATE_LIMIT_SECRET=" + many, "STILE_RATE_LIMIT_SESSION=" + many, "STILE_RATE_LIMIT_ADDRESS=" + many,
		// All tokens are minted before the first is used.
		"STILE_HANDOFF_TOKEN_TTL=1h", "STILE_DRAIN_DELAY=0s",
	}
}

// startedAt returns the URL of a process from its log; "" until it is there.
func startedAt(log string) (string, error) {
	said, err := os.ReadFile(log)
	for line := range bytes.Lines(said) {
		var started struct {
			Msg string `json:"msg"`
			URL string `json:"url"`
		}
		if json.Unmarshal(line, &started) == nil && started.Msg == "started" {
			return started.URL, nil
		}
	}
	return "", err
}

// stop drains the process.
func (p *process) stop() error {
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		return errors.Join(err, p.command.Wait())
	}
	return p.command.Wait()
}

// stopAll drains the processes that have been started.
func stopAll(all ...*process) error {
	var faults []error
	for _, p := range all {
		if p != nil {
			faults = append(faults, p.stop())
		}
	}
	return errors.Join(faults...)
}

// usage is the resource usage that a process reports, in bytes except for the counts.
type usage struct {
	resident, heap, stacks, goroutines, channels float64
	// collections is the number of garbage collections so far.
	collections float64
}

func (p *process) usage(ctx context.Context) (u usage, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+"/metrics", http.NoBody)
	if err != nil {
		return u, err
	}
	response, err := p.http.Do(request)
	if err != nil {
		return u, err
	}
	defer func() { _ = response.Body.Close() }()
	figures := map[string]*float64{
		"process_resident_memory_bytes": &u.resident, "go_memstats_heap_inuse_bytes": &u.heap,
		"go_memstats_stack_inuse_bytes": &u.stacks, "go_goroutines": &u.goroutines,
		"stile_live_channels": &u.channels, "go_gc_duration_seconds_count": &u.collections,
	}
	lines := bufio.NewScanner(response.Body)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), " ")
		if figure := figures[name]; figure != nil {
			if *figure, err = strconv.ParseFloat(value, 64); err != nil {
				return u, err
			}
			delete(figures, name)
		}
	}
	delete(figures, "stile_live_channels") // a worker has none
	if len(figures) > 0 && lines.Err() == nil {
		return u, fmt.Errorf("%s does not tell of %d figures", request.URL, len(figures))
	}
	return u, lines.Err()
}

// settle returns the usage after garbage collection, once free memory has been returned. It waits for two collections,
// because the first may have been under way; its own requests make the garbage.
func (p *process) settle(ctx context.Context) (now usage, err error) {
	first, err := p.usage(ctx)
	if err != nil {
		return first, err
	}
	err = until(ctx, func() (_ bool, err error) {
		now, err = p.usage(ctx)
		return now.collections >= first.collections+2, err
	})
	if err != nil {
		return now, fmt.Errorf("wait for garbage to be collected: %w", err)
	}
	least, since := now, time.Now()
	err = until(ctx, func() (_ bool, err error) {
		if time.Since(since) < calm {
			return false, nil
		}
		now, err = p.usage(ctx)
		settled := now.resident > 0.99*least.resident
		least, since = now, time.Now()
		return settled, err
	})
	return now, err
}
