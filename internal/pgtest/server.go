package pgtest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// idleConnections is the number of administrative connections that a server keeps. A new one takes as much processor
// time as the statement that it is for.
const idleConnections = 4

// server is where test databases are created: the shared cluster, or an existing server.
type server struct {
	admin url.URL
	db    *sql.DB
}

func openServer(rawURL string) (server, error) {
	parsed, err := url.Parse(rawURL)
	if err != nil {
		return server{}, err
	}
	config, err := pgx.ParseConfig(rawURL)
	if err != nil {
		return server{}, err
	}
	db := stdlib.OpenDB(*config)
	db.SetMaxIdleConns(idleConnections)
	return server{admin: *parsed, db: db}, nil
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

// create copies a template database. It copies files, which takes a quarter of the processor time of the other
// strategy, which writes each page to the write-ahead log: the server's checkpoints cost nothing without fsync.
func (s server) create(ctx context.Context, name, template string) error {
	err := s.exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()+
		" TEMPLATE "+pgx.Identifier{template}.Sanitize()+" STRATEGY file_copy")
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
	_, err := s.db.ExecContext(ctx, statement, pgx.QueryExecModeSimpleProtocol)
	return err
}
