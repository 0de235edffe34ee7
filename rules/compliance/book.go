// Package compliance resolves the legal requirements for a use case in a jurisdiction on a day. It reads the files of
// rules/data, or of a folder like it, resolves them once, and answers from memory. It reads no clock, and no files but
// those of the given file system. See docs/compliance.md.
package compliance

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stile-id/stile/rules"
)

// Book holds the rules of all jurisdictions on all days. It is immutable and safe for concurrent use.
type Book struct {
	places  map[rules.Jurisdiction]*place
	sorted  []rules.Jurisdiction
	entries []*entry // by number; 0 means no entry
	names   []nameOf // the names of the jurisdictions, for [Book.Nearest]
}

// place holds the rules of one jurisdiction.
type place struct {
	name   string
	listed bool
	rules  map[rules.UseCase]timeline
}

// NotCoveredError reports that the book has no rules for a jurisdiction.
type NotCoveredError struct {
	Jurisdiction rules.Jurisdiction
	Nearest      []rules.Jurisdiction // similar codes and names: none to three
}

func (e *NotCoveredError) Error() string {
	message := fmt.Sprintf("jurisdiction %q is not covered", string(e.Jurisdiction))
	if len(e.Nearest) == 0 {
		return message
	}
	nearest := make([]string, len(e.Nearest))
	for i, j := range e.Nearest {
		nearest[i] = string(j)
	}
	return message + "; the nearest that are: " + strings.Join(nearest, ", ")
}

// TooEarlyError reports a day before the first known rule.
type TooEarlyError struct {
	Day   Day
	First Day // the first day with a known rule
}

func (e *TooEarlyError) Error() string {
	return fmt.Sprintf("no rules of %s are known; the first are those of %s", e.Day, e.First)
}

// ErrUnknownUseCase reports a use case that [rules.ParseUseCase] does not accept.
var ErrUnknownUseCase = errors.New("unknown use case")

// Resolve returns the rule for a use case in a jurisdiction on a day. The rule, with its slices and pointers, is shared
// between callers and read-only.
//
// A subdivision without a file of its own has the rule of its country, and the rule's Jurisdiction is then the country.
// If the country's file marks its subdivisions as listed, such a subdivision is not covered.
//
// Errors: [*NotCoveredError], [*TooEarlyError], [ErrUnknownUseCase].
func (b *Book) Resolve(u rules.UseCase, j rules.Jurisdiction, day Day) (*Rule, error) {
	p := b.place(j)
	if p == nil {
		return nil, &NotCoveredError{Jurisdiction: j, Nearest: b.Nearest(string(j))}
	}
	t, known := p.rules[u]
	if !known {
		return nil, fmt.Errorf("%w %q", ErrUnknownUseCase, string(u))
	}
	next, found := slices.BinarySearchFunc(t, day, func(s segment, day Day) int { return int(s.from) - int(day) })
	if found {
		return t[next].rule, nil
	}
	if next == 0 {
		return nil, &TooEarlyError{Day: day, First: t[0].from}
	}
	return t[next-1].rule, nil
}

// place returns the rules that apply in a jurisdiction, its own or its country's, and nil if it is not covered.
func (b *Book) place(j rules.Jurisdiction) *place {
	if p := b.places[j]; p != nil {
		return p
	}
	if country := b.places[j.Country()]; country != nil && !country.listed {
		return country
	}
	return nil
}

// Jurisdictions returns the jurisdictions that have a file, sorted by code. The slice is the caller's.
func (b *Book) Jurisdictions() []rules.Jurisdiction {
	return slices.Clone(b.sorted)
}

// Name returns the English name of the jurisdiction that provides the rules for j: j itself, or its country if j has no
// file. It returns "" if j is not covered.
func (b *Book) Name(j rules.Jurisdiction) string {
	if p := b.place(j); p != nil {
		return p.name
	}
	return ""
}

// number assigns numbers to the entries of a file.
func (b *Book) number(f *file) {
	for _, s := range f.sections() {
		for _, e := range s {
			e.number = int32(len(b.entries)) //nolint:gosec // a folder of so many entries would not fit into memory
			b.entries = append(b.entries, e)
		}
	}
}

// index builds the search lists, after all places have been added.
func (b *Book) index() {
	b.sorted = slices.Sorted(maps.Keys(b.places))
	for _, j := range b.sorted {
		b.names = append(b.names, namesOf(j, b.places[j].name)...)
	}
}
