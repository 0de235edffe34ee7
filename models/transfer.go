package models

import "github.com/stile-id/stile/rules"

// Transfer is a submission or an upload that the device of a handoff sends in chunks. A handoff has at most one.
type Transfer struct {
	HandoffID string `gorm:"primaryKey"`
	OrgID     string
	SessionID string
	// Name is chosen by the device.
	Name   string
	Method rules.Method
	// Upload reports whether the transfer becomes an upload rather than a submission.
	Upload bool
	// Chunks is the number of chunks. Next is the position of the first chunk that has not arrived.
	Chunks, Next int
	// Size is the number of bytes that have arrived.
	Size int64
	// ReservedID is the id of the resulting submission or upload, so that a repeated completion creates no second one.
	ReservedID string
	// DoneAt is the time at which the submission or upload was created.
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
