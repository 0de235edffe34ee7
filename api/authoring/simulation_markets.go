package authoring

import (
	"errors"
	"slices"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// Bounds of one simulation: the cases times the jurisdictions; the nodes, results and reviews of all of these; and the
// cost of their conditions in CEL's units of work, about ten seconds' worth.
const (
	mostPlays         = 2000
	mostVisits        = 50_000
	mostSimulatedCost = 20_000_000
)

// allMarkets asks for every jurisdiction that the workflow is for.
const allMarkets = "*"

// marketObject is how the workflow runs in one jurisdiction, or why it cannot.
type marketObject struct {
	Jurisdiction    rules.Jurisdiction `json:"jurisdiction"`
	Name            string             `json:"name"`
	Error           *marketError       `json:"error"` // null where it can run
	AgeTier         *rules.AgeTier     `json:"age_tier"`
	Methods         []rules.Method     `json:"methods"`
	DroppedMethods  []rules.Method     `json:"dropped_methods"`
	ConsentRequired bool               `json:"consent_required"`
	RuleVersion     *string            `json:"rule_version"`
	Cases           []caseObject       `json:"cases"`
}

// marketError is the error that the creation of a session would return.
type marketError struct {
	Code    models.ErrorCode `json:"code"`
	Message string           `json:"message"`
}

// markets reads where the cases are to be played; none means where each says.
func (hs *Handlers) markets(in simulationInput, d graph.Definition) (markets []rules.Jurisdiction, err error) {
	if slices.Equal(in.Jurisdictions, []string{allMarkets}) {
		markets = hs.marketsOf(d)
	} else if markets, err = readMarkets(in.Jurisdictions); err != nil {
		return nil, err
	}
	if len(markets)*max(len(in.Cases), 1) > mostPlays {
		return nil, models.Invalid("jurisdictions", "cases times jurisdictions must not be more than %d", mostPlays)
	}
	return markets, nil
}

// marketsOf are the jurisdictions that the workflow is for: those that there are rules of, and those that it names,
// whether they have rules of their own, their country's, or none.
func (hs *Handlers) marketsOf(d graph.Definition) []rules.Jurisdiction {
	covered := hs.sessions.Rules().Jurisdictions()
	markets := slices.DeleteFunc(covered, func(j rules.Jurisdiction) bool { return !d.Serves(j) })
	markets = append(markets, d.WithDefaults().Jurisdictions...)
	slices.Sort(markets)
	return slices.Compact(markets)
}

func readMarkets(names []string) (markets []rules.Jurisdiction, err error) {
	if len(names) > mostPlays {
		return nil, models.Invalid("jurisdictions", "jurisdictions must not have more than %d entries", mostPlays)
	}
	for _, name := range names {
		j, ok := rules.ParseJurisdiction(name)
		if !ok {
			return nil, models.Invalid("jurisdictions", "jurisdictions must be ISO 3166 countries or subdivisions, "+
				"such as DE or US-CA, or '*' alone for all that the workflow is for")
		}
		if !slices.Contains(markets, j) {
			markets = append(markets, j)
		}
	}
	return markets, nil
}

// playIn plays every case in a jurisdiction, if the workflow runs there.
func (t *trial) playIn(j rules.Jurisdiction, name string, sessions []simulatedSession) (marketObject, error) {
	object := marketObject{
		Jurisdiction: j, Name: name, Methods: []rules.Method{}, DroppedMethods: []rules.Method{}, Cases: []caseObject{},
	}
	m, err := t.in(j, models.TypeAge)
	var refused *models.Error
	if errors.As(err, &refused) {
		object.Error = &marketError{Code: refused.Code, Message: refused.Message}
		return object, nil
	}
	if err != nil {
		return object, err
	}
	version := m.rule.RuleVersion.String()
	object.AgeTier, object.RuleVersion = &m.rule.RequiredAgeTier, &version
	object.ConsentRequired = m.rule.ConsentRequired
	object.Methods = append(object.Methods, graph.OfferedMethods(m.graph)...)
	object.DroppedMethods = append(object.DroppedMethods, m.dropped...)
	for _, session := range sessions {
		session.jurisdiction = j
		played, err := t.play(session)
		if errors.As(err, &refused) { // the workflow runs there, and proves no identity
			object.Error = &marketError{Code: refused.Code, Message: refused.Message}
			object.Cases = []caseObject{}
			return object, nil
		}
		if err != nil {
			return object, err
		}
		object.Cases = append(object.Cases, played)
	}
	return object, nil
}
