package api

import (
	"net/http"

	"github.com/stile-id/stile/models"
)

func (hs *authoringHandlers) createWorkflow(c *call) (answer, error) {
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
	if err := hs.checkHandoff(c, in.Preferences); err != nil {
		return answer{}, err
	}
	var draft models.Workflow
	if err := in.apply(&draft); err != nil {
		return answer{}, err
	}
	w, err := hs.store.CreateWorkflow(c.ctx, c.org().ID, c.actor(), draft.Name, draft.Definition.V)
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusCreated, showWorkflow(w))
}

func (hs *authoringHandlers) listWorkflows(c *call) (answer, error) {
	page := c.query.page()
	if c.query.err != nil {
		return answer{}, c.query.err
	}
	rows, more, err := hs.store.Workflows(c.ctx, c.org().ID, page)
	if err != nil {
		return answer{}, err
	}
	return listOf(c, rows, more, showWorkflow)
}

func (hs *authoringHandlers) getWorkflow(c *call) (answer, error) {
	w, err := hs.store.Workflow(c.ctx, c.org().ID, c.id())
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, showWorkflow(w))
}

// updateWorkflow replaces the fields that are given, each as a whole.
func (hs *authoringHandlers) updateWorkflow(c *call) (answer, error) {
	var in workflowInput
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	if err := hs.checkHandoff(c, in.Preferences); err != nil {
		return answer{}, err
	}
	w, err := hs.store.UpdateWorkflow(c.ctx, c.org().ID, c.actor(), c.id(), in.apply)
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, showWorkflow(w))
}
