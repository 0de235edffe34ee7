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
	"github.com/stile-id/stile/internal/localenv"
)

// environment returns the variables under which the command stile uses the installation of this process, and calls its
// API as the sandbox organization.
func environment(c config.Config, api string, sandbox credentials) map[string]string {
	return map[string]string{
		"DATABASE_URL": c.DatabaseURL, "STILE_ENCRYPTION_KEYS": c.EncryptionKeys, "STILE_LOOKUP_KEY": c.LookupKey,
		"TEMPORAL_ADDRESS": c.TemporalAddress, "TEMPORAL_NAMESPACE": c.TemporalNamespace,
		"STILE_TRUST_DIR": c.TrustDir, "STILE_CSCA_DIR": c.CSCADir, "STILE_VISION_MODELS": c.VisionModels,
		"STILE_VERIFIER_KEY_FILE": c.VerifierKeyFile, "STILE_VERIFIER_CERTIFICATE_FILE": c.VerifierCert,
		localenv.APIURL: api, localenv.APIKey: sandbox.SecretKey, localenv.Workflow: sandbox.Workflow,
	}
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
			"to the values of stile-dev for this data folder. A variable that is set keeps its value. The command stile\n" +
			"reads the data folder itself if it is .stile in the current folder or --data names it; other programs need\n" +
			"the variables:\n\n" +
			"  eval \"$(stile-dev env)\" && temporal workflow list",
		RunE: func(cmd *cobra.Command, _ []string) error { return printEnv(cmd.OutOrStdout(), data) },
	}
	cmd.Flags().StringVar(&data, "data", localenv.FolderDefault, "the data folder")
	return cmd
}

func printEnv(out io.Writer, data string) error {
	dir, err := filepath.Abs(data)
	if err != nil {
		return err
	}
	variables, err := localenv.Folder{Dir: dir}.Environment()
	if err != nil {
		return err
	}
	for _, name := range []string{"DATABASE_URL", "STILE_ENCRYPTION_KEYS", "STILE_LOOKUP_KEY", "TEMPORAL_ADDRESS"} {
		value := cmp.Or(os.Getenv(name), variables[name])
		_, failed := fmt.Fprintf(out, "export %s='%s'\n", name, strings.ReplaceAll(value, "'", `'\''`))
		err = cmp.Or(err, failed)
	}
	return err
}
