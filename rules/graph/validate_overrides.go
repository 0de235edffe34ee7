package graph

import (
	"fmt"
	"slices"

	"github.com/stile-id/stile/rules"
)

func (c *checker) overrides() {
	if !c.bounded("overrides", len(c.d.Overrides), MostJurisdictions) {
		return
	}
	for i, v := range c.d.Overrides {
		field := fmt.Sprintf("overrides.%s", v.Jurisdiction)
		c.jurisdiction(field, v.Jurisdiction)
		// The overrides are sorted, so equal jurisdictions, such as "us" and
		// "US", are adjacent.
		if i > 0 && c.d.Overrides[i-1].Jurisdiction == v.Jurisdiction {
			c.add(field, "appears more than once")
			continue
		}
		c.additions(field, v)
		c.removals(field, v)
		if len(c.d.Methods) > 0 && len(c.d.In(v.Jurisdiction).Methods) == 0 {
			c.add(field, "leaves no method")
		}
	}
}

func (c *checker) additions(override string, v Override) {
	for i, m := range c.boundedMethods(override+".add", v.Add) {
		field := fmt.Sprintf("%s.add[%d]", override, i)
		if !c.method(field, m, v.Add[:i]) {
			continue
		}
		switch {
		case slices.Contains(v.Remove, m):
			c.add(field, "%s is both added and removed", m)
		case c.declares(m):
			c.add(field, "%s is part of the workflow already", m)
		}
	}
}

func (c *checker) removals(override string, v Override) {
	for i, m := range c.boundedMethods(override+".remove", v.Remove) {
		field := fmt.Sprintf("%s.remove[%d]", override, i)
		if !c.method(field, m, v.Remove[:i]) {
			continue
		}
		// If v also adds the method, additions has reported it.
		if !c.declares(m) && !slices.Contains(v.Add, m) {
			c.add(field, "%s is not part of the workflow", m)
		}
	}
}

func (c *checker) declares(m rules.Method) bool {
	return slices.Contains(c.d.Methods, m) || slices.Contains(c.d.Supplementary, m)
}
