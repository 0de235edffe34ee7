package temporaldev

import (
	"cmp"
	"errors"
	"log/slog"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
)

// Options configure a Server. The zero value is a server for a test: in memory, on a free loopback port, without a web
// UI.
type Options struct {
	// DatabaseFile is the SQLite file that holds the server's state; its folder
	// must exist. Empty means in memory, gone with the process.
	DatabaseFile string

	// PostgresURL, when set, keeps the state in PostgreSQL instead, in the
	// databases "temporal" and "temporal_visibility", created when absent. It
	// names any database of that cluster, with a user that may create others.
	// The names are fixed, so one PostgreSQL cluster serves one server.
	PostgresURL string

	// FrontendAddress is the host:port clients dial. Port 0 picks a free one, an
	// empty host is loopback, and empty altogether is 127.0.0.1:0.
	FrontendAddress string

	// UIAddress is the host:port of the web UI, read like FrontendAddress.
	// Empty means no UI.
	UIAddress string

	// CodecEndpoint is the URL of the codec server that the UI uses. Optional.
	CodecEndpoint string

	// Namespace is created if absent. Default "default".
	Namespace string

	// SearchAttributes are usable in Namespace when Start returns. Those of an earlier run stay; a changed type is an
	// error.
	SearchAttributes map[string]enumspb.IndexedValueType

	// WithoutNamespaceWorkers leaves out the workers that the server runs for each namespace. They execute schedules,
	// batch jobs and deployments of workers, which are then not available.
	WithoutNamespaceWorkers bool

	// DrainageInterval is the time between two looks for runs of a version of workers that is no longer current. Default:
	// that of Temporal, three minutes.
	DrainageInterval time.Duration

	// Logger receives the server's warnings and errors. Default: none.
	Logger *slog.Logger
}

// withDefaults returns a copy in which every optional field has its value.
func (o Options) withDefaults() Options {
	o.FrontendAddress = cmp.Or(o.FrontendAddress, "127.0.0.1:0")
	o.Namespace = cmp.Or(o.Namespace, "default")
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// validate checks the rules that hold across fields.
func (o Options) validate() error {
	if o.DatabaseFile != "" && o.PostgresURL != "" {
		return errors.New("temporaldev: DatabaseFile and PostgresURL exclude each other")
	}
	if o.CodecEndpoint != "" && o.UIAddress == "" {
		return errors.New("temporaldev: CodecEndpoint needs a UIAddress")
	}
	return nil
}
