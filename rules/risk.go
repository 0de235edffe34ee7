package rules

import "slices"

// Risk is what is known of how likely a session is a fraud.
type Risk struct {
	Score int `json:"score"` // 0 to 100
	// Signals name what speaks for it, such as "geo_mismatch".
	Signals []string `json:"signals"`
}

// HighestRisk is the highest score there is.
const HighestRisk = 100

// RiskLevel puts a score into words.
type RiskLevel string

// The levels.
const (
	RiskLow    RiskLevel = "low"    // under 30
	RiskMedium RiskLevel = "medium" // under 70
	RiskHigh   RiskLevel = "high"
)

// Level is the level of the score.
func (r Risk) Level() RiskLevel {
	switch {
	case r.Score < 30:
		return RiskLow
	case r.Score < 70:
		return RiskMedium
	default:
		return RiskHigh
	}
}

// With is the risk once another assessment has come: the higher score, and the signals of both in their order. Neither
// is changed.
func (r Risk) With(other Risk) Risk {
	signals := slices.Clone(r.Signals)
	for _, signal := range other.Signals {
		if !slices.Contains(signals, signal) {
			signals = append(signals, signal)
		}
	}
	return Risk{Score: max(r.Score, other.Score), Signals: signals}
}
