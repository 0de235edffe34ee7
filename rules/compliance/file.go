package compliance

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stile-id/stile/rules"
)

// defaultCode names the file from which all others inherit. templatePrefix marks the files that only serve for
// inheritance and are not jurisdictions.
const (
	defaultCode    = "_default"
	templatePrefix = "_"
	extension      = ".yaml"
)

// file is the content of one file.
type file struct {
	name     string // with its extension
	code     string // the jurisdiction, or the template
	english  string
	inherits string // "" for the default parent; see parent
	listed   bool   // a country with coverage only for the subdivisions that have files
	common   section
	rules    map[rules.UseCase]section
}

// section holds the entries for one use case, or those common to all, oldest first.
type section []*entry

// entry holds the values of a section from one day on.
type entry struct {
	file    string
	section string
	index   int // among the entries of its section
	number  int32
	from    Day
	version Day
	sources []string
	note    string
	lifts   string // the reason for lifting an inherited prohibition
	values  map[field]any
}

// newFile converts a document that satisfies the schema.
func newFile(name string, document map[string]any) *file {
	f := &file{
		name:     name,
		code:     document["jurisdiction"].(string),
		english:  document["name"].(string),
		inherits: text(document["inherits"]),
		listed:   document["subdivisions"] == "listed",
		rules:    map[rules.UseCase]section{},
	}
	if common, ok := document["common"].([]any); ok {
		f.common = newSection(name, "common", common)
	}
	for useCase, entries := range document["rules"].(map[string]any) {
		f.rules[rules.UseCase(useCase)] = newSection(name, "rules."+useCase, entries.([]any))
	}
	return f
}

func newSection(file, name string, raw []any) section {
	s := make(section, len(raw))
	for i := range raw {
		s[i] = newEntry(raw[i].(map[string]any))
		s[i].file, s[i].section, s[i].index = file, name, i
	}
	return s
}

func newEntry(raw map[string]any) *entry {
	e := &entry{note: text(raw["note"]), lifts: text(raw["lifts_prohibition"]), values: map[field]any{}}
	e.from, _ = ParseDay(text(raw["effective_from"]))
	e.version, _ = ParseDay(text(raw["rule_version"]))
	for _, source := range raw["source"].([]any) {
		e.sources = append(e.sources, source.(string))
	}
	for f := range fieldCount {
		if value, said := raw[f.String()]; said {
			e.values[f] = f.read(value)
		}
	}
	return e
}

// text returns "" for a value that is missing.
func text(value any) string {
	s, _ := value.(string)
	return s
}

// on returns the entry in force on a day, nil before the first.
func (s section) on(day Day) *entry {
	for _, e := range slices.Backward(s) {
		if e.from <= day {
			return e
		}
	}
	return nil
}

// until returns the day from which the next entry replaces entry i, or the end of days.
func (s section) until(i int) Day {
	if i+1 < len(s) {
		return s[i+1].from
	}
	return endOfDays
}

const endOfDays Day = 99_991_231

// at returns the path of an entry's field, as faults name it.
func (e *entry) at(field string) string {
	return fmt.Sprintf("%s[%d].%s", e.section, e.index, field)
}

// prohibits returns the prohibition of the entry, and whether the entry sets one.
func (e *entry) prohibits() (prohibited, said bool) {
	value, said := e.values[fieldProhibited]
	return value == true, said
}

// useCases returns the use cases for which the file has rules, in documented order.
func (f *file) useCases() []rules.UseCase {
	return slices.DeleteFunc(rules.UseCases(), func(u rules.UseCase) bool { return f.rules[u] == nil })
}

// sections returns all sections of the file, in a fixed order.
func (f *file) sections() []section {
	all := []section{f.common}
	for _, u := range slices.Sorted(maps.Keys(f.rules)) {
		all = append(all, f.rules[u])
	}
	return all
}

func (f *file) template() bool {
	return strings.HasPrefix(f.code, templatePrefix)
}

func (f *file) country() string {
	return string(rules.Jurisdiction(f.code).Country())
}

func (f *file) subdivision() bool {
	return !f.template() && f.country() != f.code
}

// parent returns the code of the inherited file, "" if there is none.
func (f *file) parent() string {
	switch {
	case f.inherits != "":
		return f.inherits
	case f.code == defaultCode:
		return ""
	case f.subdivision():
		return f.country()
	default:
		return defaultCode
	}
}
