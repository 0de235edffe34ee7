package models

import "time"

// RecoveryTurn is the time for which a recovery runs in one activity before it reports to the workflow.
const RecoveryTurn = time.Minute

// RecoveryStatus is the status of a recovery.
type RecoveryStatus string

// The statuses. A recovery runs until every event has been attempted. It is cancelled if its endpoint is deleted or
// disabled.
const (
	RecoveryRunning   RecoveryStatus = "running"
	RecoveryCompleted RecoveryStatus = "completed"
	RecoveryCancelled RecoveryStatus = "cancelled"
)

// Recovery delivers to an endpoint the events of a period that the endpoint has not acknowledged, oldest first.
type Recovery struct {
	ID         string `gorm:"primaryKey"`
	OrgID      string
	EndpointID string
	// Since and Until bound the times of the events, both seconds included.
	Since  Timestamp
	Until  Timestamp
	Status RecoveryStatus
	// CursorCreated and CursorID are the position of the last event that was processed.
	CursorCreated Timestamp
	CursorID      string
	Created       Timestamp
	Updated       Timestamp
	CompletedAt   *Timestamp
	// Tally counts the attempts by their status; nil until none of them can change any more.
	Tally *JSON[map[DeliveryStatus]int]
}

// TableName names the table for gorm.
func (Recovery) TableName() string { return "webhook_recoveries" }

// Ref returns the recovery's ids, for messages to workflows.
func (r Recovery) Ref() RecoveryRef { return RecoveryRef{OrgID: r.OrgID, RecoveryID: r.ID} }
