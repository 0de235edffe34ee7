// Package simulated judges simulated submissions of sandbox organizations: every method accepts {"simulate": …}.
package simulated

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// The outcomes that a submission can request.
const (
	Pass          = "pass"
	Fail          = "fail"
	RequiresInput = "requires_input"
	Error         = "error"
	Slow          = "slow" // passes after a delay
)

// Outcomes returns all outcomes that a submission can request.
func Outcomes() []string { return []string{Pass, Fail, RequiresInput, Error, Slow} }

// Payload requests an outcome.
type Payload struct {
	Simulate string `json:"simulate"`
}

// Judge gives the requested outcome to a simulated submission, and passes other submissions to Real.
type Judge struct{ Real methods.Judge }

// Judge implements methods.Judge. It refuses to simulate outside a sandbox organization, whatever let the submission
// in.
func (j Judge) Judge(ctx context.Context, s methods.Submission) (methods.Verdict, error) {
	var asked Payload
	if err := json.Unmarshal(s.Payload, &asked); err != nil || asked.Simulate == "" {
		return j.Real.Judge(ctx, s)
	}
	if !s.Sandbox {
		return methods.Verdict{}, errors.New("a live organization cannot simulate")
	}
	return outcome(asked.Simulate, s.Tier)
}

func outcome(asked string, tier rules.AgeTier) (methods.Verdict, error) {
	check := rules.Check{Name: "simulated"}
	switch asked {
	case Pass, Slow:
		check.Passed = true
		return methods.Passed(tier, check), nil
	case Fail:
		return methods.Failed(rules.ReasonSimulatedFailure, check), nil
	case RequiresInput:
		return methods.Unfinished(graph.OutcomeRequiresInput, rules.ReasonMoreInputNeeded, check), nil
	case Error:
		return methods.Unfinished(graph.OutcomeError, rules.ReasonMethodError, check), nil
	default:
		return methods.Verdict{}, errors.New("no such simulated outcome")
	}
}
