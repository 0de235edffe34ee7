package migrations_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models/seal"
	"github.com/stile-id/stile/models/store"
)

// Two migrations with one number, or that add one column, fail here within a second. The conformance suite of the
// store, which needs PostgreSQL, also reverts them.
func TestMigrationsApplyOneAfterTheOther(t *testing.T) {
	t.Parallel()
	keys, err := seal.ParseKeys("test:"+seal.GenerateKey(), seal.GenerateKey())
	require.NoError(t, err)
	s, err := store.Open(t.Context(), store.Options{URL: "sqlite:" + filepath.Join(t.TempDir(), "stile.db"), Keys: keys})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	require.NoError(t, s.Migrate(t.Context()))
}
