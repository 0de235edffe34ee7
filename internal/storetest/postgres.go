// Package storetest makes databases for tests on which the store runs with the rights of production.
package storetest

import (
	"context"
	"errors"
	"net/url"
	"testing"
	"time"

	"github.com/stile-id/stile/internal/pgtest"
	"github.com/stile-id/stile/models/seal"
	"github.com/stile-id/stile/models/store"
)

// The kinds of roles for pgtest: the one that migrates, and the one that runs the service.
const (
	Owner   = "owner"
	Service = "service"
)

// Postgres returns the URLs of a new, migrated PostgreSQL database: for a role with the rights of the service alone,
// and for a superuser.
func Postgres(t testing.TB) (service, super string) {
	t.Helper()
	return withService(t, pgtest.NewDatabaseFromTemplate(t, template, prepare))
}

// ReusedPostgres returns the same URLs of a database that other tests may have had, empty again. It costs a fraction of
// a new one, unless the test changes the schema.
func ReusedPostgres(t testing.TB) (service, super string) {
	t.Helper()
	return withService(t, pgtest.ReusedDatabase(t, template, prepare))
}

// template names the template database of both.
const template = "migrated"

func withService(t testing.TB, super string) (service, _ string) {
	t.Helper()
	service, err := pgtest.As(Service, super)
	if err != nil {
		t.Fatal(err)
	}
	return service, super
}

// prepare migrates as a role that is no superuser, and grants another one the rights of the service.
func prepare(super string) error {
	owner, err := pgtest.Own(Owner, super)
	if err != nil {
		return err
	}
	service, err := pgtest.As(Service, super)
	if err != nil {
		return err
	}
	role, err := Role(service)
	if err != nil {
		return err
	}
	keys, err := seal.ParseKeys("test:"+seal.GenerateKey(), seal.GenerateKey())
	if err != nil {
		return err
	}
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{URL: owner, Keys: keys, WriteTimeout: time.Minute})
	if err != nil {
		return err
	}
	return errors.Join(s.Migrate(ctx), s.GrantService(ctx, role), s.Close())
}

// Role returns the role that a URL connects as.
func Role(database string) (string, error) {
	parsed, err := url.Parse(database)
	if err != nil {
		return "", err
	}
	return parsed.User.Username(), nil
}
