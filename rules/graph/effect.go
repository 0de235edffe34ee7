package graph

import "github.com/stile-id/stile/rules"

// Effect is an instruction to the caller: [OfferMethod], [EvaluateBranch],
// [EnterReview] or [Finish].
type Effect interface{ isEffect() }

// OfferMethod offers a method to the user, for the first time or for another
// submission after a result that did not end it.
type OfferMethod struct {
	Node         string       `json:"node"`
	Method       rules.Method `json:"method"`
	Attempt      int          `json:"attempt"` // the number of the next submission
	AttemptsLeft int          `json:"attempts_left"`
}

// EvaluateBranch asks for the first condition that is true. The caller answers
// with a [BranchTaken].
type EvaluateBranch struct {
	Node  string `json:"node"`
	Cases []Case `json:"cases"`
	// Previous is the step before the branch on the same path, nil for none.
	Previous *StepResult `json:"previous,omitempty"`
}

// Conditions returns the conditions of the cases, for [condition.Evaluate].
func Conditions(cases []Case) []string {
	all := make([]string, len(cases))
	for i, v := range cases {
		all[i] = v.When
	}
	return all
}

// EnterReview asks for a review. The caller answers with a [ReviewDecided].
type EnterReview struct {
	Node   string `json:"node"`
	Reason string `json:"reason"`
}

// Finish ends the session. It is emitted once, as the last effect.
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
