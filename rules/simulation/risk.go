package simulation

import (
	"slices"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/condition"
)

// levels are the risk levels, lowest first. A risk that has not been assessed
// has the level "", which sorts before them.
var levels = []string{string(rules.RiskLow), string(rules.RiskMedium), string(rules.RiskHigh)}

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
	if slices.Index(levels, known.Level) > slices.Index(levels, risk.Level) {
		risk.Level = known.Level
	}
	return risk
}
