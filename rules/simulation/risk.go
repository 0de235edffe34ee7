package simulation

import (
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/condition"
)

// raised returns the risk after a verdict's assessment, as a session's risk is
// raised: the higher score, and the signals of both. A script may start with a
// level above that of its score; this level is kept until a higher one follows.
func raised(known condition.Risk, told *rules.Risk) condition.Risk {
	if told == nil {
		return known
	}
	now := *told
	if known.Level != "" || known.Score > 0 || len(known.Signals) > 0 {
		now = rules.Risk{Score: known.Score, Signals: known.Signals}.With(now)
	}
	risk := condition.RiskOf(now)
	if !rules.RiskLevel(risk.Level).Reaches(rules.RiskLevel(known.Level)) {
		risk.Level = known.Level
	}
	return risk
}
