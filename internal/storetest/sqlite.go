package storetest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stile-id/stile/models/seal"
	"github.com/stile-id/stile/models/store"
)

// SQLite returns the URL of a new, migrated SQLite database in a temporary folder of the test.
func SQLite(t testing.TB) string {
	t.Helper()
	url, err := SQLiteIn(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return url
}

// SQLiteIn returns the URL of a new, migrated SQLite database in the folder. It copies a database that is migrated once
// per process: under the race detector the parser of the migrations clears gigabytes of buffers.
func SQLiteIn(folder string) (url string, err error) {
	content, err := migrated()
	if err != nil {
		return "", err
	}
	path := filepath.Join(folder, "stile.db")
	return "sqlite:" + path, os.WriteFile(path, content, 0o600)
}

// migrated returns the file of an empty, migrated database.
var migrated = sync.OnceValues(func() (content []byte, err error) {
	folder, err := os.MkdirTemp("", "stile-storetest-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	keys, err := seal.ParseKeys("test:"+seal.GenerateKey(), seal.GenerateKey())
	if err != nil {
		return nil, err
	}
	path := filepath.Join(folder, "stile.db")
	ctx := context.Background() // the database serves tests that have not begun
	s, err := store.Open(ctx, store.Options{URL: "sqlite:" + path, Keys: keys, WriteTimeout: time.Minute})
	if err != nil {
		return nil, err
	}
	if err := errors.Join(s.Migrate(ctx), s.Close()); err != nil { // Close empties the write-ahead log
		return nil, err
	}
	return os.ReadFile(path)
})
