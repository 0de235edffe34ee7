package models

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/stile-id/stile/rules"
)

// VerifiedPerson is a person who has been verified. It holds nothing about the person: anchors find it again, and
// credentials belong to it.
type VerifiedPerson struct {
	ID      string `gorm:"primaryKey"`
	Created Timestamp
	// SeenAt is the time of the person's last verification.
	SeenAt Timestamp
}

// TableName names the table for gorm.
func (VerifiedPerson) TableName() string { return "verified_persons" }

// AnchorKind is the kind of identifier by which a person is found again.
type AnchorKind string

// The kinds of anchors.
const (
	AnchorDocument AnchorKind = "document"
	AnchorEmail    AnchorKind = "email"
	AnchorPhone    AnchorKind = "phone"
)

// PersonAnchor binds a keyed hash of an identifier to a person. The first person with a hash keeps it.
type PersonAnchor struct {
	Kind     AnchorKind `gorm:"primaryKey"`
	Hash     string     `gorm:"primaryKey"`
	PersonID string
	Created  Timestamp
}

// TableName names the table for gorm.
func (PersonAnchor) TableName() string { return "person_anchors" }

// Credential is what a verified session proved, for later sessions to reuse. Method is the strongest method that
// passed, and Methods are all of them.
type Credential struct {
	ID        string `gorm:"primaryKey"`
	OrgID     string
	PersonID  string
	SessionID string
	// SourceID is the credential of another organization that this one was made from, so that both are revoked
	// together; nil for a verification of the organization itself.
	SourceID *string
	// Hash is HashCredential of the id.
	Hash string
	// EmailHash is a keyed hash of the e-mail address that the credential is bound to; nil if the session had none.
	EmailHash    *string
	Method       rules.Method
	Methods      JSON[[]rules.Method]
	Strength     rules.Strength
	StrengthRank int // of Method
	AgeTier      rules.AgeTier
	AgeYears     int // of AgeTier
	Jurisdiction rules.Jurisdiction
	VerifiedAt   Timestamp
	ExpiresAt    Timestamp
	// SupersededAt is the time at which a credential that proves at least as much replaced this one.
	SupersededAt  *Timestamp
	RevokedAt     *Timestamp
	RevokedReason *RevokedReason
}

// TableName names the table for gorm.
func (Credential) TableName() string { return "credentials" }

// ValidAt reports whether the credential is neither revoked nor expired at t.
func (c Credential) ValidAt(t time.Time) bool {
	return c.RevokedAt == nil && t.Before(c.ExpiresAt.Time)
}

// RevokedReason is the reason for which a credential was revoked.
type RevokedReason string

// The reasons for which a credential is revoked.
const (
	// RevokedByReview means that a reviewer rejected the credential's session.
	RevokedByReview RevokedReason = "review_rejected"
	// RevokedByGuardian means that a guardian withdrew the consent that verified the credential's session.
	RevokedByGuardian RevokedReason = "consent_withdrawn"
	// RevokedAsSurplus means that the organization has many newer credentials of the person.
	RevokedAsSurplus RevokedReason = "surplus"
	// RevokedWithGrant means that the grant by which the organization got the credential was revoked.
	RevokedWithGrant RevokedReason = "grant_revoked"
	// RevokedByErasure means that the person was erased.
	RevokedByErasure RevokedReason = "erasure"
)

// HashCredential returns the credential_hash by which a merchant names a credential: the SHA-256 of its id, in
// lower-case hexadecimal. The id has 120 random bits, so a plain hash does not reveal it.
func HashCredential(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:])
}

// ReuseRequest holds the merchant's conditions on an earlier verification.
type ReuseRequest struct {
	// AcceptExisting is nil if the merchant did not say. False asks for a fresh verification.
	AcceptExisting  *bool          `json:"accept_existing,omitempty"`
	MinStrength     rules.Method   `json:"min_strength,omitempty"`
	MaxAgeDays      int            `json:"max_age_days,omitempty"` // 0 means any age
	RequiredMethods []rules.Method `json:"required_methods,omitempty"`
	CredentialHash  string         `json:"credential_hash,omitempty"`
	// CredentialID is that of a valid VP token, which waits for the user's place to be known.
	CredentialID string `json:"credential_id,omitempty"`
}

// Empty reports whether the merchant set no condition.
func (r *ReuseRequest) Empty() bool {
	return r.AcceptExisting == nil && r.MinStrength == "" && r.MaxAgeDays == 0 && len(r.RequiredMethods) == 0 &&
		r.CredentialHash == "" && r.CredentialID == ""
}

// Accepts reports whether the merchant asks for an earlier verification.
func (r *ReuseRequest) Accepts() bool {
	return r != nil && r.AcceptExisting != nil && *r.AcceptExisting
}

// Fresh reports whether the merchant asks for a fresh verification.
func (r *ReuseRequest) Fresh() bool { return r != nil && r.AcceptExisting != nil && !*r.AcceptExisting }
