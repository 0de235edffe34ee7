package graph

import (
	"cmp"
	"slices"
	"strings"

	"github.com/stile-id/stile/rules"
)

// Modes of a definition.
const (
	ModeSimple = "simple" // methods, composition and overrides
	ModeGraph  = "graph"  // nodes
)

// Compositions of a simple workflow's primary methods.
const (
	AnyOf = "any_of" // one passed method is enough
	AllOf = "all_of" // every method must pass
)

// Liveness strategies of [Preferences].
const (
	LivenessAction   = "3d_action"
	LivenessFlashing = "flashing"
	LivenessPassive  = "passive"
)

// How often a method may fail before it is exhausted.
const (
	DefaultMaxAttempts = 3
	HighestMaxAttempts = 10
)

var (
	livenessStrategies = []string{LivenessAction, LivenessFlashing, LivenessPassive}
	documentTypes      = []string{"ID_CARD", "PASSPORT", "DRIVERS_LICENSE", "RESIDENCE_PERMIT", "HEALTH_CARD"}
)

// Definition is a workflow as its merchant wrote it. It may hold anything that
// decodes; [Compile] tells what is wrong with it.
type Definition struct {
	// Mode is ModeSimple (the default) or ModeGraph.
	Mode    string        `json:"mode"`
	UseCase rules.UseCase `json:"use_case"`
	// Jurisdictions are the target markets; empty means all.
	Jurisdictions []rules.Jurisdiction `json:"jurisdictions"`

	// Methods, Composition, Supplementary and Overrides are the simple mode's
	// alone. Methods are the primary methods, in the order they are offered.
	Methods []rules.Method `json:"methods"`
	// Composition is AnyOf (the default) or AllOf.
	Composition string `json:"composition"`
	// Supplementary layers all run once the primary methods have passed.
	Supplementary []rules.Method `json:"supplementary"`
	Overrides     Overrides      `json:"overrides"`

	// Preferences hold in both modes; a node may have its own.
	Preferences Preferences `json:"preferences"`
	// Graph is the graph mode's alone.
	Graph *Source `json:"graph"`
}

// Preferences tune the checks.
type Preferences struct {
	// LivenessStrategy is a Liveness constant; empty leaves it to the method.
	LivenessStrategy string `json:"liveness_strategy"`
	RequireEmailOTP  bool   `json:"require_email_otp"`
	// MaxAttempts is 1 to 10 failures per method; 0 means 3.
	MaxAttempts int `json:"max_attempts"`
	// DocumentTypes restrict document_capture; empty accepts every type.
	DocumentTypes []string `json:"document_types"`
	// Handoff is nil where the author said nothing of it: what holds is DefaultHandoff.
	Handoff *Handoff `json:"handoff,omitempty"`
}

// Handoff says how a session may go on with its user's phone.
type Handoff struct {
	Enabled bool `json:"enabled"`
	// URLBase is the page that the link leads to; empty is that of the installation.
	URLBase string `json:"url_base"`
	// CompanyName is who the user is told to go on with; empty is the organization's name.
	CompanyName string `json:"company_name"`
	// Confirm has the user choose on the phone the number that the desktop shows.
	Confirm bool `json:"confirm"`
}

// DefaultHandoff is how a session goes on with a phone where its workflow says nothing of that.
func DefaultHandoff() Handoff { return Handoff{Enabled: true, Confirm: true} }

// HandoffOrDefault is what holds.
func (p Preferences) HandoffOrDefault() Handoff {
	if p.Handoff == nil {
		return DefaultHandoff()
	}
	return *p.Handoff
}

// WithDefaults returns a copy with absent values filled in, jurisdictions in
// upper case, overrides and nodes sorted and no nil slices. What is invalid stays as it
// is, for [Compile] to report.
func (d Definition) WithDefaults() Definition {
	d.Mode = cmp.Or(d.Mode, ModeSimple)
	if d.Mode != ModeGraph {
		d.Composition = cmp.Or(d.Composition, AnyOf)
	}
	d.Preferences.MaxAttempts = cmp.Or(d.Preferences.MaxAttempts, DefaultMaxAttempts)
	d.Preferences.DocumentTypes = copied(d.Preferences.DocumentTypes)
	handoff := d.Preferences.HandoffOrDefault()
	d.Preferences.Handoff = &handoff
	d.Methods = copied(d.Methods)
	d.Supplementary = copied(d.Supplementary)
	d.Jurisdictions = copied(d.Jurisdictions)
	for i, j := range d.Jurisdictions {
		d.Jurisdictions[i] = normal(j)
	}
	d.Overrides = d.Overrides.normalised()
	d.Graph = d.Graph.normalised()
	return d
}

// normal returns j in upper case where it is a jurisdiction, else unchanged.
func normal(j rules.Jurisdiction) rules.Jurisdiction {
	parsed, ok := rules.ParseJurisdiction(string(j))
	if !ok {
		return j
	}
	return parsed
}

// copied returns a copy that is never nil.
func copied[T any](s []T) []T {
	return append(make([]T, 0, len(s)), s...)
}

// Serves reports whether the jurisdiction is among the target markets: it is one, or in one.
func (d Definition) Serves(j rules.Jurisdiction) bool {
	return len(d.Jurisdictions) == 0 || slices.ContainsFunc(d.Jurisdictions, func(market rules.Jurisdiction) bool {
		market = normal(market)
		return market == j || market == j.Country()
	})
}

// TreatsAlike reports whether the workflow makes no difference between two
// jurisdictions: no override tells them apart, and no condition reads the
// jurisdiction or the age tier that follows from it.
func (d Definition) TreatsAlike(one, other rules.Jurisdiction) bool {
	d = d.WithDefaults()
	if d.Mode == ModeGraph {
		return !slices.ContainsFunc(d.Graph.conditions(), func(when string) bool {
			return strings.Contains(when, "jurisdiction") || strings.Contains(when, "age_tier")
		})
	}
	first, _ := d.Overrides.For(one)
	second, _ := d.Overrides.For(other)
	return first.Jurisdiction == second.Jurisdiction
}

// concerning returns the definition with what it says of jurisdictions reduced
// to the override that holds in j. A version that was published when more
// jurisdictions were accepted still runs in those that exist.
func (d Definition) concerning(j rules.Jurisdiction) Definition {
	d.Jurisdictions = []rules.Jurisdiction{}
	override, ok := d.Overrides.For(j)
	d.Overrides = Overrides{}
	if ok {
		d.Overrides = Overrides{override}
	}
	return d
}

// In returns the definition as it reads in one jurisdiction: the override that
// fits applied, and none left. An override for a country holds in its
// subdivisions too, unless the subdivision has its own. Methods that the
// override adds come last.
func (d Definition) In(j rules.Jurisdiction) Definition {
	override, ok := d.Overrides.For(j)
	d.Overrides = Overrides{}
	if !ok {
		return d
	}
	removed := func(m rules.Method) bool { return slices.Contains(override.Remove, m) }
	d.Methods = append(slices.DeleteFunc(copied(d.Methods), removed), override.Add...)
	d.Supplementary = slices.DeleteFunc(copied(d.Supplementary), removed)
	return d
}
