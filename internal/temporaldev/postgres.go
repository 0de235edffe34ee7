package temporaldev

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/persistence/sql/sqlplugin/postgresql"
	"go.temporal.io/server/schema"
	v12 "go.temporal.io/server/schema/postgresql/v12"
)

// postgresDatabase is one of the two databases of the server.
type postgresDatabase struct {
	name    string
	schema  string // folder in the server module
	version string
}

var (
	postgresMain       = postgresDatabase{"temporal", "postgresql/v12/temporal", v12.Version}
	postgresVisibility = postgresDatabase{"temporal_visibility", "postgresql/v12/visibility", v12.VisibilityVersion}
)

const (
	postgresShards = 4
	// Each of the server's four services opens such a pool per database.
	postgresConnections = 20

	duplicateDatabase = "42P04"
)

func openPostgres(ctx context.Context, rawURL string) (store, error) {
	cluster, err := pgx.ParseConfig(rawURL)
	if err != nil {
		return store{}, fmt.Errorf("temporaldev: PostgresURL: %w", err)
	}
	for _, database := range []postgresDatabase{postgresMain, postgresVisibility} {
		if err := database.create(ctx, cluster); err != nil {
			return store{}, fmt.Errorf("temporaldev: database %s: %w", database.name, err)
		}
	}
	attributes, err := connectAttributes(rawURL)
	if err != nil {
		return store{}, err
	}
	return store{
		main:       postgresConfig(cluster, postgresMain.name, attributes),
		visibility: postgresConfig(cluster, postgresVisibility.name, attributes),
		shards:     postgresShards,
		retention:  durableRetention,
	}, nil
}

func postgresConfig(cluster *pgx.ConnConfig, database string, attributes map[string]string) *config.SQL {
	return &config.SQL{
		PluginName:        postgresql.PluginNamePGX,
		ConnectAddr:       net.JoinHostPort(cluster.Host, strconv.Itoa(int(cluster.Port))),
		User:              url.PathEscape(cluster.User), // the plugin escapes the password alone
		Password:          cluster.Password,
		DatabaseName:      database,
		ConnectAttributes: attributes,
		MaxConns:          postgresConnections,
		MaxIdleConns:      postgresConnections,
	}
}

// connectAttributes returns the URL's parameters. It sets an absent sslmode to "prefer", the usual default, because the
// plugin would set it to "disable".
func connectAttributes(rawURL string) (map[string]string, error) {
	parsed, err := url.Parse(rawURL)
	if err != nil {
		return nil, fmt.Errorf("temporaldev: PostgresURL: %w", err)
	}
	attributes := map[string]string{"sslmode": "prefer"}
	for name, values := range parsed.Query() {
		attributes[name] = values[0]
	}
	return attributes, nil
}

// create makes the database and its tables unless they exist.
func (d postgresDatabase) create(ctx context.Context, cluster *pgx.ConnConfig) error {
	err := withConnection(ctx, cluster, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{d.name}.Sanitize())
		return err
	})
	var refused *pgconn.PgError
	if err != nil && !(errors.As(err, &refused) && refused.Code == duplicateDatabase) {
		return err
	}
	own := cluster.Copy()
	own.Database = d.name
	return withConnection(ctx, own, func(conn *pgx.Conn) error {
		return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return d.createSchema(ctx, tx) })
	})
}

// createSchema creates the newest schema. It does not migrate: the server compares versions and refuses an older
// database.
func (d postgresDatabase) createSchema(ctx context.Context, tx pgx.Tx) error {
	var exists bool
	err := tx.QueryRow(ctx, "SELECT to_regclass('schema_version') IS NOT NULL").Scan(&exists)
	if err != nil || exists {
		return err
	}
	statements, err := fs.ReadFile(schema.Assets(), d.schema+"/schema.sql")
	if err != nil {
		return err
	}
	// The simple protocol takes many statements at once.
	if _, err := tx.Conn().PgConn().Exec(ctx, string(statements)).ReadAll(); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `CREATE TABLE schema_version (
		version_partition INT NOT NULL, db_name VARCHAR(255) NOT NULL, creation_time TIMESTAMP,
		curr_version VARCHAR(64), min_compatible_version VARCHAR(64),
		PRIMARY KEY (version_partition, db_name))`); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO schema_version VALUES (0, $1, now(), $2, $2)", d.name, d.version)
	return err
}

func withConnection(ctx context.Context, cfg *pgx.ConnConfig, use func(*pgx.Conn) error) error {
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return use(conn)
}
