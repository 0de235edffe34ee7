package models

import "github.com/stile-id/stile/rules"

// Upload is a file that the user's device sent for one attempt at a method. The row is deleted with the verdict on that
// attempt, or with the end of the session.
type Upload struct {
	ID        string `gorm:"primaryKey"`
	OrgID     string
	SessionID string
	Node      string
	Method    rules.Method
	Attempt   int
	// MediaType is detected from the first bytes of the content. The device's own claim does not count. It is empty
	// until the upload is complete.
	MediaType string
	// Complete reports whether the whole content has arrived.
	Complete bool
	// Size is the number of bytes that have arrived. Length is the number that the device has announced; nil if none.
	Size    int64
	Length  *int64
	Created Timestamp
	// ExpiresAt is the session's deadline at the time of the upload. An incomplete upload expires earlier.
	ExpiresAt Timestamp
	// Content is sealed. Store.Upload leaves it out. It is empty until the upload is complete.
	Content string
}

// TableName names the table for gorm.
func (Upload) TableName() string { return "uploads" }

// UploadPiece is a sealed part of an incomplete upload.
type UploadPiece struct {
	ID        string `gorm:"primaryKey"` // that of the upload, a slash, and Start
	UploadID  string
	OrgID     string
	SessionID string
	Node      string
	Attempt   int
	Start     int64 // the position of the first byte
	ExpiresAt Timestamp
	Content   string
}

// TableName names the table for gorm.
func (UploadPiece) TableName() string { return "upload_pieces" }
