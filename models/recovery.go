package models

import "time"

// RecoveryTurn is how long a recovery goes on before the workflow hears how far it has come.
const RecoveryTurn = time.Minute

// RecoveryStatus says how far a recovery has come.
type RecoveryStatus string

// A recovery runs until everything has been attempted, or is cancelled because its endpoint went away.
const (
	RecoveryRunning   RecoveryStatus = "running"
	RecoveryCompleted RecoveryStatus = "completed"
	RecoveryCancelled RecoveryStatus = "cancelled"
)

// Recovery brings an endpoint all events of a time that it was owed and has not acknowledged, oldest first.
type Recovery struct {
	ID         string `gorm:"primaryKey"`
	OrgID      string
	EndpointID string
	// Since and Until bound when the events happened, both seconds included.
	Since  Timestamp
	Until  Timestamp
	Status RecoveryStatus
	// CursorCreated and CursorID are the place of the last event that was looked at.
	CursorCreated Timestamp
	CursorID      string
	Created       Timestamp
	Updated       Timestamp
	CompletedAt   *Timestamp
}

// TableName names the table for gorm.
func (Recovery) TableName() string { return "webhook_recoveries" }

// Ref names the recovery in messages.
func (r Recovery) Ref() RecoveryRef { return RecoveryRef{OrgID: r.OrgID, RecoveryID: r.ID} }
