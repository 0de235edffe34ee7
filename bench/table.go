package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// table has a row of cells for each name.
type table struct {
	columns []string
	rows    [][]string
}

func (t *table) add(name string, cells ...string) {
	t.rows = append(t.rows, append([]string{name}, cells...))
}

func (t *table) write(out *strings.Builder, title string) {
	fmt.Fprintf(out, "\n%s\t%s\t\n", title, strings.Join(t.columns, "\t"))
	for _, row := range t.rows {
		fmt.Fprintf(out, "%s\t\n", strings.Join(row, "\t"))
	}
}

func sorted(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }
