package e2e

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/testkit"
)

// besideDev returns a command of stile that finds its settings in the data folder of a stile-dev.
func (p *process) besideDev(t *testing.T, arguments ...string) *exec.Cmd {
	t.Helper()
	path, err := production()
	require.NoError(t, err)
	path, err = filepath.Abs(path) // the command may run in another folder
	require.NoError(t, err)
	return exec.Command(path, append(arguments, "--data", p.data)...)
}

// forwarded is a request of stile listen.
type forwarded struct {
	header http.Header
	body   []byte
	event  signedEvent
}

// localServer is a developer's server. It refuses the first request of each event, and accepts a repeat.
func localServer(t *testing.T, secret func() string) (url string, requests func() []forwarded) {
	t.Helper()
	var mu sync.Mutex
	var all []forwarded
	seen := map[string]bool{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		event, err := verifyEvent(secret(), r.Header, body, time.Now())
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			t.Errorf("the signature is refused: %s", err)
		}
		all = append(all, forwarded{r.Header.Clone(), body, event})
		if !seen[event.ID] {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		seen[event.ID] = true
	}))
	t.Cleanup(server.Close)
	return server.URL + "/webhooks", func() []forwarded {
		mu.Lock()
		defer mu.Unlock()
		return append([]forwarded(nil), all...)
	}
}

// lines collects the lines that a command prints.
type lines struct {
	mu  sync.Mutex
	all []string
}

func (l *lines) follow(r io.Reader) {
	for scanner := bufio.NewScanner(r); scanner.Scan(); {
		l.mu.Lock()
		l.all = append(l.all, scanner.Text())
		l.mu.Unlock()
	}
}

func (l *lines) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.all, "\n")
}

// listen starts stile listen beside the stile-dev, and returns its lines and a function that ends it by Ctrl-C.
func (p *process) listen(t *testing.T, arguments ...string) (out *lines, interrupt func()) {
	t.Helper()
	command := p.besideDev(t, append([]string{"listen"}, arguments...)...)
	out = &lines{}
	pipe, err := command.StdoutPipe()
	require.NoError(t, err)
	command.Stderr = os.Stderr
	require.NoError(t, command.Start())
	var following sync.WaitGroup
	following.Go(func() { out.follow(pipe) })
	t.Cleanup(func() { _ = command.Process.Kill() })
	testkit.Eventually(t, func() bool { return strings.Contains(out.text(), "Signed with") })
	return out, func() {
		require.NoError(t, command.Process.Signal(syscall.SIGINT))
		following.Wait()
		require.NoError(t, command.Wait(), out.text())
	}
}

// Events that stile trigger makes reach a local server through stile listen as a delivery would: once each unless the
// server refuses them, with the same body and a valid signature.
func TestEventsAreForwardedToALocalServer(t *testing.T) {
	t.Parallel()
	p := start(t, t.TempDir())
	hook := newReceiver(t)
	hook.subscribe(t, p.sandbox(t).client)
	var mu sync.Mutex
	var secret string
	url, requests := localServer(t, func() string {
		mu.Lock()
		defer mu.Unlock()
		return secret
	})
	out, interrupt := p.listen(t, "--forward", url, "--events", "verification_session.verified,session_review.rejected")
	mu.Lock()
	_, printed, _ := strings.Cut(out.text(), "Signed with ")
	secret, _, _ = strings.Cut(printed, ",")
	mu.Unlock()
	require.Regexp(t, `^whsec_[0-9A-Za-z]{43}$`, secret)

	delivered := map[string][]byte{}
	for _, kind := range []string{
		"verification_session.created", "verification_session.verified", "verification_session.failed",
		"verification_session.cancelled", "session_review.flagged", "session_review.approved",
		"session_review.rejected", "session_review.escalated",
	} {
		made, err := p.besideDev(t, "trigger", kind).CombinedOutput()
		require.NoError(t, err, "%s", made)
		require.Contains(t, string(made), kind+" evt_")
		id := strings.Fields(string(made))[1]
		sent := hook.next(t, kind)
		require.Contains(t, string(sent.body), id)
		delivered[id] = sent.body
	}
	// The session that was verified, the one that was approved and the one that was rejected fire a wanted event each.
	testkit.Eventually(t, func() bool { return strings.Count(out.text(), ": 200 (") >= 3 })
	interrupt()
	attempts := map[string]int{}
	ids := map[string]bool{}
	for _, request := range requests() {
		attempts[request.event.ID]++
		require.Contains(t, []string{"verification_session.verified", "session_review.rejected"}, request.event.Type)
		require.Equal(t, "Stile/1.0", request.header.Get("User-Agent"))
		require.Regexp(t, `^whd_[a-z2-7]{24}$`, request.header.Get("Stile-Webhook-Id"))
		ids[request.header.Get("Stile-Webhook-Id")] = true
		if body, known := delivered[request.event.ID]; known {
			require.Equal(t, string(body), string(request.body), "the body is that of a delivery")
		}
	}
	require.Len(t, attempts, 3)
	for id, n := range attempts {
		require.Equal(t, 2, n, id)
	}
	require.Len(t, ids, 6, "each attempt has its own id")
	require.Contains(t, out.text(), ": 503 (")
	require.Contains(t, out.text(), ", again in 1s")
	require.Contains(t, out.text(), "forwarded 3 events; 0 were not acknowledged")

	again, interrupt := p.listen(t, "--forward", url)
	require.NotContains(t, again.text(), secret, "a kept secret is shown once")
	require.Contains(t, again.text(), "listen.secret")
	interrupt()
	require.Len(t, requests(), 6, "a later run does not repeat events of the time before")
}

