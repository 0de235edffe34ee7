package app_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/internal/walletdev"
)

func TestFaultyFolderOfTrustedIssuersStopsTheStart(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Config.TrustDir = t.TempDir()
	path := filepath.Join(o.Config.TrustDir, "mdl", "us.pem")
	require.NoError(t, os.Mkdir(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, []byte("hello"), 0o600))
	_, err := app.New(t.Context(), o)
	for _, want := range []string{"STILE_TRUST_DIR", path} {
		require.ErrorContains(t, err, want)
	}
	require.NoError(t, os.Remove(path))
	a, err := app.New(t.Context(), o)
	require.NoError(t, err)
	require.NoError(t, a.Stop())
}

// buffer is a log that may be read while it is written.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(line)
}

func (b *buffer) has(text string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return bytes.Contains(b.text.Bytes(), []byte(text))
}

// Nobody asks the process anything: the first credential after a quiet hour must not meet an issuer that was removed.
func TestIssuersAreFollowedWithoutARequest(t *testing.T) {
	t.Parallel()
	files, err := walletdev.Ensure(t.TempDir(), []string{"localhost"}, time.Now())
	require.NoError(t, err)
	log := &buffer{}
	o := options(t)
	o.Config.TrustDir, o.Log = files.TrustDir(), slog.New(slog.NewTextHandler(log, nil))
	o.Config.VerifierKeyFile, o.Config.VerifierCert = files.VerifierKey(), files.Verifier()
	a, err := app.New(t.Context(), o)
	require.NoError(t, err)
	a.Start(t.Context())
	t.Cleanup(func() { require.NoError(t, a.Stop()) })
	require.NoError(t, os.RemoveAll(filepath.Join(files.TrustDir(), "mdl")))
	testkit.Eventually(t, func() bool { return log.has("a new folder of trusted issuers is in use") })
}
