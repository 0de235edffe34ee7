package api

import (
	"slices"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/compliance"
	"github.com/stile-id/stile/rules/graph"
)

// trial is what a simulation or a backtest plays: the draft of a workflow, or one of its versions.
type trial struct {
	version    *int // nil for the draft
	definition graph.Definition
	// permitting is the rule that a session would run under at a place.
	permitting func(d graph.Definition, at place) (*compliance.Rule, error)
	markets    map[rules.Jurisdiction]market
}

// market is how the workflow runs in one jurisdiction.
type market struct {
	rule  *compliance.Rule
	graph graph.Graph
	// dropped are the methods that are not allowed there.
	dropped []rules.Method
}

// trial looks up what to play. A draft must be one that could be published.
func (a *API) trial(c *call, version *int) (*trial, error) {
	t := &trial{version: version, permitting: a.permitting, markets: map[rules.Jurisdiction]market{}}
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

// in is how a session in this jurisdiction would run.
func (t *trial) in(j rules.Jurisdiction) (m market, err error) {
	if m, ready := t.markets[j]; ready {
		return m, nil
	}
	if m.rule, err = t.permitting(t.definition, place{j, models.JurisdictionExplicit}); err != nil {
		return m, err
	}
	m.graph, m.dropped, err = specialise(t.definition, m.rule, j, models.TypeAge)
	if err == nil {
		t.markets[j] = m
	}
	return m, err
}

// somewhere is where a session plays that is told of no place.
func (t *trial) somewhere() rules.Jurisdiction {
	return slices.Concat(t.definition.WithDefaults().Jurisdictions, []rules.Jurisdiction{"US"})[0]
}
