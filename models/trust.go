package models

import (
	"strings"
	"time"

	"github.com/stile-id/stile/rules"
)

// TrustPolicy holds the conditions under which an organization accepts verifications that users share with it.
type TrustPolicy struct {
	// Accept is the switch; without it nothing is accepted.
	Accept bool
	// MaxAgeDays is the greatest age of a verification; 0 is any age.
	MaxAgeDays int
	// SameJurisdiction accepts only verifications that were made in the jurisdiction of the session.
	SameJurisdiction bool
	// Methods are those that are accepted; empty accepts all.
	Methods JSON[[]rules.Method]
	// AcknowledgedAt is when the organization last acknowledged its liability; nil before the first switch-on.
	AcknowledgedAt *Timestamp
}

// NewTrustPolicy returns the policy of a new organization: it accepts nothing.
func NewTrustPolicy() TrustPolicy {
	return TrustPolicy{SameJurisdiction: true, Methods: AsJSON([]rules.Method{})}
}

// TrustConsent is a user's consent to share a verification with other organizations. OrgID made the verification.
type TrustConsent struct {
	ID           string `gorm:"primaryKey"`
	OrgID        string
	PersonID     string
	CredentialID string
	SessionID    string
	Created      Timestamp
	// RevokedAt is when the consent ended, for RevokedReason. The grants that rest on it are revoked after it.
	RevokedAt     *Timestamp
	RevokedReason *TrustRevocation
	// DueAt is the time of the last step of the run that revokes the grants; nil if no grants are left to revoke. The
	// sweep starts the run again some time after it.
	DueAt *Timestamp
}

// TableName names the table for gorm.
func (TrustConsent) TableName() string { return "trust_consents" }

// Ref returns the key of the consent.
func (c TrustConsent) Ref() ConsentRef { return ConsentRef{OrgID: c.OrgID, ConsentID: c.ID} }

// TrustRevocation is the reason for which a grant was revoked.
type TrustRevocation string

// The reasons of the documentation.
const (
	// TrustUserRevoked means that the user revoked the grant.
	TrustUserRevoked TrustRevocation = "USER_REVOKED"
	// TrustUserRevokedConsent means that the user ended all sharing.
	TrustUserRevokedConsent TrustRevocation = "USER_REVOKED_CONSENT"
	// TrustErasure means that the user was erased.
	TrustErasure TrustRevocation = "ERASURE_REQUEST"
	// TrustTargetRevoked means that the organization that was granted the verification revoked the grant.
	TrustTargetRevoked TrustRevocation = "TARGET_OPERATOR_REVOKED"
	// TrustSourceRevoked means that the organization that made the verification revoked it.
	TrustSourceRevoked TrustRevocation = "SOURCE_CREDENTIAL_REVOKED"
)

// TrustGrant records that an organization (OrgID) accepted a verification that the user shared.
type TrustGrant struct {
	ID           string `gorm:"primaryKey"`
	OrgID        string
	SourceOrgID  string
	PersonID     string
	ConsentID    string
	CredentialID string
	// CopyID is the credential that OrgID got by the grant.
	CopyID *string
	// SessionID is the session for which the grant was made. Later sessions use the same grant.
	SessionID     string
	Method        rules.Method
	Methods       JSON[[]rules.Method]
	Strength      rules.Strength
	AgeTier       rules.AgeTier
	Jurisdiction  rules.Jurisdiction
	VerifiedAt    Timestamp
	Created       Timestamp
	ExpiresAt     Timestamp
	RevokedAt     *Timestamp
	RevokedReason *TrustRevocation
}

// TableName names the table for gorm.
func (TrustGrant) TableName() string { return "trust_grants" }

// TrustGrantObject is a grant as the public API and the events show it.
type TrustGrantObject struct {
	Object           string           `json:"object"`
	ID               string           `json:"id"`
	SourceOrgID      string           `json:"source_org_id"`
	TargetOrgID      string           `json:"target_org_id"`
	SessionID        string           `json:"session_id"`
	VerifiedPersonID string           `json:"verified_person_id"`
	Method           string           `json:"method"`
	AgeTier          string           `json:"age_tier"`
	Strength         string           `json:"strength"`
	GrantedAt        string           `json:"granted_at"`
	ExpiresAt        string           `json:"expires_at"`
	RevokedAt        *string          `json:"revoked_at"`
	RevokedReason    *TrustRevocation `json:"revoked_reason"`
}

// Public returns the grant as the public API shows it: names in upper case, times in ISO 8601.
func (g TrustGrant) Public() TrustGrantObject {
	o := TrustGrantObject{
		Object: "trust_reuse_grant", ID: g.ID, SourceOrgID: g.SourceOrgID, TargetOrgID: g.OrgID, SessionID: g.SessionID,
		VerifiedPersonID: g.PersonID, Method: strings.ToUpper(string(g.Method)),
		AgeTier: strings.ToUpper(string(g.AgeTier)), Strength: strings.ToUpper(string(g.Strength)),
		GrantedAt: g.Created.ISO(), ExpiresAt: g.ExpiresAt.ISO(), RevokedReason: g.RevokedReason,
	}
	if g.RevokedAt != nil {
		o.RevokedAt = new(g.RevokedAt.ISO())
	}
	return o
}

// Source returns the shared verification, as far as the grant records it.
func (g TrustGrant) Source() Credential {
	return Credential{
		ID: g.CredentialID, OrgID: g.SourceOrgID, PersonID: g.PersonID, Method: g.Method, Methods: g.Methods,
		Strength: g.Strength, AgeTier: g.AgeTier, Jurisdiction: g.Jurisdiction, VerifiedAt: g.VerifiedAt,
		ExpiresAt: g.ExpiresAt,
	}
}

// ActiveAt reports whether the grant is neither revoked nor expired at t.
func (g TrustGrant) ActiveAt(t time.Time) bool {
	return g.RevokedAt == nil && t.Before(g.ExpiresAt.Time)
}

// TrustBlock keeps an organization from further grants of a person, because the user or the organization revoked one.
type TrustBlock struct {
	OrgID    string `gorm:"primaryKey"`
	PersonID string `gorm:"primaryKey"`
	Created  Timestamp
}

// TableName names the table for gorm.
func (TrustBlock) TableName() string { return "trust_blocks" }
