package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/worker"
)

// workerCommand runs a worker. Its subcommands decide which version of the workers receives new runs.
func workerCommand() *cobra.Command {
	cmd := runCommand("worker", "Run workflows and deliver webhooks", app.Options{Worker: true})
	cmd.AddCommand(promoteCommand(), versionsCommand())
	return cmd
}

// answerWithin limits a request to Temporal that changes or lists versions.
const answerWithin = 30 * time.Second

// promoteEvery is the time between two tries to promote a version with workers that are starting.
const promoteEvery = 2 * time.Second

func promoteCommand() *cobra.Command {
	var wait time.Duration
	cmd := &cobra.Command{
		Use: "promote BUILD_ID", Short: "Let new runs begin on the workers with a build id", Args: cobra.ExactArgs(1),
		Long: "Makes the version of workers with this STILE_WORKER_BUILD_ID the current one: new runs begin on it. Runs\n" +
			"that began on another version end there: keep its workers until `stile worker versions` says that they may be\n" +
			"stopped. Fails while the workers of the version do not ask for the tasks of every queue.",
		RunE: withTemporal(func(ctx context.Context, c namespaceClient, cmd *cobra.Command, args []string) error {
			if err := promote(ctx, c.Client, args[0], wait); err != nil {
				return err
			}
			cmd.Println("new runs begin on version", args[0])
			return nil
		}),
	}
	cmd.Flags().DurationVar(&wait, "wait", 0, "how long to wait for the workers, such as 5m")
	return cmd
}

// promote tries until the workers of the version are ready, or the wait is over.
func promote(ctx context.Context, c client.Client, buildID string, wait time.Duration) error {
	over := time.After(wait)
	for {
		within, cancel := context.WithTimeout(ctx, answerWithin)
		err := worker.Promote(within, c, buildID)
		cancel()
		if !errors.Is(err, worker.ErrNotReady) && !isAway(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-over:
			return err
		case <-time.After(promoteEvery):
		}
	}
}

// isAway reports whether Temporal did not answer, so that a repeat may succeed.
func isAway(err error) bool {
	var unavailable *serviceerror.Unavailable
	var late *serviceerror.DeadlineExceeded
	return errors.As(err, &unavailable) || errors.As(err, &late) || errors.Is(err, context.DeadlineExceeded)
}

func versionsCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "versions", Short: "List the versions of the workers, and which may be stopped", Args: cobra.NoArgs,
		RunE: withTemporal(func(ctx context.Context, c namespaceClient, cmd *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(ctx, answerWithin)
			defer cancel()
			versions, err := worker.Versions(ctx, c, c.namespace)
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]any{"versions": versions})
			}
			return printVersions(cmd, versions)
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

func printVersions(cmd *cobra.Command, versions []worker.Version) error {
	if len(versions) == 0 {
		cmd.Println("no worker with a STILE_WORKER_BUILD_ID has connected")
		return nil
	}
	table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "BUILD ID\tSTATE\tRUNS\tWORKERS\tSINCE")
	for _, v := range versions {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%s%s\n",
			printable(v.BuildID), v.State, v.Runs, v.Workers, v.Since.UTC().Format(time.RFC3339), adviceOn(v))
	}
	return table.Flush()
}

// adviceOn advises an operator on the workers of a version, in a cell of its own.
func adviceOn(v worker.Version) string {
	switch {
	case v.State == worker.VersionInactive:
		return "\treceives nothing until it is promoted"
	case v.MayBeStopped() && v.Workers > 0:
		return "\tits workers may be stopped"
	case !v.MayBeStopped() && v.Workers == 0:
		return "\tHAS NO WORKERS: start some, its runs stand still"
	default:
		return ""
	}
}

// namespaceClient is a client of Temporal for the configured namespace.
type namespaceClient struct {
	client.Client
	namespace string
}

// withTemporal returns the RunE function of a command that needs only Temporal.
func withTemporal(
	do func(ctx context.Context, c namespaceClient, cmd *cobra.Command, args []string) error,
) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		c, err := readPlainConfig(cmd)
		if err != nil {
			return err
		}
		connection, err := app.DialTemporal(c, app.NewLogger("error"), app.TemporalOptions{})
		if err != nil {
			return err
		}
		defer connection.Close()
		return do(cmd.Context(), namespaceClient{connection, c.TemporalNamespace}, cmd, args)
	}
}
