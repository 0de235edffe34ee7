package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/stile-id/stile/methods/passport/csca"
	"github.com/stile-id/stile/methods/passport/emrtd"
	"github.com/stile-id/stile/rules"
)

// listAuthorities writes the country signing authorities of a folder, and its lists.
func listAuthorities(out io.Writer, dir string, now time.Time) error {
	trusted, err := csca.Open(csca.FolderOptions{Dir: dir})
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "METHOD\tCOUNTRY\tVALID\tAUTHORITY\tKIND\tFILE")
	for _, a := range trusted.Authorities() {
		kind, validity := "root", day(a.NotBefore)+" to "+day(a.NotAfter)
		if a.Link {
			kind = "link"
		}
		if now.After(a.NotAfter) {
			validity += " (expired)"
		}
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", rules.MethodNFCPassport, printable(a.Country()), validity,
			printable(emrtd.NameText(a.RawSubject)), kind, a.Source)
	}
	if reason := trusted.Unavailable(); reason != "" {
		_, _ = fmt.Fprintf(table, "%s\t-\tnone\t%s\t-\t-\n", rules.MethodNFCPassport, reason)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, list := range trusted.Lists() {
		_, _ = fmt.Fprintf(out, "\n%s: %s: %s\n", rules.MethodNFCPassport, list.File, masterListText(list))
	}
	for _, list := range trusted.Revocations() {
		_, _ = fmt.Fprintf(out, "\n%s: %s: %s\n", rules.MethodNFCPassport, list.File, revocationsText(list))
	}
	return nil
}

func masterListText(l csca.List) string {
	return fmt.Sprintf("master list signed by %s, %s; %d certificates skipped because they are of no authority or have "+
		"no supported key", printable(l.Signer), day(l.Signed), l.Skipped)
}

func revocationsText(l csca.RevocationList) string {
	return fmt.Sprintf("revocation list of %s, issued %s, next update %s, %d revoked", printable(l.Issuer), day(l.Issued),
		day(l.Next), l.Revoked)
}

// inFolder reports whether a file lies in a folder; "" has no files.
func inFolder(dir, path string) bool {
	if dir == "" {
		return false
	}
	folder, err := filepath.Abs(dir)
	if err != nil {
		return false
	}
	file, err := filepath.Abs(path)
	return err == nil && strings.HasPrefix(file, folder+string(filepath.Separator))
}

// checkAuthorities writes how a file of authorities is read, and reports whether it has no fault.
func checkAuthorities(out io.Writer, path string, now time.Time) bool {
	if filepath.Base(path) == csca.SettingsFile {
		return checkAuthorityFolder(out, path)
	}
	found, err := csca.Inspect(path, now)
	if err != nil {
		_, _ = fmt.Fprintf(out, "%s: cannot be used: %s\n", path, printable(err.Error()))
		return false
	}
	_, _ = fmt.Fprintf(out, "%s: %s, %d authorities\n", path, found.Form, len(found.Authorities))
	for _, list := range found.Lists {
		_, _ = fmt.Fprintf(out, "  %s\n", masterListText(list))
	}
	for _, list := range found.Revocations {
		_, _ = fmt.Fprintf(out, "  %s\n", revocationsText(list))
	}
	for _, a := range found.Authorities {
		_, _ = fmt.Fprintf(out, "  %s, valid %s\n", printable(emrtd.NameText(a.RawSubject)),
			day(a.NotBefore)+" to "+day(a.NotAfter))
	}
	for _, fault := range found.Faults {
		_, _ = fmt.Fprintf(out, "  fault: %s\n", printable(fault))
	}
	return len(found.Faults) == 0
}

// checkAuthorityFolder checks csca.yaml with the folder that it belongs to.
func checkAuthorityFolder(out io.Writer, path string) bool {
	if _, err := csca.Open(csca.FolderOptions{Dir: filepath.Dir(path)}); err != nil {
		_, _ = fmt.Fprintf(out, "%s: cannot be used: %s\n", path, printable(err.Error()))
		return false
	}
	_, _ = fmt.Fprintf(out, "%s: settings, and the files of its folder can be read\n", path)
	return true
}
