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
	// MediaType is detected from the first bytes of the content. The device's own claim does not count.
	MediaType string
	Size      int64 // bytes
	Created   Timestamp
	// ExpiresAt is the session's deadline at the time of the upload.
	ExpiresAt Timestamp
	// Content is sealed. Store.Upload leaves it out.
	Content string
}

// TableName names the table for gorm.
func (Upload) TableName() string { return "uploads" }
