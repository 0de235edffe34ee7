// Command temporal runs a Temporal server with Stile's search attributes for package temporaltest.
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/stile-id/stile/internal/temporaldev"
	"github.com/stile-id/stile/workflows"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "temporal:", err)
		os.Exit(1)
	}
}

// run prints the server's address and serves until SIGTERM. It creates the namespaces that it reads from the standard
// input, one a line.
func run() error {
	listen := flag.String("listen", "", "host:port of the frontend; a free port of 127.0.0.1 by default")
	database := flag.String("database", "", "URL of a PostgreSQL database; the state is in memory without one")
	versions := flag.Bool("versions", false, "run deployments of workers, and look every second for drained versions")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	o := temporaldev.Options{
		FrontendAddress: *listen, PostgresURL: *database, SearchAttributes: workflows.SearchAttributes(),
		WithoutNamespaceWorkers: !*versions,
		Logger:                  slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
	}
	if *versions {
		o.DrainageInterval = time.Second
	}
	server, err := temporaldev.Start(ctx, o)
	if err != nil {
		return err
	}
	defer server.Stop()
	if _, err := fmt.Fprintln(os.Stdout, server.FrontendAddress()); err != nil {
		return err
	}
	go addNamespaces(ctx, server, os.Stdin, os.Stdout)
	<-ctx.Done()
	return nil
}

// addNamespaces creates a namespace for each line that it reads, and writes a line after each: its error, or nothing.
func addNamespaces(ctx context.Context, server *temporaldev.Server, in io.Reader, out io.Writer) {
	for lines := bufio.NewScanner(in); lines.Scan(); {
		fault := ""
		if err := server.AddNamespace(ctx, lines.Text()); err != nil {
			fault = strings.ReplaceAll(err.Error(), "\n", " ")
		}
		if _, err := fmt.Fprintln(out, fault); err != nil {
			return
		}
	}
}
