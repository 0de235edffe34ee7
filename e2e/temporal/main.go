// Command temporal is a Temporal server on PostgreSQL for tests whose processes share one. In the process of a test the
// race detector would slow it down many times over, and an end of it would be the end of the test.
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

// run says where the server is, and serves until it is told to end.
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
