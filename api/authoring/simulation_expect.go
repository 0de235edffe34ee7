package authoring

import (
	"slices"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/rules/simulation"
)

var endings = []string{"verified", "failed", "waiting"}

// expectInput is the expected course of a simulated session. The outcome is required; absent fields are not compared.
type expectInput struct {
	Outcome       *string  `json:"outcome"`
	FailureReason *string  `json:"failure_reason"`
	Path          []string `json:"path"`
	Last          *string  `json:"last"`
	WaitingFor    []string `json:"waiting_for"`
}

// expectation is an expectInput that has been read.
type expectation struct {
	outcome graph.Outcome
	reason  rules.ReasonCode // "" where it is not looked at
	path    []string         // the nodes, each once; nil where they are not looked at
	last    string           // the last node; "" likewise
	waiting []string         // the nodes that wait; nil likewise
}

func (in *expectInput) read(s *simulatedSession) error {
	if in == nil {
		return nil
	}
	if err := oneOf("expect.outcome", in.Outcome, endings); err != nil {
		return err
	}
	e := &expectation{outcome: graph.Outcome(*in.Outcome), path: in.Path, waiting: in.WaitingFor}
	if in.FailureReason != nil {
		var known bool
		if e.reason, known = rules.ParseReasonCode(*in.FailureReason); !known {
			return models.Invalid("expect.failure_reason", "expect.failure_reason is not known")
		}
	}
	if in.Last != nil {
		e.last = *in.Last
	}
	s.expected = e
	return nil
}

// meets reports whether a session went as expected.
func (e expectation) meets(t simulation.Trace) bool {
	path := t.Path()
	waiting := []string{}
	for _, w := range t.Waiting {
		waiting = append(waiting, w.Node)
	}
	return t.Outcome == e.outcome &&
		(e.reason == "" || t.FailureReason == e.reason) &&
		(e.path == nil || slices.Equal(path, e.path)) &&
		(e.last == "" || len(path) > 0 && path[len(path)-1] == e.last) &&
		(e.waiting == nil || slices.Equal(waiting, e.waiting))
}
