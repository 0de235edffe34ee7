package models

import (
	"github.com/stile-id/stile/rules/graph"
)

// Workflow is the draft that a merchant edits.
type Workflow struct {
	ID               string `gorm:"primaryKey"`
	OrgID            string `json:"-"`
	Name             string
	Definition       JSON[graph.Definition]
	PublishedVersion *int
	Created          Timestamp
	Updated          Timestamp
}

// TableName names the table for gorm.
func (Workflow) TableName() string { return "workflows" }

// WorkflowVersion is a published definition with its compiled graph. A session runs the version with which it started.
type WorkflowVersion struct {
	ID         string `gorm:"primaryKey"`
	OrgID      string
	WorkflowID string
	Version    int
	Definition JSON[graph.Definition]
	Compiled   JSON[graph.Graph]
	Note       *string
	Author     *string
	Created    Timestamp
}

// TableName names the table for gorm.
func (WorkflowVersion) TableName() string { return "workflow_versions" }
