package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stile-id/stile/internal/config"
)

// temporalFile holds where the last run reached Temporal, for envCommand.
const temporalFile = "temporal.json"

type temporalAddress struct {
	Address string `json:"address"`
}

// envCommand prints the environment with which the command stile works on the same data, beside a stile-dev that runs.
func envCommand() *cobra.Command {
	var data string
	cmd := &cobra.Command{
		Use: "env", Short: "Print the environment with which the command stile works on the same data", Args: cobra.NoArgs,
		Long: "Prints shell commands that set DATABASE_URL, STILE_ENCRYPTION_KEYS, STILE_LOOKUP_KEY and TEMPORAL_ADDRESS to\n" +
			"what stile-dev uses with this data folder. What is set already stays. To look into a session:\n\n" +
			"  eval \"$(stile-dev env)\" && stile session show vks_…",
		RunE: func(cmd *cobra.Command, _ []string) error { return printEnv(cmd.OutOrStdout(), data) },
	}
	cmd.Flags().StringVar(&data, "data", defaultData, "the data folder")
	return cmd
}

func printEnv(out io.Writer, data string) error {
	dir, err := filepath.Abs(data)
	if err != nil {
		return err
	}
	f := &folder{dir: dir} // which another process has locked
	if _, err := os.Stat(f.path(credentialsFile)); err != nil {
		return fmt.Errorf("stile-dev has not run with the folder %s: start it, or name another with --data", dir)
	}
	c, err := configure(flags{}, f)
	if err != nil {
		return err
	}
	temporal := temporalAddress{Address: c.TemporalAddress}
	if os.Getenv("TEMPORAL_ADDRESS") == "" {
		if _, err := f.load(temporalFile, &temporal); err != nil {
			return err
		}
	}
	return writeEnv(out, c, temporal.Address)
}

func writeEnv(out io.Writer, c config.Config, temporal string) (err error) {
	for _, v := range [][2]string{
		{"DATABASE_URL", c.DatabaseURL}, {"STILE_ENCRYPTION_KEYS", c.EncryptionKeys}, {"STILE_LOOKUP_KEY", c.LookupKey},
		{"TEMPORAL_ADDRESS", temporal},
	} {
		_, failed := fmt.Fprintf(out, "export %s='%s'\n", v[0], strings.ReplaceAll(v[1], "'", `'\''`))
		err = cmp.Or(err, failed)
	}
	return err
}
