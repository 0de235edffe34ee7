package e2e

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/rules"
)

var referenceProvider = built("../examples/provider", "../bin/test", nil)

// vendor is the reference provider with its connector. It is unreachable until it is started.
type vendor struct{ address, connector, secret string }

// connect has the vendor judge documents for the merchant.
func (m merchant) connect(t *testing.T, mode string, more body) vendor {
	t.Helper()
	// An address that no other process takes while the vendor is away.
	free, err := net.Listen("tcp", fmt.Sprintf("127.1.%d.%d:0", rand.IntN(256), rand.IntN(256)))
	require.NoError(t, err)
	v := vendor{address: free.Addr().String()}
	require.NoError(t, free.Close())
	b := body{"method": "document_capture", "url": "http://" + v.address + "/judge", "mode": mode, "name": "Reference"}
	for name, value := range more {
		b[name] = value
	}
	created := m.post(t, "/v1/provider_connectors", b).expect(t, 201)
	v.connector, v.secret = created.text("id"), created.text("secret")
	return v
}

// start runs the provider until the test ends.
func (v vendor) start(t *testing.T) {
	t.Helper()
	path, err := referenceProvider()
	require.NoError(t, err)
	command := exec.Command(path, "-listen", v.address)
	command.Env = append(os.Environ(), "PROVIDER_SECRET="+v.secret)
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	require.NoError(t, command.Start())
	t.Cleanup(func() { _ = command.Process.Kill(); _ = command.Wait() })
}

// Documents in the form of the reference provider.
var (
	goodDocument    = body{"input": body{"date_of_birth": "1990-01-31", "expires": "2199-01-31"}}
	expiredDocument = body{"input": body{"date_of_birth": "1990-01-31", "expires": "2001-01-31"}}
)

// results returns the verdicts on the session's attempts.
func (s session) results(t *testing.T) []map[string]any {
	t.Helper()
	results, _ := s.get(t).json["results"].([]any)
	objects := make([]map[string]any, 0, len(results))
	for _, result := range results {
		object, _ := result.(map[string]any)
		objects = append(objects, object)
	}
	return objects
}

func TestProviders(t *testing.T) {
	t.Parallel()
	onEveryBackend(t, func(t *testing.T, s *stack) {
		for name, scenario := range map[string]func(t *testing.T, s *stack){
			"a verdict at once":              providerJudgesAtOnce,
			"a verdict by callback":          providerCallsBack,
			"a provider that comes back":     providerComesBack,
			"a provider with another secret": providerRefuses,
			"a provider that is overtaken":   providerIsOvertaken,
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				scenario(t, s)
			})
		}
	})
}

// Only a provider that stays away is waited for briefly: on a busy machine the others may take long.
func TestAbsentProvider(t *testing.T) {
	t.Parallel()
	onEveryBackend(t, providerStaysAway, func(c *config.Config) { c.ProviderPatience = 3 * time.Second })
}

func providerJudgesAtOnce(t *testing.T, s *stack) {
	m := s.sandbox(t, simple(rules.MethodDocumentCapture))
	m.connect(t, "sync", nil).start(t)
	hook := newReceiver(t)
	hook.subscribe(t, m.client)
	v := m.create(t, nil)
	v.submit(t, "document_capture", expiredDocument).expect(t, 202)
	v.until(t, "requires_input")
	shown := v.user.get(t, v.verify("")).expect(t, 200).json["methods"].([]any)[0].(map[string]any)
	require.InDelta(t, 2, shown["attempts_left"], 0)
	require.Equal(t, []any{"document_expired"}, shown["last_attempt"].(map[string]any)["reason_codes"])
	v.submit(t, "document_capture", goodDocument).expect(t, 202)
	v.until(t, "verified")
	hook.next(t, "verification_session.verified")
	results := v.results(t)
	require.Len(t, results, 2)
	for i, status := range []string{"failed", "passed"} {
		require.Equal(t, status, results[i]["status"])
		require.Equal(t, "Reference", results[i]["provider"])
	}
}

