package authoring

import (
	"cmp"
	"errors"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules/graph"
)

// applyMode sets the mode of the workflow. It drops the fields of the other mode, which null cannot remove. Where the
// same request gives such a field, the compiler refuses it later.
func (in workflowInput) applyMode(d *graph.Definition) error {
	if in.Mode == nil {
		d.Mode = cmp.Or(d.Mode, graph.ModeSimple)
		return nil
	}
	switch *in.Mode {
	case graph.ModeSimple:
		d.Graph = nil
	case graph.ModeGraph:
		d.Methods, d.Composition, d.Supplementary, d.Overrides = nil, "", nil, nil
	default:
		return models.Invalid("mode", "mode must be '%s' or '%s'", graph.ModeSimple, graph.ModeGraph)
	}
	d.Mode = *in.Mode
	return nil
}

// applyGraph replaces the graph as a whole.
func (in workflowInput) applyGraph(d *graph.Definition) error {
	if !rest.Present(in.Graph) {
		return nil
	}
	if in.Graph.Kind() != '{' {
		return models.Invalid("graph", "Invalid type: graph must be an object")
	}
	var source graph.Source
	var wrong *graph.DecodeError
	switch err := source.UnmarshalJSON(in.Graph); {
	case errors.As(err, &wrong):
		path := models.Clip(wrong.Path, rest.LongestPath)
		return models.Invalid(path, "%s %s", path, wrong.Message)
	case err != nil:
		return err
	}
	d.Graph = &source
	return nil
}
