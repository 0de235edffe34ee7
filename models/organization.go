package models

import "time"

// Organization is a tenant. No tenant can see another's rows.
type Organization struct {
	ID      string `gorm:"primaryKey"`
	Name    string
	Sandbox bool
	// PublishableCreateBlocked refuses to create sessions with a publishable key, after the organization has moved this
	// to its backend.
	PublishableCreateBlocked bool
	// NetworkDedup accepts verifications that other organizations have made.
	NetworkDedup bool
	// Trust is the organization's policy for verifications that users share.
	Trust    TrustPolicy `gorm:"embedded;embeddedPrefix:trust_"`
	Branding `gorm:"embedded"`
	Created  Timestamp
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

// Prefix returns the prefix of keys of this kind.
func (k KeyKind) Prefix() string {
	if k == PublishableKey {
		return PublishableKeyPrefix
	}
	return SecretKeyPrefix
}

// APIKey is an API key without its secret, of which only the SHA-256 is stored.
type APIKey struct {
	ID      string `gorm:"primaryKey"`
	OrgID   string
	Kind    KeyKind
	Hash    string
	Hint    string // the last four characters, shown in lists
	Created Timestamp
	// RevokedAt is the time at which the key stops working. It may lie in the future, as a period of grace.
	RevokedAt *Timestamp
	// EndedAt is when the key was first found past RevokedAt. It never works again, even if the clock is set back.
	EndedAt *Timestamp
}

// TableName names the table for gorm.
func (APIKey) TableName() string { return "api_keys" }

// AuditEntry records one change. Detail holds no secret and no personal data.
type AuditEntry struct {
	ID      string `gorm:"primaryKey"`
	OrgID   string
	Actor   string // a key id, or "cli"
	Action  string // "webhook_endpoint.create"
	Target  string // the id of the changed object
	Detail  JSON[map[string]any]
	Created Timestamp
}

// TableName names the table for gorm.
func (AuditEntry) TableName() string { return "audit_log" }

// ValidAt reports whether the key works at t.
func (k APIKey) ValidAt(t time.Time) bool {
	return k.EndedAt == nil && (k.RevokedAt == nil || t.Before(k.RevokedAt.Time))
}
