package temporaldev

import (
	"context"
	"time"

	"go.temporal.io/server/common/config"
)

// store is the database of a server, with its schema.
type store struct {
	main       *config.SQL
	visibility *config.SQL
	// shards is the number of parts of the history. The first start of a database fixes it.
	shards int32
	// retention is how long a closed workflow is kept.
	retention time.Duration
}

const (
	testRetention    = 24 * time.Hour
	durableRetention = 7 * 24 * time.Hour
)

func openStore(ctx context.Context, o Options) (store, error) {
	switch {
	case o.PostgresURL != "":
		return openPostgres(ctx, o.PostgresURL)
	case o.DatabaseFile != "":
		return openSQLiteFile(ctx, o.DatabaseFile)
	default:
		return openSQLiteMemory(), nil
	}
}

// persistence returns the store as the server's configuration.
func (s store) persistence() config.Persistence {
	return config.Persistence{
		DefaultStore:     "main",
		VisibilityStore:  "visibility",
		NumHistoryShards: s.shards,
		DataStores: map[string]config.DataStore{
			"main":       {SQL: s.main},
			"visibility": {SQL: s.visibility},
		},
	}
}
