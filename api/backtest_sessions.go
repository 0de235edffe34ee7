package api

import (
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/rules/simulation"
	"github.com/stile-id/stile/sessions"
)

// recordedSession is a session that has ended, with what moved it along its graph.
type recordedSession struct {
	models.Session
	graph graph.Graph
	steps []models.Step
}

// mostSessionsAtOnce bounds the sessions that are read at once: a session may have metadata of 100 KiB.
const mostSessionsAtOnce = 50

// recorded reads what moved the sessions along their graphs.
func (hs *authoringHandlers) recorded(c *call, rows []models.Session) ([]recordedSession, error) {
	ids := make([]string, 0, len(rows))
	for _, row := range rows {
		ids = append(ids, row.ID)
	}
	steps, err := hs.store.Steps(c.ctx, c.org().ID, ids...)
	if err != nil {
		return nil, err
	}
	sessions := make([]recordedSession, 0, len(rows))
	for _, row := range rows {
		g, err := hs.store.SessionGraph(c.ctx, row)
		if err != nil {
			return nil, err
		}
		sessions = append(sessions, recordedSession{Session: row, graph: g, steps: steps[row.ID]})
	}
	return sessions, nil
}

// playedVersion tells a version that the workflow does not have from one that no session has run.
func (hs *authoringHandlers) playedVersion(c *call, version int) error {
	if version == 0 {
		return nil
	}
	_, err := hs.store.WorkflowVersion(c.ctx, c.org().ID, c.id(), version)
	if models.CodeOf(err) == models.CodeResourceMissing {
		return models.Invalid("sessions.workflow_version", "The workflow has no such version")
	}
	return err
}

// script is what happened to the session. Its branches are evaluated anew, with what was known of it then: of the risk
// what its places told, until a verdict told of more.
func (s recordedSession) script() simulation.Script {
	begun := s.Session
	begun.Risk = models.AsJSON(begun.PlaceRisk())
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
