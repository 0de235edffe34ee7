package models

import "github.com/stile-id/stile/rules"

// Transfer is a submission that the device of a handoff sends in chunks. There is one at a time.
type Transfer struct {
	HandoffID string `gorm:"primaryKey"`
	OrgID     string
	SessionID string
	// Name is the device's own.
	Name   string
	Method rules.Method
	// Chunks is how many there will be; Next is the position of the first that has not arrived.
	Chunks, Next int
	// Size is what has arrived, in bytes.
	Size int64
	// ReservedID is that of the submission which the transfer becomes, so that it becomes one and no more.
	ReservedID string
	// DoneAt is when it became that.
	DoneAt  *Timestamp
	Created Timestamp
}

// TableName names the table for gorm.
func (Transfer) TableName() string { return "transfers" }

// Whole reports whether every chunk has arrived.
func (t Transfer) Whole() bool { return t.Next == t.Chunks }

// TransferChunk is a sealed part of a transfer.
type TransferChunk struct {
	HandoffID string `gorm:"primaryKey"`
	OrgID     string
	Position  int `gorm:"primaryKey"`
	Payload   string
}

// TableName names the table for gorm.
func (TransferChunk) TableName() string { return "transfer_chunks" }
