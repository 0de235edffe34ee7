// Package compliance answers what the law asks for a use case in a jurisdiction on a day. It reads the files of
// rules/data, or a folder like it, resolves them once, and answers from memory. It looks at no clock, and reads nothing
// but the file system that it is given. See docs/compliance.md.
package compliance

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stile-id/stile/rules"
)

// Book holds the rules of all jurisdictions on all days. It does not change, so any number may read it at once.
type Book struct {
	places  map[rules.Jurisdiction]*place
	sorted  []rules.Jurisdiction
	entries []*entry // by number; 0 is nobody
	names   []nameOf // what a place might be called, for [Book.Nearest]
}

// place is what holds in one jurisdiction.
type place struct {
	name   string
	listed bool
	rules  map[rules.UseCase]timeline
}

// NotCoveredError says that there are no rules of a jurisdiction.
type NotCoveredError struct {
	Jurisdiction rules.Jurisdiction
	Nearest      []rules.Jurisdiction // what may have been meant: none to three
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

// TooEarlyError says that a day lies before all that is known.
type TooEarlyError struct {
	Day   Day
	First Day // the first day of which something is known
}

func (e *TooEarlyError) Error() string {
	return fmt.Sprintf("no rules of %s are known; the first are those of %s", e.Day, e.First)
}

// ErrUnknownUseCase refuses what [rules.ParseUseCase] would.
var ErrUnknownUseCase = errors.New("unknown use case")

// Resolve returns the rule for a use case in a jurisdiction on a day. The rule is shared by all who ask, and read-only,
// its slices and pointers too.
//
// A subdivision without a file of its own has its country's rule, whose Jurisdiction is the country, unless the country
// says that all of its subdivisions are listed.
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

// place returns whose rules hold in a jurisdiction, nil where that is not known.
func (b *Book) place(j rules.Jurisdiction) *place {
	if p := b.places[j]; p != nil {
		return p
	}
	if country := b.places[j.Country()]; country != nil && !country.listed {
		return country
	}
	return nil
}

// Jurisdictions returns all that have a file, sorted by code. The slice is the caller's.
func (b *Book) Jurisdictions() []rules.Jurisdiction {
	return slices.Clone(b.sorted)
}

// Name returns the English name of where the rules of a jurisdiction are from: its own, or its country's where it has
// no file; "" where it is not covered.
func (b *Book) Name(j rules.Jurisdiction) string {
	if p := b.place(j); p != nil {
		return p.name
	}
	return ""
}

// number gives the entries of a file their numbers.
func (b *Book) number(f *file) {
	for _, s := range f.sections() {
		for _, e := range s {
			e.number = int32(len(b.entries)) //nolint:gosec // a folder of so many entries would not fit into memory
			b.entries = append(b.entries, e)
		}
	}
}

// index makes the book ready for questions, once its places are known.
func (b *Book) index() {
	b.sorted = slices.Sorted(maps.Keys(b.places))
	for _, j := range b.sorted {
		b.names = append(b.names, namesOf(j, b.places[j].name)...)
	}
}
