// Package temporaldev runs the Temporal server and its web UI in this process, for development, tests and benchmarks.
// Production uses an external Temporal service and does not link this package.
package temporaldev

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"go.temporal.io/sdk/worker"
	"go.temporal.io/server/temporal"
)

// Server is a running Temporal server.
type Server struct {
	options  Options
	state    store
	frontend endpoint
	server   temporal.Server
	ui       *ui // nil without one
	logger   logger
	stop     sync.Once
}

// startTimeout limits the start even if the caller's context has no deadline.
const startTimeout = time.Minute

// binaryChecksum identifies the executable in the reset points of runs. Nobody resets the runs of a bad binary on this
// server, and the SDK's checksum is an MD5 of the whole executable, a fifth of the processor time of a start.
const binaryChecksum = "development"

// Start returns when a client can use the namespace and its search attributes.
func Start(ctx context.Context, o Options) (*Server, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	o = o.withDefaults()
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()

	s, err := startServer(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := s.finishStart(ctx, o); err != nil {
		s.Stop()
		return nil, err
	}
	s.logger.lowest.Set(slog.LevelWarn)
	return s, nil
}

// startServer prepares the state and starts the services on it.
func startServer(ctx context.Context, o Options) (*Server, error) {
	frontend, err := resolveEndpoint(o.FrontendAddress)
	if err != nil {
		return nil, err
	}
	placed, err := placeServices(frontend)
	if err != nil {
		return nil, err
	}
	state, err := openStore(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := prepareNamespace(ctx, state, o); err != nil {
		return nil, err
	}
	worker.SetBinaryChecksum(binaryChecksum)
	s := &Server{options: o, state: state, frontend: frontend, logger: newLogger(o.Logger)}
	if err := s.run(serverConfig(state, placed), placed); err != nil {
		return nil, fmt.Errorf("temporaldev: start the Temporal server: %w", err)
	}
	return s, nil
}

// finishStart waits for the frontend and adds the UI.
func (s *Server) finishStart(ctx context.Context, o Options) error {
	if err := s.waitForNamespace(ctx, o.Namespace); err != nil {
		return fmt.Errorf("temporaldev: wait for the frontend: %w", err)
	}
	if o.UIAddress == "" {
		return nil
	}
	at, err := resolveEndpoint(o.UIAddress)
	if err != nil {
		return err
	}
	s.ui, err = startUI(ctx, at, s.frontend, o)
	return err
}

// AddNamespace creates a namespace with the server's search attributes, unless it exists. Clients can use it when
// AddNamespace returns. A client that has named it within the second before may have to wait for a second.
func (s *Server) AddNamespace(ctx context.Context, name string) error {
	o := s.options
	o.Namespace = name
	if err := prepareNamespace(ctx, s.state, o); err != nil {
		return err
	}
	return s.waitForNamespace(ctx, name)
}

// FrontendAddress returns the host:port at which clients reach the server.
func (s *Server) FrontendAddress() string { return s.frontend.hostPort() }

// UIURL returns the URL of the UI, or "" without one.
func (s *Server) UIURL() string {
	if s.ui == nil {
		return ""
	}
	return s.ui.url
}

// Stop stops the server and returns when it has ended. Further calls wait for the first.
func (s *Server) Stop() {
	s.stop.Do(func() {
		s.logger.lowest.Set(slog.LevelError)
		if s.ui != nil {
			s.ui.stop()
		}
		if err := s.server.Stop(); err != nil {
			s.logger.to.Error("the Temporal server did not stop in order", "error", err)
		}
	})
}
