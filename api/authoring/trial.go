package authoring

import (
	"slices"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/compliance"
	"github.com/stile-id/stile/rules/condition"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/sessions"
)

// trial is the draft or the version of a workflow that a simulation or a backtest plays.
type trial struct {
	version    *int // nil for the draft
	definition graph.Definition
	// sessions knows the rule that a session would run under at a place.
	sessions *sessions.Service
	markets  map[placed]market
	// nodes is the number of nodes of the compiled workflow.
	nodes int
	// programs are those of the definition's conditions.
	programs *condition.Programs
	// past holds the programs of the version that the replayed sessions ran.
	past struct {
		version  int
		programs *condition.Programs
	}
}

// placed is a jurisdiction with a type of session.
type placed struct {
	jurisdiction rules.Jurisdiction
	kind         models.SessionType
}

// market is how the workflow runs in one jurisdiction.
type market struct {
	rule  *compliance.Rule
	graph graph.Graph
	// dropped are the methods that are not allowed there, or that do not prove an identity.
	dropped []rules.Method
}

// trial reads the draft, or the version. A draft must be one that could be published.
func (hs *Handlers) trial(c *rest.Call, version *int) (*trial, error) {
	t := &trial{version: version, sessions: hs.sessions, markets: map[placed]market{}, programs: new(condition.Programs)}
	w, err := hs.store.Workflow(c.Ctx, c.Org().ID, c.ID())
	if err != nil {
		return t, err
	}
	if version == nil {
		t.definition = w.Definition.V
		compiled, err := compileWith(w, t.programs)
		t.nodes = len(compiled.Nodes)
		return t, err
	}
	v, err := hs.store.WorkflowVersion(c.Ctx, c.Org().ID, w.ID, *version)
	t.definition, t.nodes = v.Definition.V, len(v.Compiled.V.Nodes)
	return t, err
}

// recorded are the programs of the version that a session ran. Those of one version are kept at a time.
func (t *trial) recorded(version int) *condition.Programs {
	if t.past.programs == nil || t.past.version != version {
		t.past.version, t.past.programs = version, new(condition.Programs)
	}
	return t.past.programs
}

// admit refuses to play more at once than fits into the time of a request: visits are the nodes that all sessions
// together may come through.
func (t *trial) admit(plays, visits int) error {
	if visits > mostVisits {
		return models.Invalid("cases", "The cases are too much at once: their results, reviews and the %d nodes of the "+
			"workflow, for each case and jurisdiction, must not be more than %d", t.nodes, mostVisits)
	}
	conditions := t.definition.Conditions()
	if len(conditions) > graph.MostConditions {
		return models.Invalid("version", "The version has more than %d conditions, too many to play", graph.MostConditions)
	}
	var cost uint64
	for _, expr := range conditions {
		each, err := t.programs.Check(expr)
		if err != nil {
			return err
		}
		cost += each
	}
	if cost*uint64(plays) > mostSimulatedCost { //nolint:gosec // plays are few, and not negative
		return models.Invalid("cases", "The cases are too much at once: the conditions of the workflow may cost %d units of "+
			"work, and those of all cases together must not cost more than %d", cost, mostSimulatedCost)
	}
	return nil
}

// in is how a session of this type would run in this jurisdiction.
func (t *trial) in(j rules.Jurisdiction, kind models.SessionType) (m market, err error) {
	at := placed{j, kind}
	if m, ready := t.markets[at]; ready {
		return m, nil
	}
	place := sessions.Place{Jurisdiction: j, Source: models.JurisdictionExplicit}
	if m.rule, err = t.sessions.Permitting(t.definition, place); err != nil {
		return m, err
	}
	m.graph, m.dropped, err = sessions.Specialise(t.definition, m.rule, j, kind)
	if err != nil {
		return m, err
	}
	t.markets[at] = m
	return m, nil
}

// usualPlace returns where a case without a jurisdiction plays: the first jurisdiction of the workflow, or US.
func (t *trial) usualPlace() rules.Jurisdiction {
	return slices.Concat(t.definition.WithDefaults().Jurisdictions, []rules.Jurisdiction{"US"})[0]
}
