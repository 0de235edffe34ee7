package risk

import (
	"bytes"
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/stile-id/stile/rules"
)

//go:embed risk.yaml
var shippedFile []byte

// Book holds the weights of all signals. It is immutable.
type Book struct {
	version string
	rules   map[Signal]rule
}

// rule is the entry of a signal in the file. A member that the signal does not use is 0.
type rule struct {
	Group  Group  `yaml:"group"`
	Weight *int   `yaml:"weight"`
	Reason string `yaml:"reason"`
	// OtherCountry replaces Weight where two places are in different countries.
	OtherCountry *int `yaml:"other_country"`
	// Persons is the least number of people that give the signal.
	Persons *int `yaml:"persons"`
	// PerHour and PerDay are the highest counts that give no signal.
	PerHour *int `yaml:"per_hour"`
	PerDay  *int `yaml:"per_day"`
}

// Shipped returns the book that is part of the program.
var Shipped = sync.OnceValues(func() (*Book, error) { return Parse(shippedFile) })

// The limits of texts in a book, in bytes. Assessments repeat these texts.
const (
	longestVersion = 50
	longestReason  = 200
)

// Parse reads a book from YAML: {version, signals: {NAME: {group, weight, reason, …}}}. It must have all signals, each
// with the members that the signal uses and no others. The error names the signal and the member.
func Parse(text []byte) (*Book, error) {
	var file struct {
		Version string          `yaml:"version"`
		Signals map[Signal]rule `yaml:"signals"`
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errors.New("is empty")
		}
		return nil, err
	}
	if err := decoder.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return nil, errors.New("has more than one document")
	}
	if file.Version == "" || len(file.Version) > longestVersion {
		return nil, fmt.Errorf("version must have 1 to %d bytes", longestVersion)
	}
	for _, k := range known {
		entry, found := file.Signals[k.signal]
		if !found {
			return nil, fmt.Errorf("signals.%s is missing", k.signal)
		}
		if err := entry.check(k.uses); err != nil {
			return nil, fmt.Errorf("signals.%s.%w", k.signal, err)
		}
	}
	if len(file.Signals) > len(known) {
		return nil, fmt.Errorf("signals.%s: there is no such signal", unknown(file.Signals))
	}
	return &Book{version: file.Version, rules: file.Signals}, nil
}

// unknown returns the first name that is not a signal's.
func unknown(signals map[Signal]rule) Signal {
	for _, k := range known {
		delete(signals, k.signal)
	}
	return slices.Min(slices.Collect(maps.Keys(signals)))
}

// Version returns the version that the file gives itself.
func (b *Book) Version() string { return b.version }

// Ceilings are the highest counts that give no signal.
type Ceilings struct {
	Counts  map[Identifier]Count
	Persons int
}

// Ceilings returns those of the book. An assessment of evidence with counts up to them is that without counts.
func (b *Book) Ceilings() Ceilings {
	c := Ceilings{
		Counts: make(map[Identifier]Count, len(counted)), Persons: *b.rules[SharedDevice].Persons - 1,
	}
	for signal, identifier := range counted {
		c.Counts[identifier] = Count{Hour: *b.rules[signal].PerHour, Day: *b.rules[signal].PerDay}
	}
	return c
}

// check returns an error that begins with the name of the member at fault.
func (r rule) check(u uses) error {
	if !slices.Contains(Groups(), r.Group) {
		return fmt.Errorf("group must be one of %v", Groups())
	}
	if r.Reason == "" || len(r.Reason) > longestReason {
		return fmt.Errorf("reason must have 1 to %d bytes", longestReason)
	}
	return cmp.Or(
		within("weight", r.Weight, true, 0, rules.HighestRisk),
		within("other_country", r.OtherCountry, u.otherCountry, 0, rules.HighestRisk),
		within("persons", r.Persons, u.persons, 2, MostPersons),
		within("per_hour", r.PerHour, u.counts, 1, mostCounted),
		within("per_day", r.PerDay, u.counts, 1, mostCounted),
	)
}

// MostPersons is the number of people up to which the users of a device are counted.
const MostPersons = 20

// mostCounted bounds the thresholds of counts.
const mostCounted = 1_000_000

// within checks a member that must be given if it is used, and must be absent otherwise.
func within(name string, value *int, used bool, least, most int) error {
	switch {
	case used && value == nil:
		return fmt.Errorf("%s is missing", name)
	case !used && value != nil:
		return fmt.Errorf("%s: the signal does not use it", name)
	case used && (*value < least || *value > most):
		return fmt.Errorf("%s must be from %d to %d", name, least, most)
	}
	return nil
}
