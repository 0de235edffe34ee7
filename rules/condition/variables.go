package condition

import "github.com/stile-id/stile/rules"

// Variables are the values that a condition may read.
type Variables struct {
	// Previous is the step before the branch, empty if there is none.
	Previous Previous `json:"previous"`
	Facts
}

// Facts are the variables that stay the same while a session walks its graph,
// except for the risk, which a verdict may raise.
type Facts struct {
	Risk Risk `json:"risk"`
	// AgeTier is the tier to prove, such as "min_age_21".
	AgeTier string `json:"age_tier"`
	// Jurisdiction is that of the session, such as "US-CA".
	Jurisdiction string            `json:"jurisdiction"`
	Metadata     map[string]string `json:"metadata"`
}

// Previous is the result of the step before a branch.
type Previous struct {
	Method      string   `json:"method"`  // empty after a review
	Outcome     string   `json:"outcome"` // "passed" or "failed"
	ReasonCodes []string `json:"reason_codes"`
	// Attempts counts the submissions that were judged.
	Attempts int `json:"attempts"`
}

// Risk is the session's risk as conditions read it.
type Risk struct {
	Level   string   `json:"level"` // "low", "medium" or "high"; empty while not assessed
	Score   int      `json:"score"` // 0 to 100
	Signals []string `json:"signals"`
}

// RiskOf converts a risk for conditions.
func RiskOf(r rules.Risk) Risk {
	return Risk{Level: string(r.Level()), Score: r.Score, Signals: r.Signals}
}

// activation maps the variables to their names in conditions.
func (v Variables) activation() map[string]any {
	return map[string]any{
		"previous":     v.Previous,
		"risk":         v.Risk,
		"age_tier":     v.AgeTier,
		"jurisdiction": v.Jurisdiction,
		"metadata":     newMetadata(v.Metadata),
	}
}
