package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/stile-id/stile/models"
)

// mostConsents bounds how often a user may give the consent for one credential.
const mostConsents = 10

// ErrNothingToShare means that the session has no verification that its user could share.
var ErrNothingToShare = errors.New("the session has no verification to share")

// Sharing returns the consent to share the credential, and false if the user has given none or withdrawn it.
func (s *Store) Sharing(ctx context.Context, org, credential string) (row models.TrustConsent, given bool, err error) {
	given, err = one(s.read(ctx).Where("credential_id = ? AND org_id = ? AND revoked_at IS NULL", credential, org), &row)
	return row, given, err
}

// ShareCredential records that the session's user shares its credential. A repeat changes nothing. Errors:
// ErrNothingToShare for a credential that does not hold any more or was made by another organization, ErrRefused after
// mostConsents consents.
func (s *Store) ShareCredential(ctx context.Context, session models.Session) error {
	if session.CredentialID == nil {
		return ErrNothingToShare
	}
	return s.settle(ctx, func(tx *gorm.DB) error {
		var c models.Credential
		found, err := one(tx.Where("id = ? AND org_id = ?", *session.CredentialID, session.OrgID).
			Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}), &c)
		if err != nil {
			return err
		}
		if !found || !c.ValidAt(s.now()) || !Sharable(c) {
			return ErrNothingToShare
		}
		var given int64
		if err := tx.Model(&models.TrustConsent{}).Where("credential_id = ?", c.ID).Count(&given).Error; err != nil {
			return err
		}
		row := models.TrustConsent{
			ID: s.id(models.PrefixTrustConsent), OrgID: c.OrgID, PersonID: c.PersonID, CredentialID: c.ID,
			SessionID: session.ID, Created: s.Now(),
		}
		current, err := one(tx.Where("credential_id = ? AND revoked_at IS NULL", c.ID), &models.TrustConsent{})
		if err != nil || current {
			return err
		}
		if given >= mostConsents {
			return ErrRefused
		}
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		return s.audit(tx, c.OrgID, ActorUser, "trust_reuse_consent.give", c.ID, map[string]any{"session_id": session.ID})
	})
}

// Sharable reports whether a user can share a credential: the organization made the verification itself, and knows an
// e-mail address, by which the user learns of each grant.
func Sharable(c models.Credential) bool { return c.SourceID == nil && c.EmailHash != nil }

// UnshareCredential ends the sharing of the session's credential, and returns the consents whose grants the caller must
// have revoked. A repeat changes nothing.
func (s *Store) UnshareCredential(
	ctx context.Context, session models.Session,
) (ended []models.TrustConsent, err error) {
	if session.CredentialID == nil {
		return nil, nil
	}
	err = s.settle(ctx, func(tx *gorm.DB) error {
		ended, err = s.endConsents(tx, models.TrustUserRevokedConsent, "credential_id = ?", *session.CredentialID)
		return err
	})
	return ended, err
}

// endConsents ends the consents that meet the condition. Each is recorded in the audit log of the organization that
// made the verification. It returns those with grants, which a run revokes in batches.
func (s *Store) endConsents(
	tx *gorm.DB, reason models.TrustRevocation, condition string, args ...any,
) ([]models.TrustConsent, error) {
	now := s.Now()
	var rows, ended []models.TrustConsent
	err := tx.Model(&rows).Clauses(returning(models.TrustConsent{})).Where(condition, args...).
		Where("revoked_at IS NULL").
		Updates(map[string]any{"revoked_at": now, "revoked_reason": reason}).Error
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		err := s.audit(tx, row.OrgID, actorOf(reason), "trust_reuse_consent.revoke", row.CredentialID, map[string]any{
			"reason": reason,
		})
		if err != nil {
			return nil, err
		}
		res := tx.Model(&row).Clauses(returning(models.TrustConsent{})).Where("id = ?", row.ID).
			Where("EXISTS (SELECT 1 FROM trust_grants AS g WHERE g.consent_id = ? AND g.revoked_at IS NULL)", row.ID).
			Update("due_at", now)
		if res.Error != nil {
			return nil, res.Error
		}
		if res.RowsAffected == 1 {
			ended = append(ended, row)
		}
	}
	return ended, nil
}

// actorOf returns the actor of a revocation for the audit log.
func actorOf(reason models.TrustRevocation) string {
	switch reason {
	case models.TrustUserRevoked, models.TrustUserRevokedConsent:
		return ActorUser
	default:
		return ActorSystem
	}
}

// LostConsents claims ended consents whose grants should have been revoked before the cutoff. The claim advances
// due_at.
func (a Across) LostConsents(ctx context.Context, cutoff time.Time, limit int) ([]models.TrustConsent, error) {
	var lost []models.TrustConsent
	err := a.s.read(ctx).Scopes(before("due_at", models.At(cutoff))).Order("due_at").Limit(limit).Find(&lost).Error
	if err != nil {
		return nil, err
	}
	return claim(a.s.read(ctx), lost, "due_at", a.s.Now(), func(c *models.TrustConsent) (string, *models.Timestamp) {
		return c.ID, c.DueAt
	})
}
