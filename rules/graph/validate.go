package graph

import (
	"fmt"
	"slices"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/condition"
	"github.com/stile-id/stile/rules/risk"
)

// checker collects the faults of one definition, which has its defaults filled
// in.
type checker struct {
	d      Definition
	faults []Fault
	// programs are those of the definition's conditions. They are nil for a
	// published definition, whose conditions and bounds are not checked again.
	programs *condition.Programs
	// cost is the sum of the highest costs of the conditions so far.
	cost uint64
}

// validate returns every fault of d, in the order of its fields.
func validate(d Definition, programs *condition.Programs) []Fault {
	c := &checker{d: d, programs: programs}
	if c.oversize() {
		return c.faults
	}
	switch d.Mode {
	case ModeSimple:
		c.useCase()
		c.jurisdictions()
		c.primary()
		c.supplementary()
		c.overrides()
		c.preferences()
		c.noGraph()
	case ModeGraph:
		c.useCase()
		c.jurisdictions()
		c.noSimpleFields()
		c.preferences()
		c.graph()
	default:
		c.add("mode", "must be %q or %q", ModeSimple, ModeGraph)
	}
	return c.faults
}

// add reports a fault of the definition, at reports a fault of a node.
func (c *checker) add(field, format string, args ...any) {
	c.at("", field, format, args...)
}

func (c *checker) at(node, field, format string, args ...any) {
	c.faults = append(c.faults, Fault{Node: node, Field: field, Message: fmt.Sprintf(format, args...)})
}

func (c *checker) useCase() {
	if c.d.UseCase == "" {
		c.add("use_case", "is required")
	} else if _, ok := rules.ParseUseCase(string(c.d.UseCase)); !ok {
		c.add("use_case", "unknown use case %q", c.d.UseCase)
	}
}

func (c *checker) jurisdictions() {
	if !c.bounded("jurisdictions", len(c.d.Jurisdictions), MostJurisdictions) {
		return
	}
	for i, j := range c.d.Jurisdictions {
		field := fmt.Sprintf("jurisdictions[%d]", i)
		c.jurisdiction(field, j)
		if slices.Contains(c.d.Jurisdictions[:i], j) {
			c.add(field, "%s appears more than once", j)
		}
	}
}

func (c *checker) jurisdiction(field string, j rules.Jurisdiction) {
	if _, ok := rules.ParseJurisdiction(string(j)); !ok {
		c.add(field, "%q is not an ISO 3166 country or subdivision", j)
	}
}

func (c *checker) primary() {
	if len(c.d.Methods) == 0 {
		c.add("methods", "at least one method is required")
	}
	for i, m := range c.boundedMethods("methods", c.d.Methods) {
		c.method(fmt.Sprintf("methods[%d]", i), m, c.d.Methods[:i])
	}
	if c.d.Composition != AnyOf && c.d.Composition != AllOf {
		c.add("composition", "must be %q or %q", AnyOf, AllOf)
	}
}

func (c *checker) supplementary() {
	for i, m := range c.boundedMethods("supplementary", c.d.Supplementary) {
		field := fmt.Sprintf("supplementary[%d]", i)
		if !c.method(field, m, c.d.Supplementary[:i]) {
			continue
		}
		if !m.CanSupplement() {
			c.add(field, "%s cannot be a supplementary layer", m)
		} else if slices.Contains(c.d.Methods, m) {
			c.add(field, "%s is among the methods already", m)
		}
	}
}

// method reports whether m exists and is not in before.
func (c *checker) method(field string, m rules.Method, before []rules.Method) bool {
	if _, ok := rules.ParseMethod(string(m)); !ok {
		c.add(field, "unknown method %q", m)
		return false
	}
	if slices.Contains(before, m) {
		c.add(field, "%s appears more than once", m)
		return false
	}
	return true
}

func (c *checker) preferences() {
	p := c.d.Preferences
	if p.LivenessStrategy != "" && !slices.Contains(livenessStrategies, p.LivenessStrategy) {
		c.add("preferences.liveness_strategy", "must be one of %q", livenessStrategies)
	}
	if p.MaxAttempts < 1 || p.MaxAttempts > HighestMaxAttempts {
		c.add("preferences.max_attempts", "must be from 1 to %d", HighestMaxAttempts)
	}
	if p.FlagAt != "" && p.FlagAt != rules.RiskMedium && p.FlagAt != rules.RiskHigh {
		c.add("preferences.flag_at", "must be medium or high")
	}
	for _, doubt := range []struct {
		field  string
		chosen Doubt
	}{{"unread_text", p.UnreadText}, {"screen_photographed", p.ScreenPhotographed}} {
		if !doubt.chosen.valid() {
			c.add("preferences."+doubt.field, "must be one of %q", doubts)
		}
	}
	c.faces()
	c.parental()
	chosenFrom(c, "preferences.document_types", p.DocumentTypes, documentTypes, "document type")
	chosenFrom(c, "preferences.signals", p.Signals, risk.Groups(), "group of signals")
}

// chosenFrom checks that each entry of a list is one of all, and stands there once.
func chosenFrom[T ~string](c *checker, field string, list, all []T, kind string) {
	if !c.bounded(field, len(list), len(all)) {
		return
	}
	for i, entry := range list {
		field := fmt.Sprintf("%s[%d]", field, i)
		if !slices.Contains(all, entry) {
			c.add(field, "unknown %s %q", kind, entry)
		} else if slices.Contains(list[:i], entry) {
			c.add(field, "%s appears more than once", entry)
		}
	}
}

func (c *checker) parental() {
	p := c.d.Preferences.Parental
	if p == nil {
		return
	}
	for i, m := range c.boundedMethods("preferences.parental.methods", p.Methods) {
		field := fmt.Sprintf("preferences.parental.methods[%d]", i)
		if c.method(field, m, p.Methods[:i]) && !m.ProvesAdulthood() {
			c.add(field, "%s does not prove that a guardian is an adult", m)
		}
	}
}
