// Package pgtest is a PostgreSQL cluster for tests: one per test process, started at first use, with a database of its
// own for every test, new or emptied after an earlier test.
package pgtest

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"
)

// urlVariable names a server to use instead of starting one.
const urlVariable = "STILE_TEST_POSTGRES_URL"

const dropTimeout = 30 * time.Second

// Main runs a package's tests and then removes the cluster they shared. Call it
// from TestMain: os.Exit(pgtest.Main(m)).
func Main(m *testing.M) int {
	shared.managed = true
	code := m.Run()
	if err := shared.close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return max(code, 1)
	}
	return code
}

// NewDatabase returns the URL of a new, empty database, dropped when the test
// ends. Tests may run in parallel.
func NewDatabase(t testing.TB) (url string) {
	t.Helper()
	s, err := shared.open()
	if err != nil {
		t.Fatal(err)
	}
	return newDatabase(t, s, "template1")
}

// NewDatabaseFromTemplate returns the URL of a copy of a template database, which
// costs a fraction of preparing one. prepare fills the template; it is called once
// per process and name, and must close its connections before it returns.
func NewDatabaseFromTemplate(t testing.TB, name string, prepare func(url string) error) string {
	t.Helper()
	s, err := shared.open()
	if err != nil {
		t.Fatal(err)
	}
	template, err := shared.template(t.Context(), s, name, prepare)
	if err != nil {
		t.Fatal(err)
	}
	return newDatabase(t, s, template)
}

func newDatabase(t testing.TB, s server, template string) (url string) {
	t.Helper()
	name := uniqueName("test")
	if err := s.create(t.Context(), name, template); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), dropTimeout)
		defer cancel()
		if err := s.drop(ctx, name); err != nil {
			t.Error(err)
		}
	})
	return s.databaseURL(name)
}
