package login

import (
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// FaultVerdict returns the verdict on a login without a proof, which costs no attempt; false where there is no fault.
func FaultVerdict(f Fault) (methods.Verdict, bool) {
	check := rules.Check{Name: "login"}
	switch f {
	case "":
		return methods.Verdict{}, false
	case FaultCancelled:
		return methods.Unfinished(graph.OutcomeRequiresInput, rules.ReasonUserCancelled, check), true
	case FaultAway:
		return methods.Unfinished(graph.OutcomeError, rules.ReasonProviderUnavailable, check), true
	default:
		return methods.Unfinished(graph.OutcomeError, rules.ReasonMethodError, check), true
	}
}
