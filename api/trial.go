package api

import (
	"slices"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// trial is what a simulation or a backtest plays: the draft of a workflow, or one of its versions.
type trial struct {
	version    *int // nil for the draft
	definition graph.Definition
	graphs     map[rules.Jurisdiction]graph.Graph
}

// trial looks up what to play. A draft must be one that could be published.
func (a *API) trial(c *call, version *int) (*trial, error) {
	t := &trial{version: version, graphs: map[rules.Jurisdiction]graph.Graph{}}
	w, err := a.store.Workflow(c.ctx, c.org().ID, c.id())
	if err != nil {
		return t, err
	}
	if version == nil {
		t.definition = w.Definition.V
		_, err = compile(w)
		return t, err
	}
	v, err := a.store.WorkflowVersion(c.ctx, c.org().ID, w.ID, *version)
	t.definition = v.Definition.V
	return t, err
}

// in is the graph as a session in this jurisdiction would run it.
func (t *trial) in(j rules.Jurisdiction) (graph.Graph, error) {
	if g, ready := t.graphs[j]; ready {
		return g, nil
	}
	g, err := specialise(t.definition, j, models.TypeAge)
	if err == nil {
		t.graphs[j] = g
	}
	return g, err
}

// somewhere is where a session plays that is told of no place.
func (t *trial) somewhere() rules.Jurisdiction {
	return slices.Concat(t.definition.WithDefaults().Jurisdictions, []rules.Jurisdiction{"US"})[0]
}