func TestListenAndTriggerNameTheirFaults(t *testing.T) {
	t.Parallel()
	p := start(t, t.TempDir(), "STILE_SESSION_TTL=3s")
	out, err := p.besideDev(t, "trigger", "verification_session.expired").CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), "verification_session.expired evt_")
	live := "STILE_API_KEY=" + p.ready.Live.SecretKey
	for want, arguments := range map[string][]string{
		"is a live organization":                 {live, "trigger", "verification_session.failed"},
		"is a live organization: use the secret": {live, "listen", "--forward", "http://localhost:3000"},
		"401 api_key_invalid":                    {"STILE_API_KEY=stile_sk_x", "trigger", "verification_session.failed"},
		"the API does not answer":                {"STILE_API_URL=http://127.0.0.1:2", "trigger", "verification_session.failed"},
		"trust_reuse_grant.created cannot be":    {"", "trigger", "trust_reuse_grant.created"},
		"verification_session.lost cannot be":    {"", "trigger", "verification_session.lost"},
		"name a type of event: verification":     {"", "trigger"},
		`--events: "session.lost" is not a type`: {"", "listen", "--forward", "http://localhost:3000", "--events", "session.lost"},
		"--forward must be":                      {"", "listen", "--forward", "localhost"},
		`"forward" not set`:                      {"", "listen"},
		"workflow_id":                            {"", "trigger", "verification_session.failed", "--workflow", "wf_x"},
	} {
		command := p.besideDev(t)
		command.Args = append(command.Args[:1], arguments[1:]...)
		command.Dir = t.TempDir()
		command.Env = append(os.Environ(), "STILE_API_URL="+p.ready.API, "STILE_API_KEY="+p.ready.Sandbox.SecretKey,
			arguments[0])
		out, err := command.CombinedOutput()
		require.Error(t, err)
		require.Contains(t, string(out), want, "%s: %s", err, out)
	}
	// An API key of the environment does not replace that of a folder that is given.
	command := p.besideDev(t, "trigger", "verification_session.created")
	command.Env = append(os.Environ(), live)
	out, err = command.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

func TestShellCompletesTypesOfEvents(t *testing.T) {
	t.Parallel()
	path, err := production()
	require.NoError(t, err)
	for want, arguments := range map[string][]string{
		"session_review.approved\n":                        {"trigger", ""},
		"session_review.rejected,session_review.flagged\n": {"listen", "--events", "session_review.rejected,"},
		"listen\tForward the events":                       {"li"},
	} {
		out, err := exec.Command(path, append([]string{"__complete"}, arguments...)...).Output()
		require.NoError(t, err)
		require.Contains(t, string(out), want, "%s: %s", err, out)
		require.NotContains(t, string(out), "trust_reuse_grant.created\nverification")
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		out, err := exec.Command(path, "completion", shell).Output()
		require.NoError(t, err)
		require.True(t, bytes.Contains(out, []byte("stile")), shell)
	}
}
