package graph

import "github.com/stile-id/stile/rules"

// Effect is something the caller must see to: [OfferMethod], [EvaluateBranch],
// [EnterReview] or [Finish].
type Effect interface{ isEffect() }

// OfferMethod opens a method to the person, for the first time or for another
// submission after a result that did not end it.
type OfferMethod struct {
	Node         string       `json:"node"`
	Method       rules.Method `json:"method"`
	Attempt      int          `json:"attempt"` // the number of the next submission
	AttemptsLeft int          `json:"attempts_left"`
}

// EvaluateBranch asks which condition is the first to be true; the answer is a
// [BranchTaken].
type EvaluateBranch struct {
	Node  string `json:"node"`
	Cases []Case `json:"cases"`
	// Previous is the step before the branch on its own way, nil for none.
	Previous *StepResult `json:"previous,omitempty"`
}

// Conditions lists the conditions of cases, for [condition.Evaluate].
func Conditions(cases []Case) []string {
	all := make([]string, len(cases))
	for i, v := range cases {
		all[i] = v.When
	}
	return all
}

// EnterReview asks a reviewer; the answer is a [ReviewDecided].
type EnterReview struct {
	Node   string `json:"node"`
	Reason string `json:"reason"`
}

// Finish ends the session. It comes once, as the last effect there is.
type Finish struct {
	// Node is the terminal that was reached, or the review that decided.
	Node    string           `json:"node,omitempty"`
	Outcome Outcome          `json:"outcome"`          // verified or failed
	Reason  rules.ReasonCode `json:"reason,omitempty"` // of a failure
}

func (OfferMethod) isEffect()    {}
func (EvaluateBranch) isEffect() {}
func (EnterReview) isEffect()    {}
func (Finish) isEffect()         {}
