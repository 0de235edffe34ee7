package storetest

import (
	"database/sql"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the database/sql driver "pgx"
)

// Beside opens the database of a URL beside its store, for statements that the store does not have. On SQLite, a
// statement waits up to a minute until the store has written. The end of the test closes it.
func Beside(t testing.TB, url string) *sql.DB {
	t.Helper()
	driver, source := "pgx", url
	if path, found := strings.CutPrefix(url, "sqlite:"); found {
		driver, source = "sqlite", "file:"+path+"?_pragma=busy_timeout(60000)"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}
