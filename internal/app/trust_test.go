package app_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/app"
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
