package graph

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/stile-id/stile/rules/condition"
)

// kindFields lists the fields that a node of a kind takes.
type kindFields struct {
	kind   Kind
	fields []string
}

var kinds = []kindFields{
	{KindMethod, []string{"method", "options", "max_attempts", "pass", "fail"}},
	{KindAnyOf, []string{"methods", "members", "pass", "fail"}},
	{KindAllOf, []string{"methods", "members", "pass", "fail"}},
	{KindBranch, []string{"cases", "default"}},
	{KindReview, []string{"pass", "fail", "reason"}},
	{KindVerified, nil},
	{KindFailed, nil},
}

func kindNames() string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = string(k.kind)
	}
	return strings.Join(names, ", ")
}

// node reports the faults of one node.
func (c *checker) node(s scope, n SourceNode) {
	id := s.prefix + shorten(n.ID)
	i := slices.IndexFunc(kinds, func(k kindFields) bool { return k.kind == n.Kind })
	switch {
	case n.Kind == "":
		c.at(id, "kind", "is required: one of %s", kindNames())
		return
	case i < 0:
		c.at(id, "kind", "unknown kind %q: must be one of %s", shorten(string(n.Kind)), kindNames())
		return
	}
	c.foreignFields(id, n, kinds[i].fields)
	switch n.Kind {
	case KindMethod:
		c.methodNode(id, "", n.Method, n.MaxAttempts, n.Options)
	case KindAnyOf, KindAllOf:
		c.members(s, id, n)
	case KindBranch:
		c.cases(s, id, n.Cases)
	case KindReview:
		if utf8.RuneCountInString(n.Reason) > longestReason {
			c.at(id, "reason", "must not have more than %d characters", longestReason)
		}
	}
	c.targets(s, id, n)
}

// foreignFields reports fields that are set but do not apply to the node's kind.
func (c *checker) foreignFields(id string, n SourceNode, taken []string) {
	fields := []struct {
		name  string
		given bool
	}{
		{"method", n.Method != ""},
		{"options", !n.Options.empty()},
		{"max_attempts", n.MaxAttempts != 0},
		{"methods", len(n.Methods) > 0},
		{"members", len(n.Members) > 0},
		{"pass", n.Pass != ""},
		{"fail", n.Fail != ""},
		{"cases", len(n.Cases) > 0},
		{"default", n.Default != ""},
		{"reason", n.Reason != ""},
	}
	for _, f := range fields {
		if f.given && !slices.Contains(taken, f.name) {
			c.at(id, f.name, "means nothing in a node of kind %s: remove it", n.Kind)
		}
	}
}

// targets reports missing and unknown targets of a node.
func (c *checker) targets(s scope, id string, n SourceNode) {
	switch n.Kind {
	case KindMethod, KindAnyOf, KindAllOf:
		c.target(s, id, "pass", n.Pass)
		c.target(s, id, "fail", n.Fail)
	case KindBranch:
		c.target(s, id, "default", n.Default)
	case KindReview:
		if n.Pass != "" {
			c.target(s, id, "pass", n.Pass)
		}
		if n.Fail != "" {
			c.target(s, id, "fail", n.Fail)
		}
	}
}

func (c *checker) target(s scope, id, field, target string) {
	if target == "" {
		c.at(id, field, "is required: the id of the node to go on to")
		return
	}
	if _, ok := s.nodes.node(target); ok {
		return
	}
	hint := "name one of the nodes"
	if s.owner != "" {
		hint = "name one of the sub-graph's own nodes"
	}
	c.at(id, field, "there is no node %q: %s", shorten(target), hint)
}

func (c *checker) condition(id, field, expr string) {
	if c.programs == nil {
		return
	}
	cost, err := c.programs.Check(expr)
	c.cost += cost
	var refused *condition.Error
	switch {
	case errors.As(err, &refused):
		c.at(id, field, "%s", refused.Message)
	case err != nil:
		c.at(id, field, "cannot be checked")
	}
}

func (c *checker) cases(s scope, id string, cases []Case) {
	if len(cases) == 0 {
		c.at(id, "cases", "at least one case is required, with when and next")
	}
	if len(cases) > MostCases {
		c.at(id, "cases", "must not hold more than %d cases: chain branches instead", MostCases)
		return
	}
	for i, v := range cases {
		field := fmt.Sprintf("cases[%d]", i)
		c.condition(id, field+".when", v.When)
		c.target(s, id, field+".next", v.Next)
	}
}
