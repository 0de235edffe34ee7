// Command temporal is a Temporal server on PostgreSQL for tests with several processes. Inside a test's process the
// race detector would slow it down many times, and its end would end the test.
package main

import (
	"context"
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
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	server, err := temporaldev.Start(ctx, temporaldev.Options{
		PostgresURL: os.Getenv("DATABASE_URL"), SearchAttributes: workflows.SearchAttributes(),
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
