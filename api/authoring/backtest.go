package authoring

import (
	"net/http"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/rules/simulation"
)

type backtestObject struct {
	Object    string          `json:"object"`
	Version   *int            `json:"version"`
	Sessions  int             `json:"sessions"`
	More      bool            `json:"more"` // sessions pass the filter that were not replayed
	Changed   []changedObject `json:"changed"`
	Unchanged int             `json:"unchanged"`
}

// changedObject is a session that would have ended otherwise.
type changedObject struct {
	SessionID string               `json:"session_id"`
	Before    models.SessionStatus `json:"before"`
	After     graph.Outcome        `json:"after"`
	Node      *string              `json:"node"` // where the ways first part
}

func (hs *Handlers) backtestWorkflow(c *rest.Call) (rest.Answer, error) {
	var in backtestInput
	if err := rest.Decode(c.Body, &in); err != nil {
		return rest.Answer{}, err
	}
	last, err := in.Sessions.last()
	if err != nil {
		return rest.Answer{}, err
	}
	filter, err := in.Sessions.filter()
	if err != nil {
		return rest.Answer{}, err
	}
	t, err := hs.trial(c, in.Version)
	if err != nil {
		return rest.Answer{}, err
	}
	if err := hs.playedVersion(c, filter.WorkflowVersion); err != nil {
		return rest.Answer{}, err
	}
	filter.WorkflowID = c.ID()
	object := backtestObject{Object: "workflow_backtest", Version: t.version, Changed: []changedObject{}}
	if err := hs.replayLast(c, t, filter, last, &object); err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, object)
}

// replayLast plays the last sessions that pass the filter again, some at a time, and counts them into the object.
func (hs *Handlers) replayLast(
	c *rest.Call, t *trial, filter store.SessionFilter, last int, object *backtestObject,
) error {
	page := store.Page{}
	for object.Sessions < last {
		page.Limit = min(mostSessionsAtOnce, last-object.Sessions)
		rows, more, err := hs.store.EndedSessions(c.Ctx, c.Org().ID, filter, page)
		if err != nil {
			return err
		}
		some := rest.Nearest(page, rows)
		if err := hs.replayAll(c, t, some, object); err != nil {
			return err
		}
		object.Sessions += len(some)
		if object.More = more || len(some) < len(rows); !object.More {
			return nil
		}
		page.StartingAfter = some[len(some)-1].ID
	}
	return nil
}

// replayAll plays sessions again and counts them into the object.
func (hs *Handlers) replayAll(c *rest.Call, t *trial, rows []models.Session, object *backtestObject) error {
	sessions, err := hs.recorded(c, rows)
	if err != nil {
		return err
	}
	for _, s := range sessions {
		if err := c.Ctx.Err(); err != nil {
			return err
		}
		after, difference, err := t.replay(s)
		if err != nil {
			return err
		}
		if !changes(s.Status, after) {
			object.Unchanged++
			continue
		}
		object.Changed = append(object.Changed, showChanged(s, after, difference))
	}
	return nil
}

// changes reports whether a replay ends otherwise. A session that was cancelled or expired was waiting until then.
func changes(before models.SessionStatus, after graph.Outcome) bool {
	if before == models.StatusCancelled || before == models.StatusExpired {
		return after != simulation.OutcomeWaiting
	}
	return string(before) != string(after)
}

func showChanged(s recordedSession, after graph.Outcome, difference simulation.Difference) changedObject {
	object := changedObject{SessionID: s.ID, Before: s.Status, After: after}
	if difference.Node != "" {
		object.Node = &difference.Node
	}
	return object
}

// replay plays a session again, as it was and as it would be.
func (t *trial) replay(s recordedSession) (graph.Outcome, simulation.Difference, error) {
	script := s.script()
	was, err := simulation.RunWith(s.graph, t.recorded(s.WorkflowVersion), script)
	if err != nil {
		return "", simulation.Difference{}, err
	}
	m, err := t.in(s.Jurisdiction, s.Type)
	if err != nil {
		return "", simulation.Difference{}, models.WithoutParam(err)
	}
	would, err := simulation.RunWith(m.graph, t.programs, script)
	return would.Outcome, simulation.Compare(was, would), err
}
