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

// temporalFile holds the Temporal address of the last run, for envCommand.
const temporalFile = "temporal.json"

type temporalAddress struct {
	Address string `json:"address"`
}

// envCommand returns the command that prints the environment in which the command stile uses the data folder of a
// running stile-dev.
func envCommand() *cobra.Command {
	var data string
	cmd := &cobra.Command{
		Use:   "env",
		Short: "Print the environment in which the command stile uses the same data",
		Args:  cobra.NoArgs,
		Long: "Prints shell commands that set DATABASE_URL, STILE_ENCRYPTION_KEYS, STILE_LOOKUP_KEY and TEMPORAL_ADDRESS\n" +
			"to the values of stile-dev for this data folder. A variable that is set keeps its value. To look into a\n" +
			"session:\n\n" +
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
	f := &folder{dir: dir} // another process holds its lock
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
