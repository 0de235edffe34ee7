package temporaldev

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"go.temporal.io/server/schema"
)

// memoryDatabases numbers the in-memory databases of this process, so that
// servers side by side do not share one.
var memoryDatabases atomic.Int64

func openSQLiteMemory() store {
	name := "temporaldev-" + strconv.FormatInt(memoryDatabases.Add(1), 10)
	return sqliteStore(name, testRetention, map[string]string{
		"mode":  "memory",
		"cache": "shared",
	})
}

// openSQLiteFile opens a store that survives SIGKILL: a committed transaction is in the write-ahead log, and so in the
// kernel. Only a power cut may lose the last transactions.
func openSQLiteFile(ctx context.Context, file string) (store, error) {
	path, err := filepath.Abs(file)
	if err != nil {
		return store{}, fmt.Errorf("temporaldev: %w", err)
	}
	// The plugin puts the name into a file: URI as it is.
	name := (&url.URL{Path: path}).EscapedPath()
	if err := createSQLiteSchema(ctx, name); err != nil {
		return store{}, fmt.Errorf("temporaldev: database %s: %w", path, err)
	}
	return sqliteStore(name, durableRetention, map[string]string{
		"mode":         "rw",
		"busy_timeout": "10000",
		"journal_mode": "wal",
		"synchronous":  "normal",
	}), nil
}

// sqliteStore keeps the plugin's one connection per database, because SQLite writes one transaction at a time. More
// shards would only wait for each other.
func sqliteStore(name string, retention time.Duration, attributes map[string]string) store {
	cfg := &config.SQL{
		PluginName:        sqlite.PluginName,
		DatabaseName:      name,
		ConnectAttributes: attributes,
	}
	return store{main: cfg, visibility: cfg, shards: 1, retention: retention}
}

// createSQLiteSchema fills an empty database in one transaction: a process
// killed half-way leaves it empty, and the next start finds it so.
func createSQLiteSchema(ctx context.Context, name string) (err error) {
	db, err := sql.Open("sqlite", "file:"+name+"?mode=rwc&_txlock=immediate&_pragma=busy_timeout(10000)")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after Commit it does nothing

	var tables int
	err = tx.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master WHERE type = 'table'").Scan(&tables)
	if err != nil || tables > 0 {
		return err
	}
	for _, part := range []string{"temporal", "visibility"} {
		statements, err := fs.ReadFile(schema.Assets(), "sqlite/v3/"+part+"/schema.sql")
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, string(statements)); err != nil {
			return err
		}
	}
	return tx.Commit()
}
