package simulation

import (
	"slices"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/condition"
)

// levels are the risk levels, lowest first; that of a risk nobody has assessed
// comes before them.
var levels = []string{string(rules.RiskLow), string(rules.RiskMedium), string(rules.RiskHigh)}

// raised is the risk once a verdict has told of one, as a session's is raised:
// the higher score, and the signals of both. A script may begin with a level
// that its score does not give; that level stands until a higher one comes.
func raised(known condition.Risk, told *rules.Risk) condition.Risk {
	if told == nil {
		return known
	}
	now := *told
	if known.Level != "" || known.Score > 0 || len(known.Signals) > 0 {
		now = rules.Risk{Score: known.Score, Signals: known.Signals}.With(now)
	}
	risk := condition.Assessed(now)
	if slices.Index(levels, known.Level) > slices.Index(levels, risk.Level) {
		risk.Level = known.Level
	}
	return risk
}
