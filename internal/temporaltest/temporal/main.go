// Command temporal runs a Temporal server with Stile's search attributes for package temporaltest.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/stile-id/stile/internal/temporaldev"
	"github.com/stile-id/stile/workflows"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "temporal:", err)
		os.Exit(1)
	}
}

// run prints the server's address and serves until SIGTERM.
func run() error {
	listen := flag.String("listen", "", "host:port of the frontend; a free port of 127.0.0.1 by default")
	database := flag.String("database", "", "URL of a PostgreSQL database; the state is in memory without one")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	server, err := temporaldev.Start(ctx, temporaldev.Options{
		FrontendAddress: *listen, PostgresURL: *database, SearchAttributes: workflows.SearchAttributes(),
		Logger: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
	})
	if err != nil {
		return err
	}
	defer server.Stop()
	if _, err := fmt.Fprintln(os.Stdout, server.FrontendAddress()); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}
