package compliance_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/compliance"
)

// With
//
//	go test ./rules/compliance -run TestDocumentShowsTheData -update
//
// the test writes the table of docs/compliance.md from the data.
var update = flag.Bool("update", false, "write the coverage table of docs/compliance.md")

const (
	document   = "../../docs/compliance.md"
	tableBegin = "<!-- coverage: written by go test ./rules/compliance -run TestDocumentShowsTheData -update -->\n"
	tableEnd   = "<!-- end of coverage -->\n"
)

func TestDocumentShowsTheData(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(document)
	require.NoError(t, err)
	before, rest, opened := strings.Cut(string(text), tableBegin)
	_, after, closed := strings.Cut(rest, tableEnd)
	require.True(t, opened && closed, "the markers of the table are gone")

	want := before + tableBegin + coverageTable(t) + tableEnd + after
	if *update {
		require.NoError(t, os.WriteFile(document, []byte(want), 0o600))
		return
	}
	require.Equal(t, want, string(text), "run the test with -update, and review the change")
}

// coverageTable renders the day of the newest rule, which the data determines. The current day would change the table
// daily.
func coverageTable(t *testing.T) string {
	t.Helper()
	b := shipped(t)
	on := newestVersion(t, b)
	var table strings.Builder
	fmt.Fprintf(&table, "As of %s.\n\n| |", on)
	for _, u := range rules.UseCases() {
		table.WriteString(" " + strings.ReplaceAll(string(u), "_", " ") + " |")
	}
	table.WriteString("\n|---" + strings.Repeat("|---", len(rules.UseCases())) + "|\n")
	days := breakpoints(t)
	for _, j := range b.Jurisdictions() {
		fmt.Fprintf(&table, "| %s %s |", j, b.Name(j))
		for _, u := range rules.UseCases() {
			table.WriteString(" " + cell(t, b, u, j, on, days) + " |")
		}
		table.WriteString("\n")
	}
	return table.String()
}

func newestVersion(t *testing.T, b *compliance.Book) compliance.Day {
	t.Helper()
	var newest compliance.Day
	for _, j := range b.Jurisdictions() {
		for _, u := range rules.UseCases() {
			newest = max(newest, resolve(t, b, u, j, "9999-12-31").RuleVersion)
		}
	}
	return newest
}

// cell describes the rule on a day, and its next known change.
func cell(
	t *testing.T, b *compliance.Book, u rules.UseCase, j rules.Jurisdiction, on compliance.Day, days []compliance.Day,
) string {
	t.Helper()
	now := brief(resolve(t, b, u, j, on.String()))
	for _, d := range days {
		if d > on {
			if then := brief(resolve(t, b, u, j, d.String())); then != now {
				return fmt.Sprintf("%s; %s from %s", now, then, d)
			}
		}
	}
	return now
}

func brief(r *compliance.Rule) string {
	if r.Prohibited {
		return "prohibited"
	}
	return fmt.Sprint(r.RequiredAgeTier.Years())
}
