package sessions

import (
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// settled returns the verdict as it counts for a session that has to prove the required tier: a result without the keys
// of its submission. A passed verdict without a tier proves the required one; a passed verdict with a lower tier counts
// as failed.
func settled(v methods.Verdict, required rules.AgeTier) models.Result {
	result := models.Result{
		Status: v.Outcome, AgeTier: v.AgeTier, ReasonCodes: models.AsJSON(v.Reasons()),
		Checks:     models.AsJSON(append([]rules.Check{}, v.Checks...)), // null is no list
		Credential: models.AsJSON(v.Credential), Document: models.AsJSON(v.Physical),
		Biometric: models.AsJSON(v.Biometric),
	}
	if v.Outcome == graph.OutcomePassed && v.AgeTier == nil {
		result.AgeTier = &required
	}
	if v.Outcome == graph.OutcomePassed && !result.AgeTier.Satisfies(required) {
		result.Status = graph.OutcomeFailed
		result.ReasonCodes = models.AsJSON([]rules.ReasonCode{rules.ReasonUnderAge})
	}
	if v.Provider != "" {
		result.Provider = &v.Provider
	}
	return result
}

// costing returns the result as it counts for a session that has used up its free submissions: every verdict but a
// passed one fails, so that it costs an attempt.
func costing(r models.Result) models.Result {
	if r.Status != graph.OutcomePassed {
		r.Status = graph.OutcomeFailed
	}
	return r
}
