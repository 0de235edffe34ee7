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

// process is `stile api` as it runs in production: built without the Temporal server, on its own.
type process struct {
	command *exec.Cmd
	url     string
	http    *http.Client
}

// build builds stile, and returns where it is.
func (s *site) build(ctx context.Context) (string, error) {
	path := filepath.Join(s.folder, "stile")
	build := exec.CommandContext(ctx, "go", "build", "-p", "2", "-o", path, "github.com/stile-id/stile/cmd/stile")
	build.Env, build.Stderr = append(os.Environ(), "CGO_ENABLED=0"), os.Stderr
	return path, build.Run()
}

// serve runs the binary as `stile api` on the site. It logs as in production, to a file.
func (s *site) serve(ctx context.Context, binary, name string) (*process, error) {
	log, err := os.Create(filepath.Join(s.folder, name+".log"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }() // the process has it, too
	p := &process{
		command: exec.CommandContext(context.WithoutCancel(ctx), binary, "api"), // stop ends it, in good order
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

// environment is the configuration of the site, of which a process takes what concerns it.
func (s *site) environment() []string {
	c, many := s.config, strconv.Itoa(unlimited)
	return []string{
		"DATABASE_URL=" + c.DatabaseURL, "TEMPORAL_ADDRESS=" + c.TemporalAddress, "STILE_LISTEN=" + c.Listen,
		"STILE_ENCRYPTION_KEYS=" + c.EncryptionKeys, "STILE_LOOKUP_KEY=" + c.LookupKey,
		"STILE_RATE_LIMIT_SECRET=" + many, "STILE_RATE_LIMIT_SESSION=" + many, "STILE_RATE_LIMIT_ADDRESS=" + many,
		// All tokens are minted before the first is shown.
		"STILE_HANDOFF_TOKEN_TTL=1h",
	}
}

// startedAt finds in its log where a process serves; "" until it does.
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

// usage is what a process says that it uses, in bytes but for the counts.
type usage struct {
	resident, heap, stacks, goroutines, channels float64
	// collections of garbage so far.
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
	if len(figures) > 0 && lines.Err() == nil {
		return u, fmt.Errorf("%s does not tell of %d figures", request.URL, len(figures))
	}
	return u, lines.Err()
}

// settle is what the process uses once its garbage is collected and its memory that is free has gone back. The first
// collection may have been under way, so it takes two; what they collect is made by asking again and again.
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
