package compliance_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/compliance"
	"github.com/stile-id/stile/rules/data"
)

var loadShipped = sync.OnceValues(func() (*compliance.Book, error) { return compliance.Load(data.FS) })

// shipped returns the book of the data that ships with Stile.
func shipped(tb testing.TB) *compliance.Book {
	tb.Helper()
	book, err := loadShipped()
	require.NoError(tb, err)
	return book
}

// today is the day of the last review of the data.
const today = "2026-11-20"

func day(tb testing.TB, s string) compliance.Day {
	tb.Helper()
	d, ok := compliance.ParseDay(s)
	require.True(tb, ok, s)
	return d
}

func resolve(tb testing.TB, b *compliance.Book, u rules.UseCase, j rules.Jurisdiction, on string) *compliance.Rule {
	tb.Helper()
	rule, err := b.Resolve(u, j, day(tb, on))
	require.NoError(tb, err, "%s %s %s", u, j, on)
	return rule
}

// public copies the fields of a rule without its explanation, for a comparison of all fields at once.
func public(r *compliance.Rule) compliance.Rule {
	return compliance.Rule{
		UseCase: r.UseCase, Jurisdiction: r.Jurisdiction,
		Prohibited: r.Prohibited, ProhibitedReason: r.ProhibitedReason,
		RequiredAgeTier: r.RequiredAgeTier, AllowedMethods: r.AllowedMethods,
		MDLAcceptanceStatus: r.MDLAcceptanceStatus, GoverningRegulator: r.GoverningRegulator,
		ConsentRequired: r.ConsentRequired, CredentialValidityDays: r.CredentialValidityDays,
		DataRetentionDays:          r.DataRetentionDays,
		DocumentImageRetentionDays: r.DocumentImageRetentionDays,
		BiometricRetentionDays:     r.BiometricRetentionDays,
		EffectiveFrom:              r.EffectiveFrom, RuleVersion: r.RuleVersion, Sources: r.Sources, Notes: r.Notes,
	}
}

var effectiveFrom = regexp.MustCompile(`effective_from: (\S+)`)

// breakpoints returns the days from 2000 on on which a rule changes, and the days before and after each. It reads them
// from the text of the files, so that a day which the loader misses is still tested.
func breakpoints(tb testing.TB) []compliance.Day {
	tb.Helper()
	days := map[compliance.Day]bool{day(tb, "2000-01-01"): true, day(tb, today): true}
	entries, err := data.FS.ReadDir(".")
	require.NoError(tb, err)
	for _, entry := range entries {
		text, err := data.FS.ReadFile(entry.Name())
		require.NoError(tb, err)
		for _, match := range effectiveFrom.FindAllStringSubmatch(string(text), -1) {
			at, err := time.Parse(time.DateOnly, match[1])
			require.NoError(tb, err)
			for _, shift := range []int{-1, 0, 1} {
				if shifted := at.AddDate(0, 0, shift); shifted.Year() >= 2000 {
					days[compliance.DayOf(shifted)] = true
				}
			}
		}
	}
	require.Greater(tb, len(days), 100)
	return slices.Sorted(maps.Keys(days))
}

func jurisdictions(codes string) []rules.Jurisdiction {
	var all []rules.Jurisdiction
	for code := range strings.FieldsSeq(codes) {
		all = append(all, rules.Jurisdiction(code))
	}
	return all
}

func methods(names string) []rules.Method {
	all := []rules.Method{}
	for name := range strings.FieldsSeq(names) {
		all = append(all, rules.Method(name))
	}
	return all
}
