package authoring

import (
	"fmt"
	"slices"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/rules/simulation"
)

var (
	verdicts  = []string{"passed", "failed", "requires_input", "error"}
	decisions = []string{"approve", "reject", "escalate"}
)

// oneOf reads a name that is required, and one of those given.
func oneOf(param string, given *string, names []string) error {
	if given == nil {
		return rest.Missing(param)
	}
	if !slices.Contains(names, *given) {
		return models.Invalid(param, "%s must be one of %s", param, models.Listed(names))
	}
	return nil
}

func (in caseInput) readResults(s *simulatedSession) error {
	if len(in.Results) > models.MaxSubmissions {
		return models.Invalid("results", "results must not hold more than %d results", models.MaxSubmissions)
	}
	for i, given := range in.Results {
		result, err := given.read()
		if err != nil {
			return within(fmt.Sprintf("results[%d]", i), err)
		}
		s.script.Results = append(s.script.Results, result)
	}
	return nil
}

func (in resultInput) read() (simulation.Result, error) {
	var result simulation.Result
	if in.Method == nil && in.Node == nil {
		return result, models.Invalid("method", "A result needs the method or the node that it is of")
	}
	if in.Method != nil {
		var known bool
		if result.Method, known = rules.ParseMethod(*in.Method); !known {
			return result, models.Invalid("method", "method is not known")
		}
	}
	if in.Node != nil {
		result.Node = *in.Node
	}
	if err := oneOf("outcome", in.Outcome, verdicts); err != nil {
		return result, err
	}
	result.Outcome = graph.Outcome(*in.Outcome)
	var err error
	if result.Risk, err = in.Risk.read(); err != nil {
		return result, err
	}
	return result, applyAll(&result.ReasonCodes, "reason_codes", in.ReasonCodes, mostCodes, rules.ParseReasonCode)
}

func (in *toldInput) read() (*rules.Risk, error) {
	if in == nil {
		return nil, nil
	}
	if in.Score == nil {
		return nil, rest.Missing("risk.score")
	}
	return &rules.Risk{Score: *in.Score, Signals: in.Signals}, checkRisk(*in.Score, in.Signals)
}

func (in caseInput) readReviews(s *simulatedSession) error {
	if len(in.Reviews) > mostReviews {
		return models.Invalid("reviews", "reviews must not hold more than %d decisions", mostReviews)
	}
	for i, given := range in.Reviews {
		if err := oneOf("decision", given.Decision, decisions); err != nil {
			return within(fmt.Sprintf("reviews[%d]", i), err)
		}
		review := simulation.Review{Decision: graph.Decision(*given.Decision)}
		if given.Node != nil {
			review.Node = *given.Node
		}
		s.script.Reviews = append(s.script.Reviews, review)
	}
	return nil
}
