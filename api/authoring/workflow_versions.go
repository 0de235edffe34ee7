package authoring

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/condition"
	"github.com/stile-id/stile/rules/graph"
)

const longestNote = 500

func (hs *Handlers) publishWorkflow(c *rest.Call) (rest.Answer, error) {
	var in struct {
		Note *string `json:"note"`
	}
	if err := rest.Decode(c.Body, &in); err != nil {
		return rest.Answer{}, err
	}
	if err := rest.CheckText("note", in.Note, longestNote); err != nil {
		return rest.Answer{}, err
	}
	v, err := hs.store.PublishWorkflow(c.Ctx, c.Org().ID, c.Actor(), c.ID(), in.Note, compile)
	if err != nil {
		return rest.Answer{}, err
	}
	return hs.published(c, v)
}

// published answers with a new version and the warnings about it.
func (hs *Handlers) published(c *rest.Call, v models.WorkflowVersion) (rest.Answer, error) {
	warnings, err := hs.sessions.Warnings(c.Ctx, c.Org(), v.Definition.V)
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusCreated, showPublished(v, warnings))
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
	return models.Clip("graph.nodes."+f.Node+"."+f.Field, rest.LongestPath)
}

type validationObject struct {
	Object   string         `json:"object"`
	Valid    bool           `json:"valid"`
	Faults   []faultObject  `json:"faults"`
	Warnings []faultObject  `json:"warnings"` // empty where there are faults
	Methods  []rules.Method `json:"methods"`
}

// faultObject is a fault of a workflow, or a warning about it.
type faultObject struct {
	Node    *string `json:"node"` // null for the workflow as a whole
	Field   string  `json:"field"`
	Message string  `json:"message"`
}

func (hs *Handlers) validateWorkflow(c *rest.Call) (rest.Answer, error) {
	if err := rest.Decode(c.Body, &struct{}{}); err != nil {
		return rest.Answer{}, err
	}
	w, err := hs.store.Workflow(c.Ctx, c.Org().ID, c.ID())
	if err != nil {
		return rest.Answer{}, err
	}
	compiled, faults := graph.Compile(w.Definition.V)
	object := validationObject{
		Object: "workflow_validation", Valid: len(faults) == 0,
		Faults: showFaults(faults), Warnings: []faultObject{}, Methods: graph.OfferedMethods(compiled),
	}
	if object.Valid {
		warnings, err := hs.sessions.Warnings(c.Ctx, c.Org(), w.Definition.V)
		if err != nil {
			return rest.Answer{}, err
		}
		object.Warnings = showFaults(warnings)
	}
	return rest.Reply(http.StatusOK, object)
}

func showFaults(faults []graph.Fault) []faultObject {
	all := make([]faultObject, 0, len(faults))
	for _, fault := range faults {
		shown := faultObject{Field: fault.Field, Message: models.Printable(fault.Message, rest.LongestErrorMessage)}
		if fault.Node != "" {
			shown.Node = &fault.Node
		}
		all = append(all, shown)
	}
	return all
}

func (hs *Handlers) listWorkflowVersions(c *rest.Call) (rest.Answer, error) {
	page := c.Query.Page()
	if c.Query.Err != nil {
		return rest.Answer{}, c.Query.Err
	}
	rows, more, err := hs.store.WorkflowVersions(c.Ctx, c.Org().ID, c.ID(), page)
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.ListOf(c, rows, more, showVersion)
}

func (hs *Handlers) getWorkflowVersion(c *rest.Call) (rest.Answer, error) {
	// A text that is not a number becomes 0, which is no version.
	number, _ := strconv.Atoi(c.Gin.Param("version"))
	if _, err := hs.store.Workflow(c.Ctx, c.Org().ID, c.ID()); err != nil {
		return rest.Answer{}, err
	}
	v, err := hs.store.WorkflowVersion(c.Ctx, c.Org().ID, c.ID(), number)
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, showVersion(v))
}
