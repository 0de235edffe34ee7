package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/stile-id/stile/methods/passport/csca"
	"github.com/stile-id/stile/methods/wallet/issuers"
	"github.com/stile-id/stile/methods/wallet/trust"
	"github.com/stile-id/stile/rules"
)

func trustCommand() *cobra.Command {
	command := &cobra.Command{
		Use: "trust", Short: "Show the trusted issuers of wallet credentials and chips, and check files of them",
	}
	var method string
	check := &cobra.Command{
		Use: "check FILE...", Short: "Say how each file is read, its content, and its faults", Args: cobra.MinimumNArgs(1),
		Long: "Reads each file as if it lay in a folder of STILE_TRUST_DIR. A file that lies in a folder mdl, mid or\n" +
			"eudi_pid is read for that method. With the method nfc_passport, or in a folder that STILE_CSCA_DIR names,\n" +
			"a file is read as one of country signing authorities. Fails if a file cannot be read, or has an issuer that\n" +
			"is not trusted now.",
		RunE: func(cmd *cobra.Command, args []string) error {
			settings, err := settingsOf(cmd)
			if err != nil {
				return err
			}
			check := fileCheck{
				out: cmd.OutOrStdout(), method: rules.Method(method), authorities: settings.Get(csca.Variable), now: time.Now(),
			}
			return check.files(args)
		},
	}
	check.Flags().StringVar(&method, "method", "",
		"the method to read the files for: mdl, mid, eudi_pid or nfc_passport")
	command.AddCommand(&cobra.Command{
		Use: "list", Short: "List the trusted issuers and lists of STILE_TRUST_DIR and STILE_CSCA_DIR",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := readPlainConfig(cmd)
			if err != nil {
				return err
			}
			return listTrusted(cmd.OutOrStdout(), c.TrustDir, c.CSCADir, time.Now())
		},
	}, check)
	return command
}

// listTrusted writes the issuers of both folders. One of them must be set.
func listTrusted(out io.Writer, issuersDir, authoritiesDir string, now time.Time) error {
	if issuersDir == "" && authoritiesDir == "" {
		return errors.New("STILE_TRUST_DIR is not set, nor is STILE_CSCA_DIR, so no issuer is trusted")
	}
	if issuersDir != "" {
		if err := listIssuers(out, issuersDir, now); err != nil {
			return err
		}
	}
	if authoritiesDir != "" {
		return listAuthorities(out, authoritiesDir, now)
	}
	return nil
}

// listIssuers writes the issuers of a folder, by method.
func listIssuers(out io.Writer, dir string, now time.Time) error {
	trusted, err := issuers.Open(issuers.Options{Dir: dir})
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "METHOD\tCOUNTRY\tVALID\tISSUER\tDOCUMENT TYPES\tFILE")
	for _, m := range issuers.Methods() {
		for _, anchor := range trusted.Anchors(m) {
			_, _ = fmt.Fprintf(table, "%s\t%s\n", m, row(anchor, now))
		}
		for _, name := range trusted.Names(m) {
			_, _ = fmt.Fprintf(table, "%s\t-\tby its published keys\t%s\t%s\ttrust.yaml\n", m, name,
				strings.Join(trusted.Types(m), ", "))
		}
		if reason := trusted.Unavailable(m); reason != "" {
			_, _ = fmt.Fprintf(table, "%s\t-\tnone\t%s\t-\t-\n", m, reason)
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, m := range issuers.Methods() {
		for _, list := range trusted.Lists(m) {
			_, _ = fmt.Fprintf(out, "\n%s: %s: %s\n", m, list.File, describe(list))
		}
	}
	return nil
}

// row returns country, validity, subject, document types and file of an anchor.
func row(a trust.Anchor, now time.Time) string {
	c := a.Certificate
	country := cmp.Or(strings.Join(slices.Concat(c.Subject.Country, c.Subject.Province), " "), "-")
	validity := c.NotBefore.UTC().Format(time.DateOnly) + " to " + c.NotAfter.UTC().Format(time.DateOnly)
	if now.After(c.NotAfter) {
		validity += " (expired)"
	}
	return fmt.Sprintf("%s\t%s\t%s\t%s\t%s", country, validity, printable(c.Subject.String()),
		strings.Join(a.DocTypes, ", "), a.Source)
}

// printable replaces control characters, which a foreign list may hold to write over a terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return '?'
		}
		return r
	}, text)
}

func describe(l trust.List) string {
	return fmt.Sprintf("issued %s, next update %s, %d certificates skipped because their keys are of no supported kind",
		day(l.Issued), day(l.NextUpdate), l.Skipped)
}

func day(at time.Time) string {
	if at.IsZero() {
		return "not stated"
	}
	return at.UTC().Format(time.DateOnly)
}

// fileCheck writes how files are read.
type fileCheck struct {
	out         io.Writer
	method      rules.Method // "" for that of the file's folder
	authorities string       // the folder STILE_CSCA_DIR, or ""
	now         time.Time
}

func (c fileCheck) files(paths []string) error {
	if known := append(issuers.Methods(), rules.MethodNFCPassport); c.method != "" && !slices.Contains(known, c.method) {
		return fmt.Errorf("--method must be one of %v", known)
	}
	faulty := 0
	for _, path := range paths {
		if !c.file(path) {
			faulty++
		}
	}
	if faulty > 0 {
		return fmt.Errorf("%d of %d files are at fault", faulty, len(paths))
	}
	return nil
}

// file writes how a file is read, and reports whether it has no fault.
func (c fileCheck) file(path string) bool {
	out := c.out
	if c.method == rules.MethodNFCPassport || c.method == "" && inFolder(c.authorities, path) {
		return checkAuthorities(out, path, c.now)
	}
	if filepath.Base(path) == issuers.SettingsFile {
		return checkFolder(out, path)
	}
	found, err := issuers.Inspect(path, c.method, c.now)
	if err != nil {
		_, _ = fmt.Fprintf(out, "%s: cannot be used: %s\n", path, printable(err.Error()))
		return false
	}
	_, _ = fmt.Fprintf(out, "%s: %s, %d issuers\n", path, found.Form, len(found.Anchors))
	if found.List != nil {
		_, _ = fmt.Fprintf(out, "  %s\n", describe(*found.List))
	}
	for _, anchor := range found.Anchors {
		_, _ = fmt.Fprintf(out, "  %s, valid %s, for %s\n", printable(anchor.Certificate.Subject.String()),
			day(anchor.Certificate.NotBefore)+" to "+day(anchor.Certificate.NotAfter), strings.Join(anchor.DocTypes, ", "))
	}
	for _, fault := range found.Faults {
		_, _ = fmt.Fprintf(out, "  fault: %s\n", printable(fault))
	}
	return len(found.Faults) == 0
}

// checkFolder checks trust.yaml with the folder that it belongs to.
func checkFolder(out io.Writer, path string) bool {
	if _, err := issuers.Open(issuers.Options{Dir: filepath.Dir(path)}); err != nil {
		_, _ = fmt.Fprintf(out, "%s: cannot be used: %s\n", path, printable(err.Error()))
		return false
	}
	_, _ = fmt.Fprintf(out, "%s: settings, and the files of its folder can be read\n", path)
	return true
}
