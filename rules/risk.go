package rules

import (
	"maps"
	"slices"
)

// Risk is the assessed risk that a session is a fraud.
type Risk struct {
	Score int `json:"score"` // 0 to 100
	// Signals name the observations behind the score, such as "geo_mismatch"; package risk has them.
	Signals []string `json:"signals"`
	// Weights tell how much each signal that Stile itself found contributes to the score; nil without any.
	Weights map[string]int `json:"weights,omitempty"`
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

// riskLevels are the levels, the lowest first.
var riskLevels = []RiskLevel{RiskLow, RiskMedium, RiskHigh}

// Reaches reports whether l is the level other or a higher one. An unknown level is below all.
func (l RiskLevel) Reaches(other RiskLevel) bool {
	return slices.Index(riskLevels, l) >= slices.Index(riskLevels, other)
}

// With returns the risk after another assessment: the signals and the weights of both, and the highest of their scores
// and the sum of the weights. It changes neither r nor other.
func (r Risk) With(other Risk) Risk {
	weights := maps.Clone(r.Weights)
	if weights == nil && other.Weights != nil {
		weights = map[string]int{}
	}
	sum := 0
	for signal, weight := range other.Weights {
		weights[signal] = max(weights[signal], weight)
	}
	for _, weight := range weights {
		sum += weight
	}
	signals := slices.Clone(r.Signals)
	for _, signal := range other.Signals {
		if !slices.Contains(signals, signal) {
			signals = append(signals, signal)
		}
	}
	score := max(r.Score, other.Score, min(sum, HighestRisk))
	return Risk{Score: score, Signals: signals, Weights: weights}
}

// RaiseRisk returns a session's risk after another assessment. current is nil if the session had no risk before.
func RaiseRisk(current *Risk, added Risk) *Risk {
	if current != nil {
		added = current.With(added)
	}
	return &added
}
