// Package methods is the seam between sessions and the methods that prove an age or an identity: one package per method
// family, registered in one Registry. docs/methods/adding.md says how to add one.
package methods

import (
	"errors"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// Check is one thing that a method looked at.
type Check struct {
	Name   string
	Passed bool
}

// Verdict is what a method says of a submission.
type Verdict struct {
	Outcome graph.Outcome // passed, failed, requires_input or error
	// AgeTier is what a passed submission proves.
	AgeTier     *rules.AgeTier
	ReasonCodes []rules.ReasonCode
	Checks      []Check
	// Risk is what the method has found besides, where it assesses that.
	Risk *rules.Risk
	// Provider names who gave the verdict, where that was somebody outside.
	Provider string
}

// Reasons says why the submission did not pass. There is always one: a bare "failed" helps nobody.
func (v Verdict) Reasons() []rules.ReasonCode {
	if v.Outcome != graph.OutcomePassed && len(v.ReasonCodes) == 0 {
		return []rules.ReasonCode{rules.ReasonMethodError}
	}
	return v.ReasonCodes
}

// Unfinished is the verdict that uses up no attempt: requires_input or error.
func Unfinished(o graph.Outcome, reason rules.ReasonCode, checks ...Check) Verdict {
	return Verdict{Outcome: o, ReasonCodes: []rules.ReasonCode{reason}, Checks: checks}
}

// ErrUnserved says that nothing here can judge the method.
var ErrUnserved = errors.New("no judge serves this method")

// Passed is the verdict that proves the tier.
func Passed(tier rules.AgeTier, checks ...Check) Verdict {
	return Verdict{Outcome: graph.OutcomePassed, AgeTier: &tier, Checks: checks}
}

// Failed is the verdict that uses up an attempt.
func Failed(reason rules.ReasonCode, checks ...Check) Verdict {
	return Verdict{Outcome: graph.OutcomeFailed, ReasonCodes: []rules.ReasonCode{reason}, Checks: checks}
}
