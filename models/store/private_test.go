package store_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models/store"
)

func TestSQLiteFilesAreReadableByTheirOwnerOnly(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]fs.FileMode{
		"new.db": 0, "old.db": 0o644, "with a%20space.db": 0, "shared.db": 0o660,
	} {
		folder := t.TempDir()
		path := filepath.Join(folder, name)
		if before != 0 { // as an earlier version left them
			for _, file := range []string{path, path + "-wal", path + "-shm"} {
				require.NoError(t, os.WriteFile(file, nil, before))
				require.NoError(t, os.Chmod(file, before))
			}
		}
		s, err := store.Open(t.Context(), options("sqlite:"+path, time.Now))
		require.NoError(t, err)
		require.NoError(t, s.Migrate(t.Context()))
		files, err := os.ReadDir(folder)
		require.NoError(t, err)
		require.Len(t, files, 3, "the database, and -wal and -shm beside it")
		for _, file := range files {
			info, err := file.Info()
			require.NoError(t, err)
			require.Equal(t, fs.FileMode(0o600), info.Mode().Perm(), file.Name())
		}
		require.NoError(t, s.Close())
	}
}
