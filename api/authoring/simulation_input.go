package authoring

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/condition"
	"github.com/stile-id/stile/rules/simulation"
)

const (
	mostCases   = 100
	mostReviews = 100
	mostSignals = 50
	mostCodes   = 50
)

type simulationInput struct {
	Version *int        `json:"version"`
	Cases   []caseInput `json:"cases"`
	// Jurisdictions are where all cases are played, instead of where each says.
	Jurisdictions []string `json:"jurisdictions"`
}

// caseInput is one session to simulate.
type caseInput struct {
	Name         *string            `json:"name"`
	Type         *string            `json:"type"`
	AgeTier      *string            `json:"age_tier"`
	Jurisdiction *string            `json:"jurisdiction"`
	Metadata     rest.MetadataInput `json:"metadata"`
	Risk         *riskInput         `json:"risk"`
	Results      []resultInput      `json:"results"`
	Reviews      []decisionInput    `json:"reviews"`
	Expect       *expectInput       `json:"expect"`
}

type riskInput struct {
	Level   *string  `json:"level"`
	Score   *int     `json:"score"`
	Signals []string `json:"signals"`
}

type resultInput struct {
	Method      *string    `json:"method"`
	Node        *string    `json:"node"`
	Outcome     *string    `json:"outcome"`
	ReasonCodes []string   `json:"reason_codes"`
	Risk        *toldInput `json:"risk"`
}

// toldInput is the risk of a verdict. The level follows from the score.
type toldInput struct {
	Score   *int     `json:"score"`
	Signals []string `json:"signals"`
}

type decisionInput struct {
	Node     *string `json:"node"`
	Decision *string `json:"decision"`
}

// simulatedSession is a case that has been read.
type simulatedSession struct {
	name         *string
	kind         models.SessionType
	ageTier      rules.AgeTier      // "" where that of the rule holds
	jurisdiction rules.Jurisdiction // "" where none is given
	script       simulation.Script
	expected     *expectation // nil where nothing is
}

func (in simulationInput) read() ([]simulatedSession, error) {
	if n := len(in.Cases); n < 1 && len(in.Jurisdictions) == 0 || n > mostCases {
		return nil, models.Invalid("cases", "cases must hold 1 to %d cases", mostCases)
	}
	sessions := make([]simulatedSession, 0, len(in.Cases))
	for i, given := range in.Cases {
		session, err := in.readCase(given)
		if err != nil {
			return nil, within(fmt.Sprintf("cases[%d]", i), err)
		}
		sessions = append(sessions, session)
	}
	return sessions, nil
}

func (in simulationInput) readCase(given caseInput) (simulatedSession, error) {
	session, err := given.read()
	if err != nil {
		return session, err
	}
	if session.jurisdiction != "" && len(in.Jurisdictions) > 0 {
		return session, models.Invalid("jurisdiction", "jurisdiction cannot be given beside jurisdictions")
	}
	return session, nil
}

// within puts the path to an object before the parameter of it that is wrong.
func within(path string, err error) error {
	var domain *models.Error
	if !errors.As(err, &domain) {
		return err
	}
	placed := *domain
	placed.Param = models.Clip(path+"."+domain.Param, rest.LongestPath)
	return &placed
}

func (in caseInput) read() (simulatedSession, error) {
	s := simulatedSession{name: in.Name, kind: models.TypeAge}
	var err error
	if s.script.Variables.Metadata, err = in.Metadata.Read(); err != nil {
		return s, err
	}
	return s, cmp.Or(rest.CheckText("name", in.Name, rest.LongestName), in.readKind(&s), in.readPlace(&s),
		in.Risk.read(&s.script.Variables.Risk),
		in.readResults(&s), in.readReviews(&s), in.Expect.read(&s))
}

// readKind reads the type and the age tier of the session.
func (in caseInput) readKind(s *simulatedSession) error {
	if in.Type != nil {
		if err := oneOf("type", in.Type, []string{string(models.TypeAge), string(models.TypeIdentity)}); err != nil {
			return err
		}
		s.kind = models.SessionType(*in.Type)
	}
	if in.AgeTier == nil {
		return nil
	}
	var known bool
	if s.ageTier, known = rules.ParseAgeTier(*in.AgeTier); !known {
		return models.Invalid("age_tier", "age_tier must be a minimum age, such as min_age_21")
	}
	return nil
}

func (in caseInput) readPlace(s *simulatedSession) (err error) {
	s.jurisdiction, err = rest.ReadJurisdiction("jurisdiction", in.Jurisdiction)
	return err
}

func (in *riskInput) read(risk *condition.Risk) error {
	if in == nil {
		return nil
	}
	if in.Level != nil {
		if !slices.Contains([]string{"low", "medium", "high"}, *in.Level) {
			return models.Invalid("risk.level", "risk.level must be low, medium or high")
		}
		risk.Level = *in.Level
	}
	if in.Score != nil {
		risk.Score = *in.Score
	}
	risk.Signals = in.Signals
	return checkRisk(risk.Score, risk.Signals)
}

func checkRisk(score int, signals []string) error {
	switch {
	case score < 0 || score > rules.HighestRisk:
		return models.Invalid("risk.score", "risk.score must be from 0 to %d", rules.HighestRisk)
	case len(signals) > mostSignals:
		return models.Invalid("risk.signals", "risk.signals must not hold more than %d signals", mostSignals)
	default:
		return nil
	}
}
