package authoring

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/rules/simulation"
)

type simulationObject struct {
	Object  string       `json:"object"`
	Version *int         `json:"version"` // null for the draft
	Cases   []caseObject `json:"cases"`
	// Markets are how it went in each jurisdiction, where several are asked for.
	Markets []marketObject `json:"markets,omitempty"`
	Passed  bool           `json:"passed"`
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

func (hs *Handlers) simulateWorkflow(c *rest.Call) (rest.Answer, error) {
	var in simulationInput
	if err := rest.Decode(c.Body, &in); err != nil {
		return rest.Answer{}, err
	}
	sessions, err := in.read()
	if err != nil {
		return rest.Answer{}, err
	}
	t, err := hs.trial(c, in.Version)
	if err != nil {
		return rest.Answer{}, err
	}
	markets, err := hs.markets(in, t.definition)
	if err != nil {
		return rest.Answer{}, err
	}
	if err := t.admit(max(len(markets), 1)*len(sessions), max(len(markets), 1)*visits(sessions, t.nodes)); err != nil {
		return rest.Answer{}, err
	}
	object := simulationObject{Object: "workflow_simulation", Version: t.version, Cases: []caseObject{}}
	if len(markets) > 0 {
		object.Markets, err = hs.playMarkets(c, t, markets, sessions)
	} else {
		object.Cases, err = playCases(c, t, sessions)
	}
	object.Passed = !slices.ContainsFunc(object.Cases, caseObject.surprises) &&
		!slices.ContainsFunc(object.Markets, marketObject.surprises)
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, object)
}

// visits is how many nodes the sessions may come through in one jurisdiction, repeats included.
func visits(sessions []simulatedSession, nodes int) int {
	total := 0
	for _, s := range sessions {
		total += nodes + len(s.script.Results) + len(s.script.Reviews)
	}
	return total
}

func playCases(c *rest.Call, t *trial, sessions []simulatedSession) ([]caseObject, error) {
	cases := make([]caseObject, 0, len(sessions))
	for i, session := range sessions {
		played, err := t.play(session)
		if models.CodeOf(err) == models.CodeParameterInvalid { // of type: the workflow proves no identity there
			err = within(fmt.Sprintf("cases[%d]", i), err)
		}
		if err = cmp.Or(err, c.Ctx.Err()); err != nil {
			return nil, err
		}
		cases = append(cases, played)
	}
	return cases, nil
}

func (hs *Handlers) playMarkets(
	c *rest.Call, t *trial, markets []rules.Jurisdiction, sessions []simulatedSession,
) ([]marketObject, error) {
	objects := make([]marketObject, 0, len(markets))
	for _, j := range markets {
		played, err := t.playIn(j, hs.sessions.Rules().Name(j), sessions)
		if err = cmp.Or(err, c.Ctx.Err()); err != nil {
			return nil, err
		}
		objects = append(objects, played)
	}
	return objects, nil
}

// surprises reports whether the case ended otherwise than expected.
func (o caseObject) surprises() bool { return o.Expected != nil && !*o.Expected }

// surprises reports whether the workflow cannot run there, or a case ended otherwise than expected.
func (o marketObject) surprises() bool {
	return o.Error != nil || slices.ContainsFunc(o.Cases, caseObject.surprises)
}

func (t *trial) play(s simulatedSession) (caseObject, error) {
	place := cmp.Or(s.jurisdiction, t.usualPlace())
	m, err := t.in(place, s.kind)
	if err != nil {
		return caseObject{}, err
	}
	s.script.Variables.Jurisdiction = string(place)
	s.script.Variables.AgeTier = string(cmp.Or(s.ageTier, m.rule.RequiredAgeTier))
	trace, err := simulation.RunWith(m.graph, t.programs, s.script)
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
	if s.expected != nil {
		as := s.expected.meets(trace)
		object.Expected = &as
	}
	return object
}
