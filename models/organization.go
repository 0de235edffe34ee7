package models

import "time"

// Organization is a tenant: nothing of one is visible to another.
type Organization struct {
	ID      string `gorm:"primaryKey"`
	Name    string
	Sandbox bool
	// PublishableCreateBlocked: migrated to backend-created sessions.
	PublishableCreateBlocked bool
	Created                  Timestamp
}

// TableName names the table for gorm.
func (Organization) TableName() string { return "organizations" }

// KeyKind is the role of an API key.
type KeyKind string

// The two roles.
const (
	SecretKey      KeyKind = "secret"
	PublishableKey KeyKind = "publishable"
)

// Prefix is what keys of this kind begin with.
func (k KeyKind) Prefix() string {
	if k == PublishableKey {
		return PublishableKeyPrefix
	}
	return SecretKeyPrefix
}

// APIKey is a key without its secret: only the SHA-256 is kept.
type APIKey struct {
	ID      string `gorm:"primaryKey"`
	OrgID   string
	Kind    KeyKind
	Hash    string
	Hint    string // the last four characters, to tell keys apart in a list
	Created Timestamp
	// RevokedAt is when the key stops working; it may lie ahead (grace).
	RevokedAt *Timestamp
}

// TableName names the table for gorm.
func (APIKey) TableName() string { return "api_keys" }

// AuditEntry records who changed what. Detail holds no secret and nothing personal.
type AuditEntry struct {
	ID      string `gorm:"primaryKey"`
	OrgID   string
	Actor   string // a key id, or "cli"
	Action  string // "webhook_endpoint.create"
	Target  string // the id of what changed
	Detail  JSON[map[string]any]
	Created Timestamp
}

// TableName names the table for gorm.
func (AuditEntry) TableName() string { return "audit_log" }

// ValidAt reports whether the key works at t.
func (k APIKey) ValidAt(t time.Time) bool { return k.RevokedAt == nil || t.Before(k.RevokedAt.Time) }
