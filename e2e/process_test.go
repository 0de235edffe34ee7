package e2e

import (
	"bufio"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// built returns a function that builds a command into a folder, once, with the Makefile's flags and with the variables.
// A binary that is up to date stays.
func built(command, folder string, flags []string, variables ...string) func() (string, error) {
	return sync.OnceValues(func() (string, error) {
		path := filepath.Join(folder, filepath.Base(command))
		build := exec.Command("go", append(append([]string{"build", "-ldflags=-s"}, flags...), "-o", path, command)...)
		build.Env = append(append(os.Environ(), "CGO_ENABLED=0"), variables...)
		build.Stderr = os.Stderr
		return path, build.Run()
	})
}

// binary builds stile-dev with its fault points.
var binary = built("../cmd/stile-dev", "../bin/test", []string{"-tags", "faults"})

// production builds stile.
var production = built("../cmd/stile", "../bin", nil)

// vector builds stile-vision with vector instructions, as production has it.
var vector = built("../cmd/stile-vision", "../bin", nil, "GOEXPERIMENT=simd")

// operator returns a command of stile, as in production, on the stack's database and Temporal server.
func (s *stack) operator(t *testing.T, arguments ...string) *exec.Cmd {
	t.Helper()
	path, err := production()
	require.NoError(t, err)
	command := exec.Command(path, arguments...)
	command.Env = append(os.Environ(),
		"DATABASE_URL="+s.config.DatabaseURL, "TEMPORAL_ADDRESS="+s.config.TemporalAddress,
		"TEMPORAL_NAMESPACE="+s.config.TemporalNamespace,
		"STILE_ENCRYPTION_KEYS="+s.config.EncryptionKeys, "STILE_LOOKUP_KEY="+s.config.LookupKey)
	return command
}

// process is a separate stile-dev process, on a data folder that outlives it.
type process struct {
	*stack
	start   func(t *testing.T, data string, environment ...string) *process // the function that started it
	command *exec.Cmd
	data    string
	ready   readyLine
	logs    *logFile
	started time.Duration
}

type readyLine struct {
	API        string    `json:"api"`
	Temporal   string    `json:"temporal"`
	TemporalUI string    `json:"temporal_ui"`
	Sandbox    seededOrg `json:"sandbox"`
	Live       seededOrg `json:"live"`
}

// seededOrg is an organization that stile-dev has created.
type seededOrg struct {
	Org            string `json:"org"`
	SecretKey      string `json:"secret_key"`
	PublishableKey string `json:"publishable_key"`
	Workflow       string `json:"workflow"`
}

// logFile collects the logs of the processes on one data folder.
type logFile struct{ path string }

func (l *logFile) read(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile(l.path)
	require.NoError(t, err)
	return string(content)
}

func lastLines(text string, n int) string {
	lines := strings.Split(text, "\n")
	return strings.Join(lines[max(len(lines)-n, 0):], "\n")
}

// start runs stile-dev as startWhole does, but in a namespace of the shared Temporal server, the same at each start on
// the folder.
func start(t *testing.T, data string, environment ...string) *process {
	t.Helper()
	namespace := fmt.Sprintf("folder-%x", sha256.Sum256([]byte(data)))
	p := startWhole(t, data, append([]string{
		"TEMPORAL_ADDRESS=" + namespaceOf(t, namespace), "TEMPORAL_NAMESPACE=" + namespace,
	}, environment...)...)
	p.start = start
	return p
}

// startWhole runs stile-dev with its Temporal server on a folder, with further environment variables, until it reports
// that it is ready. It reads no pictures unless STILE_VISION_URL is among the variables.
func startWhole(t *testing.T, data string, environment ...string) *process {
	t.Helper()
	path, err := binary()
	require.NoError(t, err)
	p := &process{start: startWhole, data: data, logs: &logFile{path: filepath.Join(data, "log")}}
	log, err := os.OpenFile(p.logs.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	p.command = exec.Command(path, "--data", data, "--json",
		"--listen", "127.0.0.1:0", "--temporal-listen", "127.0.0.1:0", "--ui-listen", "127.0.0.1:0")
	p.command.Stderr = log
	p.command.Env = append(append(os.Environ(),
		"STILE_LOG_LEVEL=debug", "STILE_VISION_URL=off",
		"STILE_SWEEP_INTERVAL=200ms", "STILE_SWEEP_AFTER=500ms", "STILE_IDEMPOTENCY_LEASE=5s",
		// On a busy machine a receiver may take longer; the attempt is soon repeated.
		"STILE_WEBHOOK_TIMEOUT=1s", "STILE_WEBHOOK_RETRY_SCHEDULE=1s"+strings.Repeat(",1s", 29)), environment...)
	p.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := p.command.StdoutPipe()
	require.NoError(t, err)
	begun := time.Now()
	require.NoError(t, p.command.Start())
	t.Cleanup(func() {
		_ = p.command.Process.Kill()
		_ = p.command.Wait()
		_ = log.Close()
		if t.Failed() {
			t.Logf("stile-dev ended with %s: %s", p.command.ProcessState, lastLines(p.logs.read(t), 50))
		}
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	require.NoError(t, err, "stile-dev never became ready: %s", p.logs.read(t))
	p.started = time.Since(begun)
	require.NoError(t, json.Unmarshal(line, &p.ready))
	p.stack = &stack{contract: servedContract(t, p.ready.API)}
	return p
}

// sandbox returns the seeded sandbox organization, live the live one.
func (p *process) sandbox(t *testing.T) merchant { return p.merchantOf(t, p.ready.Sandbox) }

func (p *process) live(t *testing.T) merchant { return p.merchantOf(t, p.ready.Live) }

func (p *process) merchantOf(t *testing.T, o seededOrg) merchant {
	t.Helper()
	m := merchant{client: p.clientOf(t, p.ready.API, o.SecretKey), org: o.Org, workflow: o.Workflow}
	m.patient = true
	return m
}

// died waits until the process has ended and requires that SIGKILL ended it.
func (p *process) died(t *testing.T) {
	t.Helper()
	_ = p.command.Wait()
	status, _ := p.command.ProcessState.Sys().(syscall.WaitStatus)
	require.Equal(t, syscall.SIGKILL, status.Signal(), p.logs.read(t))
}

// kill ends the process by SIGKILL.
func (p *process) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, p.command.Process.Kill())
	p.died(t)
}

// stop ends the process and requires a clean exit.
func (p *process) stop(t *testing.T) {
	t.Helper()
	require.NoError(t, p.command.Process.Signal(syscall.SIGTERM))
	require.NoError(t, p.command.Wait(), p.logs.read(t))
}

// A restart on the same folder continues, including running sessions.
func TestRestartGoesOn(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	first := startWhole(t, data)
	m := first.sandbox(t)
	hook := newReceiver(t)
	hook.subscribe(t, m.client)
	v := m.create(t, nil)
	hook.next(t, "verification_session.created")
	v.user.post(t, v.verify("/open"), nil).expect(t, 200)
	first.stop(t)

	second := startWhole(t, data)
	t.Logf("ready after %s at the first start, %s at the second", first.started, second.started)
	require.Equal(t, first.ready.Sandbox, second.ready.Sandbox)
	v.user.base, v.merchant.base = second.ready.API, second.ready.API
	require.Equal(t, "pending", v.get(t).text("status"))
	v.submit(t, "self_attestation", attestation).expect(t, 202)
	v.until(t, "verified")
	hook.next(t, "verification_session.verified")
	second.stop(t)
}

// A laptop has no public address, so stile-dev sets its jurisdiction.
func TestDevJurisdictionIsWhereALaptopIs(t *testing.T) {
	t.Parallel()
	p := start(t, t.TempDir(), "STILE_DEV_JURISDICTION=us-ca")
	live := p.live(t)
	endpoint := body{"url": "https://shop.example/hook", "enabled_events": []string{"*"}}
	live.post(t, "/v1/webhook_endpoints", endpoint).expect(t, 201)
	for _, m := range []merchant{p.sandbox(t), live} {
		created := m.post(t, "/v1/verification_sessions", body{
			"type":                  "age",
			"workflow_id":           m.workflow,
			"return_url":            "https://yourapp.com/done",
			"client_reference_id":   "user_123",
			"delivery_jurisdiction": "CA-QC",
		}).expect(t, 201)
		require.Equal(t, []any{"US-CA", "default", "US-CA", true}, []any{
			created.json["jurisdiction"], created.json["jurisdiction_source"],
			created.json["ip_jurisdiction"], created.json["jurisdiction_mismatch"],
		})
	}
	path, err := binary()
	require.NoError(t, err)
	command := exec.Command(path, "--data", t.TempDir(), "--listen", "127.0.0.1:0")
	command.Env = append(os.Environ(), "STILE_DEV_JURISDICTION=Utopia")
	out, err := command.CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "STILE_DEV_JURISDICTION")
}

// A second process on the same folder refuses to start.
func TestOneProcessPerFolder(t *testing.T) {
	t.Parallel()
	p := start(t, t.TempDir())
	path, err := binary()
	require.NoError(t, err)
	out, err := exec.Command(path, "--data", p.data, "--listen", "127.0.0.1:0").CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "another stile-dev uses")
}
