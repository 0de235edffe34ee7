package simulation

import "slices"

// Difference is where two ways of one session part.
type Difference struct {
	// Changed reports whether the outcomes differ; the ways may part and come to
	// the same end.
	Changed bool `json:"changed"`
	// Node is the first of the recorded way that the draft does not go through in
	// the same manner: the step's node that differs, or that was not reached, or
	// where only the draft goes on, the node it goes on to. It is empty where the
	// ways do not part.
	Node string `json:"node,omitempty"`
	// Before and After are the steps there, nil where a way had ended.
	Before *Step `json:"before,omitempty"`
	After  *Step `json:"after,omitempty"`
}

// Compare finds where the way of a draft parts from the recorded one. How a
// reason is worded makes no difference, nor does which case of a branch it was
// that led to the same node. A way that waits ends with a step whose outcome is
// [OutcomeWaiting].
func Compare(recorded, draft Trace) Difference {
	d := Difference{Changed: recorded.Outcome != draft.Outcome}
	befores, afters := recorded.way(), draft.way()
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

// way is the steps, and the first that is waited for.
func (t Trace) way() []Step {
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
