package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/internal/config"
)

func doctorCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "doctor", Short: "Check an installation, and say how to repair it", Args: cobra.NoArgs,
		Long: "Checks settings, database, keys, clocks, Temporal, mail, addresses, trust lists, models and methods as the\n" +
			"processes of this machine would find them. Each finding is ok, a warning or a fault. Fails if there is a fault.",
		RunE: func(cmd *cobra.Command, _ []string) error { return examine(cmd, asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

func examine(cmd *cobra.Command, asJSON bool) error {
	settings, err := settingsOf(cmd)
	if err != nil {
		return err
	}
	c, faults := config.Read(settings.Get)
	findings := app.Examine(cmd.Context(), c, faults, slog.New(slog.DiscardHandler))
	faulty := 0
	for _, f := range findings {
		if f.Status == app.FindingFault {
			faulty++
		}
	}
	if asJSON {
		err = json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]any{"faults": faulty, "findings": findings})
	} else {
		err = printFindings(cmd, findings)
	}
	if err == nil && faulty > 0 {
		err = fmt.Errorf("faults found: %d", faulty)
	}
	return err
}

func printFindings(cmd *cobra.Command, findings []app.Finding) error {
	table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	for _, f := range findings {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\n", f.Status, f.Check, printable(f.Message))
		if f.Advice != "" {
			_, _ = fmt.Fprintf(table, "\t\t-> %s\n", f.Advice)
		}
	}
	return table.Flush()
}
