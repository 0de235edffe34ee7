// Package docs_test holds documents to the code.
package docs_test

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/stile-id/stile/"

// row is a row of the table of packages: its packages, and the packages that they may import. All allows every import.
type row struct {
	packages, imports []string
	all               bool
}

var quoted = regexp.MustCompile("`([^`]+)`")

// table reads the table of packages in architecture.md.
func table(t *testing.T) (rows []row) {
	t.Helper()
	text, err := os.ReadFile("architecture.md")
	require.NoError(t, err)
	_, section, found := strings.Cut(string(text), "| package | imports")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "\n\n")
	for line := range strings.Lines(section) {
		cells := strings.Split(line, "|")
		if len(cells) != 4 || !strings.Contains(cells[1], "`") {
			continue
		}
		rows = append(rows, row{
			packages: names(cells[1]), imports: names(cells[2]), all: strings.TrimSpace(cells[2]) == "all",
		})
	}
	require.NotEmpty(t, rows)
	return rows
}

func names(cell string) (all []string) {
	for _, match := range quoted.FindAllStringSubmatch(cell, -1) {
		all = append(all, match[1])
	}
	return all
}

// imports returns the packages of this repository with those that each imports, tests aside.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.ImportPath}} {{join .Imports \" \"}}", "./...")
	list.Dir = ".."
	out, err := list.Output()
	require.NoError(t, err)
	found := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		own, _ := ours(fields[0])
		if own == "docs" { // these tests
			continue
		}
		found[own] = []string{}
		for _, path := range fields[1:] {
			if name, is := ours(path); is {
				found[own] = append(found[own], name)
			}
		}
	}
	return found
}

// ours returns the name of a package of this repository in the table: its path, and a dot for the package at the root.
func ours(path string) (name string, is bool) {
	if path+"/" == module {
		return ".", true
	}
	return strings.CutPrefix(path, module)
}

// rowOf returns the index of the row that a package belongs to: that of the longest name it is, or lies below; -1 where
// there is none.
func rowOf(rows []row, name string) int {
	best, length := -1, 0
	for i, r := range rows {
		for _, p := range r.packages {
			if (name == p || strings.HasPrefix(name, p+"/")) && len(p) > length {
				best, length = i, len(p)
			}
		}
	}
	return best
}

func TestPackagesImportOnlyThoseOfTheirRow(t *testing.T) {
	t.Parallel()
	rows := table(t)
	used := make([]map[string]bool, len(rows))
	var faults []string
	for name, imported := range imports(t) {
		own := rowOf(rows, name)
		if own < 0 {
			faults = append(faults, "no row has "+name)
			continue
		}
		if used[own] == nil {
			used[own] = map[string]bool{}
		}
		for _, other := range imported {
			theirs := rowOf(rows, other)
			if theirs == own || rows[own].all {
				continue
			}
			i := slices.IndexFunc(rows[own].imports, func(p string) bool {
				return rowOf(rows, p) == theirs && (other == p || strings.HasPrefix(other, p+"/"))
			})
			if i < 0 {
				faults = append(faults, "the row of "+name+" lacks "+other)
				continue
			}
			used[own][rows[own].imports[i]] = true
		}
	}
	for i, r := range rows {
		for _, p := range r.imports {
			if !used[i][p] {
				faults = append(faults, "the row of "+r.packages[0]+" names "+p+", which it does not import")
			}
		}
	}
	slices.Sort(faults)
	require.Empty(t, faults, "architecture.md against go list")
}
