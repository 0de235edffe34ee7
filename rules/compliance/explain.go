package compliance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stile-id/stile/rules"
)

// Reason explains one field of a rule. The API returns it as JSON.
type Reason struct {
	Field         string   `json:"field"`
	Value         any      `json:"value"`   // as in the rule; null means erased at completion
	File          string   `json:"file"`    // such as "US-CA.yaml"
	Section       string   `json:"section"` // "common", or such as "rules.alcohol_delivery"
	EffectiveFrom Day      `json:"effective_from"`
	RuleVersion   Day      `json:"rule_version"`
	Source        []string `json:"source"`
	// Note describes how the value was changed, if it was, followed by the note of the entry.
	Note string `json:"note"`
}

// Explain returns a reason for each field with a value in the files, in the order of the fields. A field without a
// value (not prohibited, or erased at completion) has no reason. The slices are the caller's.
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
	value := e.values[f]
	if f == fieldMethods {
		value = slices.Clone(r.AllowedMethods)
	}
	return Reason{
		Field: f.String(), Value: value,
		File: e.file, Section: e.section, EffectiveFrom: e.from, RuleVersion: e.version,
		Source: slices.Clone(e.sources), Note: sentences(r.remark(f, e), e.note),
	}
}

// remark returns the part of the explanation that the value does not show.
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

// sentences joins the parts that are not empty.
func sentences(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " ")
}
