package compliance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stile-id/stile/rules"
)

// Reason says what led to one field of a rule. Its JSON is what the API shows.
type Reason struct {
	Field         string   `json:"field"`
	Value         any      `json:"value"`   // as it is in the rule; null is erased at completion
	File          string   `json:"file"`    // such as "US-CA.yaml"
	Section       string   `json:"section"` // "common", or such as "rules.alcohol_delivery"
	EffectiveFrom Day      `json:"effective_from"`
	RuleVersion   Day      `json:"rule_version"`
	Source        []string `json:"source"`
	// Note is what was done with the value, if anything was, and what the entry notes.
	Note string `json:"note"`
}

// Explain returns a reason for each field that somebody said, in the order of the fields. Of what nobody said there is
// none: not prohibited, or erased at completion. The slices are the caller's.
func (r *Rule) Explain() []Reason {
	var reasons []Reason
	for f := range fieldCount {
		if r.picked[f] != 0 {
			reasons = append(reasons, r.reason(f))
		}
	}
	return reasons
}

func (r *Rule) reason(f field) Reason {
	e := r.book.entries[r.picked[f]]
	value := e.says[f]
	if f == fieldMethods {
		value = slices.Clone(r.AllowedMethods)
	}
	return Reason{
		Field: f.String(), Value: value,
		File: e.file, Section: e.section, EffectiveFrom: e.from, RuleVersion: e.version,
		Source: slices.Clone(e.sources), Note: sentences(r.remark(f, e), e.note),
	}
}

// remark says what the value does not show.
func (r *Rule) remark(f field, e *entry) string {
	switch {
	case f == fieldProhibited && e.lifts != "":
		return "The prohibition is lifted: " + e.lifts
	case f == fieldMethods && r.book.dropsMDL(r.picked):
		decided := r.book.entries[r.picked[fieldMDL]]
		return fmt.Sprintf("%s is left out, as %s says %s: %s.", rules.MethodMDL, decided.file, fieldMDL, MDLNotRecognized)
	default:
		return ""
	}
}

// sentences joins what is not empty.
func sentences(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " ")
}
