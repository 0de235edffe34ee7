package api

import (
	"cmp"
	"net/http"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/rules/simulation"
)

type simulationObject struct {
	Object  string       `json:"object"`
	Version *int         `json:"version"` // null for the draft
	Cases   []caseObject `json:"cases"`
	Passed  bool         `json:"passed"`
}

// caseObject is how a simulated session went.
type caseObject struct {
	Name          *string              `json:"name"`
	Outcome       graph.Outcome        `json:"outcome"`
	FailureReason *rules.ReasonCode    `json:"failure_reason"`
	WaitingFor    []simulation.Waiting `json:"waiting_for"`
	Path          []pathObject         `json:"path"`
	UnusedResults int                  `json:"unused_results"`
	UnusedReviews int                  `json:"unused_reviews"`
	Expected      *bool                `json:"expected,omitempty"` // only where something is expected
}

// pathObject is a step with a reason that is null where there is none.
type pathObject struct {
	simulation.Step
	Reason *string `json:"reason"`
}

func (a *API) simulateWorkflow(c *call) (answer, error) {
	var in simulationInput
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	sessions, err := in.read()
	if err != nil {
		return answer{}, err
	}
	t, err := a.trial(c, in.Version)
	if err != nil {
		return answer{}, err
	}
	object := simulationObject{Object: "workflow_simulation", Version: t.version, Cases: []caseObject{}, Passed: true}
	for _, session := range sessions {
		if err := c.ctx.Err(); err != nil {
			return answer{}, err
		}
		played, err := t.play(session)
		if err != nil {
			return answer{}, err
		}
		object.Cases = append(object.Cases, played)
		object.Passed = object.Passed && (played.Expected == nil || *played.Expected)
	}
	return reply(http.StatusOK, object)
}

func (t *trial) play(s simulatedSession) (caseObject, error) {
	place := cmp.Or(s.jurisdiction, t.somewhere())
	m, err := t.in(place)
	if err != nil {
		return caseObject{}, err
	}
	s.script.Variables.Jurisdiction = string(place)
	s.script.Variables.AgeTier = string(m.rule.RequiredAgeTier)
	trace, err := simulation.Run(m.graph, s.script)
	return s.show(trace), err
}

func (s simulatedSession) show(trace simulation.Trace) caseObject {
	object := caseObject{
		Name: s.name, Outcome: trace.Outcome, WaitingFor: append([]simulation.Waiting{}, trace.Waiting...),
		Path:          make([]pathObject, 0, len(trace.Steps)),
		UnusedResults: len(trace.UnusedResults), UnusedReviews: len(trace.UnusedReviews),
	}
	if trace.FailureReason != "" {
		object.FailureReason = &trace.FailureReason
	}
	for _, step := range trace.Steps {
		shown := pathObject{Step: step}
		if step.Reason != "" {
			shown.Reason = &step.Reason
		}
		object.Path = append(object.Path, shown)
	}
	if s.expected != "" {
		as := trace.Outcome == s.expected
		object.Expected = &as
	}
	return object
}
