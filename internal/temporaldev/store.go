package temporaldev

import (
	"context"
	"time"

	"go.temporal.io/server/common/config"
)

// store is where a server keeps its state, with the schema in place.
type store struct {
	main       *config.SQL
	visibility *config.SQL
	// shards is how many parts the history is split into; the first start of a
	// database settles it for good.
	shards int32
	// retention is how long a closed workflow can be looked at.
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

// persistence is the store in the words of the server's configuration.
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
