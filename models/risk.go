package models

import (
	"time"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/risk"
)

// RiskRetentionDefault is how long an assessment can be retrieved.
const RiskRetentionDefault = 90 * 24 * time.Hour

// RiskAssessment is the score of identifiers that a merchant has passed. It holds none of them.
type RiskAssessment struct {
	ID    string `gorm:"primaryKey"`
	OrgID string
	// SessionID is the session that the merchant named; nil without one.
	SessionID *string
	Score     int
	Signals   JSON[[]risk.Signal]
	// Reasons has a reason for each of the signals.
	Reasons JSON[[]string]
	Details JSON[map[risk.Signal]risk.Detail]
	// RulesVersion is the version of the file that the weights are from.
	RulesVersion string
	Created      Timestamp
	// ExpiresAt is the time from which the assessment is no longer found.
	ExpiresAt Timestamp
}

// TableName names the table for gorm.
func (RiskAssessment) TableName() string { return "risk_assessments" }

// RiskAssessmentObject is an assessment as the API shows it.
type RiskAssessmentObject struct {
	ID               string                      `json:"id"`
	Object           string                      `json:"object"`
	RiskScore        int                         `json:"risk_score"`
	RiskLevel        rules.RiskLevel             `json:"risk_level"`
	Recommendation   rules.Recommendation        `json:"recommendation"`
	TriggeredSignals []risk.Signal               `json:"triggered_signals"`
	Reasons          []string                    `json:"reasons"`
	SignalDetails    map[risk.Signal]risk.Detail `json:"signal_details"`
	Session          *string                     `json:"session"`
	RulesVersion     string                      `json:"rules_version"`
	Created          Timestamp                   `json:"created"`
}

// Public returns the assessment as the API shows it.
func (a RiskAssessment) Public() RiskAssessmentObject {
	level := rules.Risk{Score: a.Score}.Level()
	return RiskAssessmentObject{
		ID: a.ID, Object: "risk_assessment", RiskScore: a.Score, RiskLevel: level,
		Recommendation: level.Recommendation(), TriggeredSignals: a.Signals.V, Reasons: a.Reasons.V,
		SignalDetails: a.Details.V, Session: a.SessionID, RulesVersion: a.RulesVersion, Created: a.Created,
	}
}