func providerCallsBack(t *testing.T, s *stack) {
	m := s.sandbox(t, simple(rules.MethodDocumentCapture))
	m.connect(t, "callback", nil).start(t)
	hook := newReceiver(t)
	hook.subscribe(t, m.client)
	v := m.create(t, nil)
	v.submit(t, "document_capture", goodDocument).expect(t, 202)
	v.until(t, "verified")
	hook.next(t, "verification_session.verified")
	require.Len(t, v.results(t), 1)
}

func providerComesBack(t *testing.T, s *stack) {
	m := s.sandbox(t, simple(rules.MethodDocumentCapture))
	away := m.connect(t, "sync", nil)
	v := m.create(t, nil)
	v.submit(t, "document_capture", goodDocument).expect(t, 202)
	require.Equal(t, "processing", v.get(t).text("status"))
	away.start(t)
	v.until(t, "verified")
	require.Len(t, v.results(t), 1, "an outage is no verdict")
}

func providerStaysAway(t *testing.T, s *stack) {
	m := s.sandbox(t, simple(rules.MethodDocumentCapture))
	m.connect(t, "sync", nil)
	v := m.create(t, nil)
	v.submit(t, "document_capture", goodDocument).expect(t, 202)
	unavailable(t, v)
}

// unavailable requires that the user is told that it is not their fault, and keeps all attempts.
func unavailable(t *testing.T, v session) {
	t.Helper()
	v.until(t, "requires_input")
	shown := v.user.get(t, v.verify("")).expect(t, 200).json["methods"].([]any)[0].(map[string]any)
	require.Equal(t, "available", shown["status"])
	require.InDelta(t, 3, shown["attempts_left"], 0)
	last := shown["last_attempt"].(map[string]any)
	require.Equal(t, "error", last["status"])
	require.Equal(t, []any{"provider_unavailable"}, last["reason_codes"])
}

func providerRefuses(t *testing.T, s *stack) {
	m := s.sandbox(t, simple(rules.MethodDocumentCapture))
	vendor := m.connect(t, "sync", nil)
	vendor.start(t)
	m.post(t, "/v1/provider_connectors/"+vendor.connector+"/rotate-secret", nil).expect(t, 200)
	v := m.create(t, nil)
	v.submit(t, "document_capture", goodDocument).expect(t, 202)
	v.until(t, "requires_input")
	require.Equal(t, []any{"method_error"}, v.results(t)[0]["reason_codes"], "the vendor knows the old secret")
}

// While a provider takes its time, the user may pass by another method.
func providerIsOvertaken(t *testing.T, s *stack) {
	m := s.sandbox(t, simple(rules.MethodDocumentCapture, rules.MethodSelfAttestation))
	silent := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusAccepted)
	}))
	t.Cleanup(silent.Close)
	m.connect(t, "callback", body{"url": silent.URL})
	v := m.create(t, nil)
	attempt := v.submit(t, "document_capture", goodDocument).expect(t, 202)
	v.submit(t, "self_attestation", attestation).expect(t, 202)
	v.until(t, "verified")
	require.Len(t, v.results(t), 1)
	require.NotEqual(t, attempt.text("id"), v.results(t)[0]["id"])
}

// A worker killed after a provider answered and before the verdict was stored has the provider asked again. An API
// killed after a callback was stored and before the run was told leaves that to the sweep.
func TestKilledWithAProvider(t *testing.T) {
	t.Parallel()
	for database, environment := range environments {
		for point, mode := range map[string]string{"provider.answered": "sync", "callback.committed": "callback"} {
			t.Run(database+"/"+point, func(t *testing.T) {
				t.Parallel()
				environment := environment(t)
				doomed := start(t, t.TempDir(), append(environment, "STILE_FAULT="+point)...)
				m := doomed.sandbox(t)
				hook := newReceiver(t)
				hook.subscribe(t, m.client)
				m.connect(t, mode, body{"timeout_seconds": 1}).start(t)
				v := m.create(t, nil)
				_, _ = v.user.try(http.MethodPost, v.verify("/methods/document_capture"), goodDocument)
				restart(t, doomed, environment, &v)
				v.until(t, "verified")
				hook.next(t, "verification_session.verified")
				require.Len(t, v.results(t), 1)
			})
		}
	}
}
