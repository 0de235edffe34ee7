package api

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/condition"
	"github.com/stile-id/stile/rules/graph"
)

const longestNote = 500

func (hs *authoringHandlers) publishWorkflow(c *call) (answer, error) {
	var in struct {
		Note *string `json:"note"`
	}
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	if err := checkText("note", in.Note, longestNote); err != nil {
		return answer{}, err
	}
	v, err := hs.store.PublishWorkflow(c.ctx, c.org().ID, c.actor(), c.id(), in.Note, compile)
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusCreated, showPublished(v))
}

// compile compiles a draft. The error tells all that is wrong with it.
func compile(w models.Workflow) (graph.Graph, error) {
	return compileWith(w, new(condition.Programs))
}

func compileWith(w models.Workflow, programs *condition.Programs) (graph.Graph, error) {
	compiled, faults := graph.CompileWith(w.Definition.V, programs)
	if len(faults) == 0 {
		return compiled, nil
	}
	all := make([]string, 0, len(faults))
	for _, fault := range faults {
		all = append(all, fault.String())
	}
	return compiled, models.Invalid(paramOf(faults[0]), "The workflow cannot be published: %s", strings.Join(all, "; "))
}

func paramOf(f graph.Fault) string {
	if f.Node == "" {
		return f.Field
	}
	return models.Clip("graph.nodes."+f.Node+"."+f.Field, longestPath)
}

type validationObject struct {
	Object   string         `json:"object"`
	Valid    bool           `json:"valid"`
	Faults   []faultObject  `json:"faults"`
	Warnings []faultObject  `json:"warnings"` // empty where there are faults
	Methods  []rules.Method `json:"methods"`
}

// faultObject is what is wrong with a workflow, or what its author should know of it.
type faultObject struct {
	Node    *string `json:"node"` // null for the workflow as a whole
	Field   string  `json:"field"`
	Message string  `json:"message"`
}

func (hs *authoringHandlers) validateWorkflow(c *call) (answer, error) {
	if err := decode(c.body, &struct{}{}); err != nil {
		return answer{}, err
	}
	w, err := hs.store.Workflow(c.ctx, c.org().ID, c.id())
	if err != nil {
		return answer{}, err
	}
	compiled, faults := graph.Compile(w.Definition.V)
	object := validationObject{
		Object: "workflow_validation", Valid: len(faults) == 0,
		Faults: showFaults(faults), Warnings: []faultObject{}, Methods: graph.OfferedMethods(compiled),
	}
	if object.Valid {
		object.Warnings = showFaults(graph.Warnings(w.Definition.V))
	}
	return reply(http.StatusOK, object)
}

func showFaults(faults []graph.Fault) []faultObject {
	all := make([]faultObject, 0, len(faults))
	for _, fault := range faults {
		shown := faultObject{Field: fault.Field, Message: models.Printable(fault.Message, longestErrorMessage)}
		if fault.Node != "" {
			shown.Node = &fault.Node
		}
		all = append(all, shown)
	}
	return all
}

func (hs *authoringHandlers) listWorkflowVersions(c *call) (answer, error) {
	page := c.query.page()
	if c.query.err != nil {
		return answer{}, c.query.err
	}
	rows, more, err := hs.store.WorkflowVersions(c.ctx, c.org().ID, c.id(), page)
	if err != nil {
		return answer{}, err
	}
	return listOf(c, rows, more, showVersion)
}

func (hs *authoringHandlers) getWorkflowVersion(c *call) (answer, error) {
	// What is no number names no version: 0 neither.
	number, _ := strconv.Atoi(c.gin.Param("version"))
	if _, err := hs.store.Workflow(c.ctx, c.org().ID, c.id()); err != nil {
		return answer{}, err
	}
	v, err := hs.store.WorkflowVersion(c.ctx, c.org().ID, c.id(), number)
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, showVersion(v))
}
