package rules

import "slices"

// Risk is the assessed risk that a session is a fraud.
type Risk struct {
	Score int `json:"score"` // 0 to 100
	// Signals name the observations behind the score, such as "geo_mismatch"; package risk has them.
	Signals []string `json:"signals"`
}

// HighestRisk is the highest score.
const HighestRisk = 100

// RiskLevel is the level of a risk score.
type RiskLevel string

// The levels.
const (
	RiskLow    RiskLevel = "low"    // under 30
	RiskMedium RiskLevel = "medium" // under 70
	RiskHigh   RiskLevel = "high"
)

// Level returns the level of the score.
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

// Recommendation is the advice to a merchant.
type Recommendation string

// The recommendations.
const (
	RecommendAllow  Recommendation = "allow"
	RecommendReview Recommendation = "review"
	RecommendBlock  Recommendation = "block"
)

// Recommendation returns the recommendation at the level.
func (l RiskLevel) Recommendation() Recommendation {
	switch l {
	case RiskLow:
		return RecommendAllow
	case RiskMedium:
		return RecommendReview
	default:
		return RecommendBlock
	}
}

// With returns the risk after another assessment: the higher score, and the signals of both in their order. It changes
// neither r nor other.
func (r Risk) With(other Risk) Risk {
	signals := slices.Clone(r.Signals)
	for _, signal := range other.Signals {
		if !slices.Contains(signals, signal) {
			signals = append(signals, signal)
		}
	}
	return Risk{Score: max(r.Score, other.Score), Signals: signals}
}

// RaiseRisk returns a session's risk after another assessment. current is nil if the session had no risk before.
func RaiseRisk(current *Risk, added Risk) *Risk {
	if current != nil {
		added = current.With(added)
	}
	return &added
}
