package authoring

import (
	"net/http"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
)

func (hs *Handlers) createWorkflow(c *rest.Call) (rest.Answer, error) {
	var in workflowInput
	if err := rest.Decode(c.Body, &in); err != nil {
		return rest.Answer{}, err
	}
	if in.Name == nil {
		return rest.Answer{}, rest.Missing("name")
	}
	if in.UseCase == nil {
		return rest.Answer{}, rest.Missing("use_case")
	}
	if err := hs.checkHandoff(c, in.Preferences); err != nil {
		return rest.Answer{}, err
	}
	var draft models.Workflow
	if err := in.apply(&draft); err != nil {
		return rest.Answer{}, err
	}
	w, err := hs.store.CreateWorkflow(c.Ctx, c.Org().ID, c.Actor(), draft.Name, draft.Definition.V)
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusCreated, showWorkflow(w))
}

func (hs *Handlers) listWorkflows(c *rest.Call) (rest.Answer, error) {
	page := c.Query.Page()
	if c.Query.Err != nil {
		return rest.Answer{}, c.Query.Err
	}
	rows, more, err := hs.store.Workflows(c.Ctx, c.Org().ID, page)
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.ListOf(c, rows, more, showWorkflow)
}

func (hs *Handlers) getWorkflow(c *rest.Call) (rest.Answer, error) {
	w, err := hs.store.Workflow(c.Ctx, c.Org().ID, c.ID())
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, showWorkflow(w))
}

// updateWorkflow replaces the fields that are given, each as a whole.
func (hs *Handlers) updateWorkflow(c *rest.Call) (rest.Answer, error) {
	var in workflowInput
	if err := rest.Decode(c.Body, &in); err != nil {
		return rest.Answer{}, err
	}
	if err := hs.checkHandoff(c, in.Preferences); err != nil {
		return rest.Answer{}, err
	}
	w, err := hs.store.UpdateWorkflow(c.Ctx, c.Org().ID, c.Actor(), c.ID(), in.apply)
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, showWorkflow(w))
}
