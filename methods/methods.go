// Package methods judges what users submit: one package per method family, behind one interface.
package methods

import (
	"context"
	"errors"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// Submission is what a user sent for one attempt at a method.
type Submission struct {
	Method  rules.Method
	Payload []byte // JSON, as the API accepted it
	// Tier is what the session has to prove.
	Tier rules.AgeTier
	// Today is the date that an age is counted to.
	Today rules.Date
	// Sandbox says that the organization may simulate.
	Sandbox bool
}

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

// Judge gives the verdict on a submission. An error says that no verdict could be reached, through no fault of the user.
type Judge interface {
	Judge(ctx context.Context, s Submission) (Verdict, error)
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
