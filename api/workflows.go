package api

import (
	"net/http"

	"github.com/stile-id/stile/models"
)

func (a *API) createWorkflow(c *call) (answer, error) {
	var in workflowInput
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	if in.Name == nil {
		return answer{}, missing("name")
	}
	if in.UseCase == nil {
		return answer{}, missing("use_case")
	}
	if err := a.checkHandoff(c, in.Preferences); err != nil {
		return answer{}, err
	}
	var draft models.Workflow
	if err := in.apply(&draft); err != nil {
		return answer{}, err
	}
	w, err := a.store.CreateWorkflow(c.ctx, c.org().ID, c.actor(), draft.Name, draft.Definition.V)
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusCreated, showWorkflow(w))
}

func (a *API) listWorkflows(c *call) (answer, error) {
	page := c.query.page()
	if c.query.err != nil {
		return answer{}, c.query.err
	}
	rows, more, err := a.store.Workflows(c.ctx, c.org().ID, page)
	if err != nil {
		return answer{}, err
	}
	return listOf(c, rows, more, showWorkflow)
}

func (a *API) getWorkflow(c *call) (answer, error) {
	w, err := a.store.Workflow(c.ctx, c.org().ID, c.id())
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, showWorkflow(w))
}

// updateWorkflow replaces the fields that are given, each as a whole.
func (a *API) updateWorkflow(c *call) (answer, error) {
	var in workflowInput
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	if err := a.checkHandoff(c, in.Preferences); err != nil {
		return answer{}, err
	}
	w, err := a.store.UpdateWorkflow(c.ctx, c.org().ID, c.actor(), c.id(), in.apply)
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, showWorkflow(w))
}
