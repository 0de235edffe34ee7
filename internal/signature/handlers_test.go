package signature_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/signature"
	"github.com/stile-id/stile/models"
)

// The handlers in testdata are exact copies of the documentation's quickstart and guide on verifying webhooks. The
// servers around them are Stile's own, with a stand-in for Flask. The handler of docs/webhooks.md is run as well.
const handlers = "testdata/handlers"

const newSecret = "whsec_test_after_the_rotation"

func TestDocumentedHandlersAcceptOnlySignedDeliveries(t *testing.T) {
	t.Parallel()
	for name, command := range map[string]func(t *testing.T) *exec.Cmd{
		"Go":                 buildGo,
		"Node, quickstart":   run("node", handlers+"/node/serve.mjs", handlers+"/node/quickstart.ts"),
		"Node, guide":        run("node", handlers+"/node/serve.mjs", handlers+"/node/guide.ts"),
		"Python, quickstart": run("python3", "-B", handlers+"/python/serve.py", "quickstart"),
		"Python, guide":      run("python3", "-B", handlers+"/python/serve.py", "guide"),
		"Python, own":        run("python3", "-B", handlers+"/python/document.py", "../../docs/webhooks.md"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testHandler(t, serve(t, command(t)))
		})
	}
}

func testHandler(t *testing.T, url string) {
	t.Helper()
	now := time.Now()
	event := delivered(t)
	changed := []byte(strings.Replace(string(event), `"failed"`, `"verified"`, 1))
	require.NotEqual(t, event, changed)
	right := signature.Sign(secret, now, event)
	for name, c := range map[string]struct {
		body         []byte
		header, next string
		status       int
		answer       string // part of the answer
	}{
		"as Stile sends it": {event, right, "", 200, "received"},
		"half a minute late": {
			event, signature.Sign(secret, now.Add(-30*time.Second), event), "", 200, "received",
		},
		"while the secret is rotated":       {event, right, signature.Sign(newSecret, now, event), 200, "received"},
		"a changed body":                    {changed, right, "", 400, "Invalid"},
		"another secret":                    {event, signature.Sign("whsec_other", now, event), "", 400, "Invalid"},
		"the new secret, where the old was": {event, signature.Sign(newSecret, now, event), right, 400, "Invalid"},
		"an old timestamp": {
			event, signature.Sign(secret, now.Add(-6*time.Minute), event), "", 400, "xpired",
		},
		"a timestamp yet to come": {
			event, signature.Sign(secret, now.Add(6*time.Minute), event), "", 400, "xpired",
		},
		"another timestamp, fresh": {event, freshened(now, event), "", 400, "Invalid"},
		"no signature":             {event, "", "", 400, "ignature"},
	} {
		status, answer := post(t, url, c.body, c.header, c.next)
		require.Equal(t, c.status, status, "%s: %s", name, answer)
		require.Contains(t, answer, c.answer, name)
	}
}

// delivered returns the body of a delivery with characters that encodings may treat differently.
func delivered(t *testing.T) []byte {
	t.Helper()
	body, err := json.Marshal(models.Event{
		ID: "evt_rvmvyqtlc2eiuyr2acy6s4bx", Type: models.EventSessionFailed, Created: models.At(signedAt),
		Data: `{"id":"vks_5o3uzwwdi32lrnr6hnfseupz","object":"verification_session","type":"age","status":"failed",` +
			`"client_reference_id":"Zoë <zoe@example.com> & 年齢 🎂 \"\\","metadata":{},"failure":null}`,
	}.Public(nil))
	require.NoError(t, err)
	return body
}

// freshened returns an old signature with the current time.
func freshened(now time.Time, event []byte) string {
	timestamp, _, _ := strings.Cut(signature.Sign(secret, now, event), ",")
	_, old, _ := strings.Cut(signature.Sign(secret, now.Add(-time.Hour), event), ",")
	return timestamp + "," + old
}

func post(t *testing.T, url string, body []byte, header, next string) (int, string) {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, url, strings.NewReader(string(body)))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	for name, value := range map[string]string{signature.Header: header, signature.HeaderNext: next} {
		if value != "" {
			request.Header.Set(name, value)
		}
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(answer)
}

func run(program string, arguments ...string) func(*testing.T) *exec.Cmd {
	return func(*testing.T) *exec.Cmd { return exec.Command(program, arguments...) }
}

func buildGo(t *testing.T) *exec.Cmd {
	t.Helper()
	program := filepath.Join(t.TempDir(), "handler")
	build := exec.Command("go", "build", "-o", program, "./"+handlers+"/go")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	output, err := build.CombinedOutput()
	require.NoError(t, err, "%s", output)
	return exec.Command(program)
}

// serve starts a server that prints its port, and returns the URL of its handler.
func serve(t *testing.T, command *exec.Cmd) string {
	t.Helper()
	command.Env = append(os.Environ(), "STILE_WEBHOOK_SECRET="+secret)
	command.Stderr = t.Output()
	stdout, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	port, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err, "%v did not start", command.Args)
	return "http://127.0.0.1:" + strings.TrimSpace(port) + "/webhooks"
}
