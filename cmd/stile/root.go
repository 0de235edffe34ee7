package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/models/seal"
	"github.com/stile-id/stile/models/store"
)

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "stile",
		Short:         "Age and identity verification, self-hosted",
		Long:          "Stile verifies age and identity. It is configured by environment variables: see docs/operations.md.",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetOut(os.Stdout) // cobra's default is standard error, which scripts do not read
	root.AddCommand(
		runCommand("api", "Serve the REST API", app.Options{API: true}),
		runCommand("worker", "Run workflows and deliver webhooks", app.Options{Worker: true}),
		runCommand("serve", "Serve the REST API and run workflows, in one process", app.Options{API: true, Worker: true}),
		migrateCommand(), orgCommand(), keyCommand(), encryptionKeyCommand(), signingKeyCommand(), sessionCommand(),
		personCommand(), generateKeyCommand(), trustCommand(),
	)
	return root
}

func runCommand(use, short string, o app.Options) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return run(cmd.Context(), o) },
	}
}

// run starts the process and drains it when the context ends.
func run(ctx context.Context, o app.Options) error {
	c, err := readConfig()
	if err != nil {
		return err
	}
	o.SealHistories = true
	o.Config, o.Log = c, app.NewLogger(c.LogLevel)
	a, err := app.New(ctx, o)
	if err != nil {
		return err
	}
	a.Start(ctx)
	o.Log.Info("started", "url", a.URL(), "api", o.API, "worker", o.Worker)
	<-ctx.Done()
	o.Log.Info("stopping")
	return a.Stop()
}

func readConfig() (config.Config, error) {
	c, err := config.FromEnvironment()
	if err != nil {
		return c, err
	}
	return c, c.Require("DATABASE_URL", "STILE_ENCRYPTION_KEYS", "STILE_LOOKUP_KEY")
}

// withStore returns the RunE function of a command that needs only the database.
func withStore(
	do func(ctx context.Context, s *store.Store, cmd *cobra.Command, args []string) error,
) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		c, err := readConfig()
		if err != nil {
			return err
		}
		keys, err := seal.ParseKeys(c.EncryptionKeys, c.LookupKey)
		if err != nil {
			return fmt.Errorf("STILE_ENCRYPTION_KEYS, STILE_LOOKUP_KEY: %w", err)
		}
		s, err := store.Open(cmd.Context(), store.Options{URL: c.DatabaseURL, Keys: keys, Log: slog.Default()})
		if err != nil {
			return fmt.Errorf("DATABASE_URL: %w", err)
		}
		defer func() { _ = s.Close() }()
		if err := app.ProveKeys(cmd.Context(), s); err != nil {
			return err
		}
		return do(cmd.Context(), s, cmd, args)
	}
}
