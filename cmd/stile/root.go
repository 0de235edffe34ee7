package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/internal/localenv"
	"github.com/stile-id/stile/internal/version"
	"github.com/stile-id/stile/models/seal"
	"github.com/stile-id/stile/models/store"
)

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "stile",
		Short: "Age and identity verification, self-hosted",
		Long: "Stile verifies age and identity. It is configured by environment variables: see docs/operations.md.\n\n" +
			"DATABASE_URL and variables whose names begin with STILE_ or TEMPORAL_ are also read from the file .env of the\n" +
			"current folder. A variable of the environment comes before one of the file. Commands other than api, worker\n" +
			"and serve take what neither has from the data folder of stile-dev, if there is one in .stile.",
		Version:       version.String(),
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetOut(os.Stdout) // cobra's default is standard error, which scripts do not read
	root.PersistentFlags().String(dataFlag, localenv.FolderDefault,
		"data folder of stile-dev; if given, its variables come before all others (not for api, worker, serve)")
	_ = root.MarkPersistentFlagDirname(dataFlag)
	root.AddCommand(
		runCommand("api", "Serve the REST API", app.Options{API: true}),
		workerCommand(),
		runCommand("serve", "Serve the REST API and run workflows, in one process", app.Options{API: true, Worker: true}),
		migrateCommand(), orgCommand(), keyCommand(), encryptionKeyCommand(), signingKeyCommand(), sessionCommand(),
		personCommand(), generateKeyCommand(), trustCommand(), listenCommand(), triggerCommand(),
		doctorCommand(),
	)
	return root
}

func runCommand(use, short string, o app.Options) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return run(cmd, o) },
	}
}

// run starts the process, and drains and stops it when the context of the command ends.
func run(cmd *cobra.Command, o app.Options) error {
	if cmd.Flags().Changed(dataFlag) {
		return fmt.Errorf("--%s is for commands beside stile-dev; %s runs on the environment", dataFlag, cmd.Name())
	}
	settings, err := localenv.Read(localenv.Sources{})
	if err != nil {
		return err
	}
	c, err := configOf(settings)
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	o.SealHistories = true
	o.Config, o.Log = c, app.NewLogger(c.LogLevel)
	a, err := app.New(ctx, o)
	if err != nil {
		return err
	}
	a.Start(ctx)
	o.Log.Info("started", "version", version.String(), "url", a.URL(), "api", o.API, "worker", o.Worker)
	<-ctx.Done()
	o.Log.Info("stopping", "drain_delay", c.DrainDelay.String())
	again, stop := signal.NotifyContext(context.WithoutCancel(ctx), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	a.Drain(again) // a second signal ends the delay
	return a.Stop()
}

// dataFlag names the data folder of stile-dev.
const dataFlag = "data"

// settingsOf returns the variables of a command that may use the data folder of stile-dev.
func settingsOf(cmd *cobra.Command) (localenv.Environment, error) {
	folder, err := cmd.Flags().GetString(dataFlag)
	if err != nil {
		return localenv.Environment{}, err
	}
	return localenv.Read(localenv.Sources{Folder: folder, FolderGiven: cmd.Flags().Changed(dataFlag)})
}

// readPlainConfig returns the configuration of a command that needs neither the database nor keys.
func readPlainConfig(cmd *cobra.Command) (config.Config, error) {
	settings, err := settingsOf(cmd)
	if err != nil {
		return config.Config{}, err
	}
	return config.Read(settings.Get)
}

// readConfig returns the configuration of a command that uses the database.
func readConfig(cmd *cobra.Command) (config.Config, error) {
	settings, err := settingsOf(cmd)
	if err != nil {
		return config.Config{}, err
	}
	return configOf(settings)
}

func configOf(settings localenv.Environment) (config.Config, error) {
	c, err := config.Read(settings.Get)
	if err != nil {
		return c, err
	}
	return c, settings.Explain(c.Require("DATABASE_URL", "STILE_ENCRYPTION_KEYS", "STILE_LOOKUP_KEY"))
}

// withStore returns the RunE function of a command that needs only the database.
func withStore(
	do func(ctx context.Context, s *store.Store, cmd *cobra.Command, args []string) error,
) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		c, err := readConfig(cmd)
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
