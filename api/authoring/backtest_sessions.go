package authoring

import (
	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/rules/simulation"
	"github.com/stile-id/stile/sessions"
)

// recordedSession is a session that has ended, with its graph and its recorded steps.
type recordedSession struct {
	models.Session
	graph graph.Graph
	steps []models.Step
	risk  *rules.Risk // that of its places
}

// mostSessionsAtOnce bounds the sessions that are read at once: a session may have metadata of 100 KiB.
const mostSessionsAtOnce = 50

// recorded reads the graphs and steps of sessions.
func (hs *Handlers) recorded(c *rest.Call, rows []models.Session) ([]recordedSession, error) {
	ids := make([]string, 0, len(rows))
	for _, row := range rows {
		ids = append(ids, row.ID)
	}
	steps, err := hs.store.Steps(c.Ctx, c.Org().ID, ids...)
	if err != nil {
		return nil, err
	}
	all := make([]recordedSession, 0, len(rows))
	for _, row := range rows {
		g, err := hs.store.SessionGraph(c.Ctx, row)
		if err != nil {
			return nil, err
		}
		all = append(all, recordedSession{Session: row, graph: g, steps: steps[row.ID], risk: hs.sessions.PlaceRisk(row)})
	}
	return all, nil
}

// playedVersion tells a version that the workflow does not have from one that no session has run.
func (hs *Handlers) playedVersion(c *rest.Call, version int) error {
	if version == 0 {
		return nil
	}
	_, err := hs.store.WorkflowVersion(c.Ctx, c.Org().ID, c.ID(), version)
	if models.CodeOf(err) == models.CodeResourceMissing {
		return models.Invalid("sessions.workflow_version", "The workflow has no such version")
	}
	return err
}

// script returns the recorded results and reviews of the session. Its branches are evaluated anew, with the facts of
// that time: its risk is that of its places until a verdict raises it.
func (s recordedSession) script() simulation.Script {
	begun := s.Session
	begun.Risk = models.AsJSON(s.risk)
	script := simulation.Script{Variables: sessions.Facts(begun)}
	for _, step := range s.steps {
		detail := step.Detail.V
		switch {
		case detail.MethodResult != nil:
			node, _ := s.graph.Node(step.Node)
			script.Results = append(script.Results, simulation.Result{
				Method: node.Method, Node: step.Node,
				Outcome: detail.MethodResult.Outcome, ReasonCodes: detail.MethodResult.ReasonCodes,
				Risk: detail.Risk,
			})
		case detail.Review != nil:
			script.Reviews = append(script.Reviews, simulation.Review{Decision: detail.Review.Decision})
		}
	}
	return script
}
