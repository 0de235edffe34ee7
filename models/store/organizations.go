package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
)

// The actors in the audit log other than API keys: an operator on the command line, one with access to Temporal, Stile
// itself, and the user who was verified.
const (
	ActorCLI      = "cli"
	ActorTemporal = "temporal"
	ActorSystem   = "system" // Stile itself
	ActorUser     = "user"
)

// firstEntry is the id of the first audit entry of a transaction. Every try of the transaction uses the same id, so the
// entry shows whether one of them was committed.
type firstEntry struct {
	id   string
	used bool
}

type firstEntryKey struct{}

// entryID returns the id of the next audit entry of the transaction.
func (s *Store) entryID(tx *gorm.DB) string {
	first, settles := tx.Statement.Context.Value(firstEntryKey{}).(*firstEntry)
	if !settles || first.used {
		return s.id(models.PrefixAudit)
	}
	first.used = true
	return first.id
}

func (s *Store) audit(tx *gorm.DB, org, actor, action, target string, detail map[string]any) error {
	entry := s.auditEntry(tx, org, actor, action, target, detail)
	return tx.Create(&entry).Error
}

func (s *Store) auditEntry(
	tx *gorm.DB, org, actor, action, target string, detail map[string]any,
) models.AuditEntry {
	return models.AuditEntry{
		ID: s.entryID(tx), OrgID: org, Actor: actor, Action: action, Target: target,
		Detail: models.AsJSON(detail), Created: s.Now(),
	}
}

// AuditLog lists the audit entries, newest first.
func (s *Store) AuditLog(ctx context.Context, org string, page Page) ([]models.AuditEntry, bool, error) {
	return list[models.AuditEntry](s, s.read(ctx).Where("org_id = ?", org), page)
}

// CreateKey creates an API key and returns its secret, which is not stored. Errors: CodeResourceMissing for an unknown
// organization.
func (s *Store) CreateKey(ctx context.Context, org, actor string, kind models.KeyKind) (models.APIKey, string, error) {
	secret := models.NewSecret(kind.Prefix())
	key := models.APIKey{
		ID: s.NewID(ctx, models.PrefixKey), OrgID: org, Kind: kind, Hash: HashKey(secret),
		Hint: secret[len(secret)-4:], Created: s.Now(),
	}
	err := s.settle(ctx, func(tx *gorm.DB) error {
		if found, err := one(tx.Where("id = ?", org), &models.Organization{}); err != nil || !found {
			return orMissing(err, "organization", org)
		}
		if err := tx.Create(&key).Error; err != nil {
			return err
		}
		return s.audit(tx, org, actor, "api_key.create", key.ID, map[string]any{"kind": kind})
	})
	return key, secret, err
}

// RevokeKey revokes a key at once, or after grace. A key that ends earlier already is not changed.
// Errors: CodeResourceMissing.
func (s *Store) RevokeKey(ctx context.Context, org, actor, id string, grace time.Duration) (models.APIKey, error) {
	var key models.APIKey
	err := s.settle(ctx, func(tx *gorm.DB) error {
		end := models.At(s.now().Add(grace))
		res := tx.Model(&models.APIKey{}).
			Where("id = ? AND org_id = ? AND ended_at IS NULL", id, org).
			Where("(revoked_at IS NULL OR revoked_at > ?)", end).
			Updates(map[string]any{"revoked_at": end})
		if res.Error != nil {
			return res.Error
		}
		if found, err := one(tx.Where("id = ? AND org_id = ?", id, org), &key); err != nil || !found {
			return orMissing(err, "api_key", id)
		}
		if err := s.endKey(tx, &key); err != nil {
			return err
		}
		if res.RowsAffected == 0 {
			return nil
		}
		return s.audit(tx, org, actor, "api_key.revoke", id, map[string]any{"grace_seconds": int(grace.Seconds())})
	})
	return key, err
}

// endKey records in the row, and in key, that the key is past its end. Before its end it changes nothing.
func (s *Store) endKey(tx *gorm.DB, key *models.APIKey) error {
	now := s.Now()
	if key.EndedAt != nil || key.ValidAt(now.Time) {
		return nil
	}
	err := tx.Model(&models.APIKey{}).Where("id = ? AND ended_at IS NULL", key.ID).
		Updates(map[string]any{"ended_at": now}).Error
	if err != nil {
		return err
	}
	key.EndedAt = &now
	return nil
}

// Keys lists the organization's keys, newest first.
func (s *Store) Keys(ctx context.Context, org string, page Page) ([]models.APIKey, bool, error) {
	return list[models.APIKey](s, s.read(ctx).Where("org_id = ?", org), page)
}

// HashKey returns the hash of a secret, as it is stored. The secret has 256 random bits, so a plain SHA-256 suffices.
func HashKey(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
