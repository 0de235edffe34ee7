package simulation

import "slices"

// Difference is the first step at which two traces of one session differ.
type Difference struct {
	// Changed reports whether the outcomes differ. The paths may differ and
	// still reach the same outcome.
	Changed bool `json:"changed"`
	// Node is the first node of the recorded path that differs in the draft or
	// that the draft does not reach. If only the draft continues, Node is the
	// draft's next node. It is empty if the paths are equal.
	Node string `json:"node,omitempty"`
	// Before and After are the recorded and the draft's step at Node, nil if a
	// path had ended.
	Before *Step `json:"before,omitempty"`
	After  *Step `json:"after,omitempty"`
}

// Compare returns the first difference between a recorded trace and a draft's.
// It ignores the wording of reasons, and the number of the case if the branch
// leads to the same node. A trace that waits ends with a step of outcome
// [OutcomeWaiting].
func Compare(recorded, draft Trace) Difference {
	d := Difference{Changed: recorded.Outcome != draft.Outcome}
	befores, afters := recorded.path(), draft.path()
	for i := range max(len(befores), len(afters)) {
		before, after := at(befores, i), at(afters, i)
		if before != nil && after != nil && same(*before, *after) {
			continue
		}
		d.Before, d.After = before, after
		if before != nil {
			d.Node = before.Node
		} else {
			d.Node = after.Node
		}
		break
	}
	return d
}

// path returns the steps, followed by the first method or review that the
// session waits for.
func (t Trace) path() []Step {
	if len(t.Waiting) == 0 {
		return t.Steps
	}
	w := t.Waiting[0]
	return append(slices.Clone(t.Steps), Step{
		Node: w.Node, Kind: w.Kind, Method: w.Method, Attempt: w.Attempt, Outcome: OutcomeWaiting,
	})
}

// at returns a copy of the step at i, nil beyond the last.
func at(steps []Step, i int) *Step {
	if i >= len(steps) {
		return nil
	}
	step := steps[i]
	return &step
}

func same(a, b Step) bool {
	return a.Node == b.Node && a.Kind == b.Kind && a.Method == b.Method && a.Outcome == b.Outcome &&
		slices.Equal(a.ReasonCodes, b.ReasonCodes) && a.Next == b.Next && a.Decision == b.Decision
}
