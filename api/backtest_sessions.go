package api

import (
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/progress"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/rules/simulation"
)

// recordedSession is a session that has ended, with what moved it along its graph.
type recordedSession struct {
	models.Session
	graph graph.Graph
	steps []models.Step
}

// recorded reads the last sessions whose end can be played again: a verdict that no graph gave, such as that of
// skip_verification, tells nothing of one.
func (a *API) recorded(c *call, last int) ([]recordedSession, error) {
	rows, err := a.store.EndedSessions(c.ctx, c.org().ID, c.id(), last)
	if err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(rows))
	for _, row := range rows {
		ids = append(ids, row.ID)
	}
	steps, err := a.store.Steps(c.ctx, c.org().ID, ids...)
	if err != nil {
		return nil, err
	}
	sessions := make([]recordedSession, 0, len(rows))
	for _, row := range rows {
		if judged := row.Status == models.StatusVerified || row.Status == models.StatusFailed; judged && !row.GraphState.V.Done() {
			continue
		}
		g, err := a.store.SessionGraph(c.ctx, row)
		if err != nil {
			return nil, err
		}
		sessions = append(sessions, recordedSession{Session: row, graph: g, steps: steps[row.ID]})
	}
	return sessions, nil
}

// script is what happened to the session. Its branches are evaluated anew, with what was known of it.
func (s recordedSession) script() simulation.Script {
	script := simulation.Script{Variables: progress.Facts(s.Session)}
	for _, step := range s.steps {
		detail := step.Detail.V
		switch {
		case detail.MethodResult != nil:
			node, _ := s.graph.Node(step.Node)
			script.Results = append(script.Results, simulation.Result{
				Method: node.Method, Node: step.Node,
				Outcome: detail.MethodResult.Outcome, ReasonCodes: detail.MethodResult.ReasonCodes,
			})
		case detail.Review != nil:
			script.Reviews = append(script.Reviews, simulation.Review{Decision: detail.Review.Decision})
		}
	}
	return script
}
