package sessions

import (
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// Settled returns the verdict as it counts for a session that has to prove the required tier. A passed verdict without
// a tier proves the required one; a passed verdict with a lower tier counts as failed.
func Settled(v methods.Verdict, required rules.AgeTier) models.Verdict {
	counts := models.Verdict{Outcome: v.Outcome, AgeTier: v.AgeTier, ReasonCodes: v.Reasons(), Risk: v.Risk}
	if v.Outcome == graph.OutcomePassed && v.AgeTier == nil {
		counts.AgeTier = &required
	}
	if v.Outcome == graph.OutcomePassed && !counts.AgeTier.Satisfies(required) {
		counts.Outcome, counts.ReasonCodes = graph.OutcomeFailed, []rules.ReasonCode{rules.ReasonUnderAge}
	}
	counts.Checks = make([]models.Check, 0, len(v.Checks))
	for _, check := range v.Checks {
		counts.Checks = append(counts.Checks, models.NewCheck(check.Name, check.Passed))
	}
	if v.Provider != "" {
		counts.Provider = &v.Provider
	}
	return counts
}

// Costing returns the verdict as it counts for a session that has used up its free submissions: every verdict but a
// passed one fails, so that it costs an attempt.
func Costing(v models.Verdict) models.Verdict {
	if v.Outcome != graph.OutcomePassed {
		v.Outcome = graph.OutcomeFailed
	}
	return v
}
