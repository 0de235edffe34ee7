// Command stile-dev runs all of Stile in one process: the Temporal server and its web UI, the database, the API and a
// worker, with two seeded organizations. It is for development; production runs cmd/stile.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/internal/localenv"
	"github.com/stile-id/stile/internal/version"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/vision/serve"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := execute(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "stile-dev:", err)
		stop()
		os.Exit(1)
	}
}

// visionRole is the first argument of the vision process, which is this program again: `go run` builds no other.
const visionRole = "vision"

// execute runs a command or, where this program is the vision process, reads pictures.
func execute(ctx context.Context) error {
	if len(os.Args) > 1 && os.Args[1] == visionRole {
		return serve.Main(ctx, os.Args[1:2], os.Args[2:], os.Stdin, os.Stdout, os.Stderr)
	}
	return newCommand().ExecuteContext(ctx)
}

type flags struct {
	data, listen, temporalListen, uiListen, shopListen, webProxy string
	shopGiven, json                                              bool
}

func newCommand() *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use: "stile-dev", Short: "Run all of Stile in one process, for development", Args: cobra.NoArgs,
		Long: "Runs the Temporal server with its web UI, SQLite, the API and a worker.\n\n" +
			"DATABASE_URL and TEMPORAL_ADDRESS, each alone, put an outside service in the place of the embedded one.",
		Version: version.String(), SilenceUsage: true, SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f.shopGiven = cmd.Flags().Changed("shop-listen")
			return run(cmd.Context(), f, cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVar(&f.data, "data", localenv.FolderDefault, "folder that keeps everything between runs")
	cmd.Flags().StringVar(&f.listen, "listen", "127.0.0.1:"+models.APIPortDefault,
		"address of the API; port 0 picks a free one")
	cmd.Flags().StringVar(&f.temporalListen, "temporal-listen", config.TemporalAddressDefault,
		"address of the Temporal server")
	cmd.Flags().StringVar(&f.uiListen, "ui-listen", "127.0.0.1:8233", "address of Temporal's web UI")
	cmd.Flags().StringVar(&f.shopListen, "shop-listen", shopListenDefault,
		"address of the example shop; empty for none, as with --json unless an address is given")
	cmd.Flags().StringVar(&f.webProxy, "web-proxy", "",
		"serve /verify from the development server at this address, started by npm run dev in web")
	cmd.Flags().BoolVar(&f.json, "json", false, "print one line of JSON when ready, instead of text")
	cmd.AddCommand(phoneCommand(), envCommand())
	return cmd
}
