package pgtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"
)

// server is where test databases are created: the shared cluster, or an existing server.
type server struct {
	admin url.URL
}

func parseServer(rawURL string) (server, error) {
	parsed, err := url.Parse(rawURL)
	if err != nil {
		return server{}, err
	}
	return server{admin: *parsed}, nil
}

// uniqueName returns a name that differs between test processes on the same server.
func uniqueName(kind string) string {
	return "stile_" + kind + "_" + strings.ToLower(rand.Text())
}

func (s server) databaseURL(name string) string {
	database := s.admin
	database.Path = "/" + name
	options := database.Query()
	options.Set("connect_timeout", "60") // seconds: the machine may be busy
	database.RawQuery = options.Encode()
	return database.String()
}

func (s server) create(ctx context.Context, name, template string) error {
	err := s.exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()+" TEMPLATE "+pgx.Identifier{template}.Sanitize())
	if err != nil {
		return fmt.Errorf("pgtest: create a database: %w", err)
	}
	return nil
}

// drop drops the database and ends connections that a test left open.
func (s server) drop(ctx context.Context, name string) error {
	err := s.exec(ctx, "DROP DATABASE IF EXISTS "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)")
	if err != nil {
		return fmt.Errorf("pgtest: drop a database: %w", err)
	}
	return nil
}

func (s server) exec(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, s.admin.String())
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	_, err = conn.Exec(ctx, statement)
	return err
}
