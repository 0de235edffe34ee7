package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models/store"
)

func TestOpenRefusesOtherDatabases(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "mysql://127.0.0.1/stile", "stile.db", "file:stile.db"} {
		_, err := store.Open(t.Context(), options(url, time.Now))
		require.ErrorContains(t, err, `must begin with "postgres://" or "sqlite:"`)
	}
}

func TestOpenErrorsHideThePassword(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"postgres://stile:hunter2@127.0.0.1:1/stile?sslmode=disable", // no server listens
		"postgres://stile:hunter2@127.0.0.1:port/stile",
		"postgres://stile:hunter2@[::1/stile",
		"postgresql://stile:hunter2@%zz/stile",
	} {
		_, err := store.Open(t.Context(), options(url, time.Now))
		require.Error(t, err)
		require.NotContains(t, err.Error(), "hunter2")
	}
}

func TestOpenFailsForAnInvalidPath(t *testing.T) {
	t.Parallel()
	_, err := store.Open(t.Context(), options("sqlite:"+t.TempDir()+"/no/such/folder/stile.db", time.Now))
	require.Error(t, err)
}
