package compliance

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stile-id/stile/rules"
)

// What stands for every file that inherits nothing else, and marks those that are no jurisdictions.
const (
	defaultCode    = "_default"
	templatePrefix = "_"
	extension      = ".yaml"
)

// file is what one file says.
type file struct {
	name     string // with its extension
	code     string // the jurisdiction, or the template
	english  string
	inherits string // "" where the file leaves it to the rule of the format
	listed   bool   // a country without further subdivisions than those that have files
	common   section
	rules    map[rules.UseCase]section
}

// section holds the entries for one use case, or those common to all, oldest first.
type section []*entry

// entry is what a section says from one day on.
type entry struct {
	file    string
	section string
	index   int // among the entries of its section
	number  int32
	from    Day
	version Day
	sources []string
	note    string
	lifts   string // why what is inherited as prohibited is not
	says    map[field]any
}

// newFile takes a document that its schema has passed.
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
	e := &entry{note: text(raw["note"]), lifts: text(raw["lifts_prohibition"]), says: map[field]any{}}
	e.from, _ = ParseDay(text(raw["effective_from"]))
	e.version, _ = ParseDay(text(raw["rule_version"]))
	for _, source := range raw["source"].([]any) {
		e.sources = append(e.sources, source.(string))
	}
	for f := range fieldCount {
		if value, said := raw[f.String()]; said {
			e.says[f] = f.read(value)
		}
	}
	return e
}

// text is "" for what is not said.
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

// until returns the day on which entry i is overtaken, or the end of days.
func (s section) until(i int) Day {
	if i+1 < len(s) {
		return s[i+1].from
	}
	return endOfDays
}

const endOfDays Day = 99_991_231

// at names a field of an entry as faults do.
func (e *entry) at(field string) string {
	return fmt.Sprintf("%s[%d].%s", e.section, e.index, field)
}

// prohibits reports what the entry says of a prohibition, and whether it says anything.
func (e *entry) prohibits() (prohibited, said bool) {
	value, said := e.says[fieldProhibited]
	return value == true, said
}

// useCases are those of which the file has rules, in documented order.
func (f *file) useCases() []rules.UseCase {
	return slices.DeleteFunc(rules.UseCases(), func(u rules.UseCase) bool { return f.rules[u] == nil })
}

// sections are all of the file, in an order that does not change.
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

// parent is the code of what the file inherits; "" for what inherits nothing.
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
