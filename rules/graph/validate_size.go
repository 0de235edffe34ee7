package graph

import (
	"encoding/json"
	"unicode/utf8"

	"github.com/stile-id/stile/rules"
)

// Bounds of a definition as a whole.
const (
	// MostBytes bounds the JSON of a definition.
	MostBytes = 256 << 10
	// MostJurisdictions bounds the target markets, and the overrides.
	MostJurisdictions = 500
	// MostConditions bounds the number of conditions of a graph with its
	// sub-graphs, MostConditionText their characters, and MostConditionCost the
	// sum of their highest costs in CEL's units of work.
	MostConditions    = 200
	MostConditionText = 20_000
	MostConditionCost = 500_000
)

// Conditions returns the conditions of the definition's branches, in no
// particular order.
func (d Definition) Conditions() []string { return d.Graph.conditions() }

// Size returns the length of the definition in JSON, with its defaults, in
// bytes.
func (d Definition) Size() int {
	text, err := json.Marshal(d.WithDefaults())
	if err != nil { // impossible for a definition that decodes
		return MostBytes + 1
	}
	return len(text)
}

// oversize reports a definition that exceeds MostBytes. Its other faults are not
// looked for.
func (c *checker) oversize() bool {
	if c.programs == nil || c.d.Size() <= MostBytes {
		return false
	}
	field := "overrides"
	if c.d.Mode == ModeGraph {
		field = "graph"
	}
	c.add(field, "the definition must not be larger than %d bytes in JSON", MostBytes)
	return true
}

// bounded reports whether a list is short enough to be checked, and adds a fault
// if not.
func (c *checker) bounded(field string, length, most int) bool {
	return c.boundedAt("", field, length, most)
}

func (c *checker) boundedAt(node, field string, length, most int) bool {
	if c.programs == nil || length <= most {
		return true
	}
	c.at(node, field, "must not have more than %d entries", most)
	return false
}

// boundedMethods returns a list of methods, or none if it is too long.
func (c *checker) boundedMethods(field string, methods []rules.Method) []rules.Method {
	if !c.bounded(field, len(methods), len(rules.Methods())) {
		return nil
	}
	return methods
}

// tooManyConditions reports whether a definition exceeds the bounds of
// conditions, and adds the faults.
func (c *checker) tooManyConditions() bool {
	if c.programs == nil {
		return false
	}
	all := c.d.Graph.conditions()
	text := 0
	for _, expr := range all {
		text += utf8.RuneCountInString(expr)
	}
	if len(all) > MostConditions {
		c.add("graph.nodes", "must not hold more than %d conditions, those of sub-graphs among them; there are %d",
			MostConditions, len(all))
	}
	if text > MostConditionText {
		c.add("graph.nodes", "the conditions must not have more than %d characters together; they have %d",
			MostConditionText, text)
	}
	return len(all) > MostConditions || text > MostConditionText
}

// conditions returns the conditions of a graph and its sub-graphs.
func (s *Source) conditions() []string {
	if s == nil {
		return nil
	}
	var all []string
	for _, n := range s.Nodes {
		all = append(all, Conditions(n.Cases)...)
		for _, member := range n.Members {
			all = append(all, member.Graph.conditions()...)
		}
	}
	return all
}
