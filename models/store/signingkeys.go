package store

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/seal"
)

// signingKey is the row of an Ed25519 key. Sealed holds its 32-byte seed.
type signingKey struct {
	ID      string `gorm:"primaryKey"`
	Sealed  string
	Created models.Timestamp
}

func (signingKey) TableName() string { return "signing_keys" }

// SigningKey is a key that signs client secrets and VP tokens. Its ID is the kid of the JWT (RFC 7515). The store sets
// Created.
type SigningKey struct {
	ID      string
	Seed    []byte
	Created models.Timestamp
}

func signingKeyPlace(id string) seal.Place { return seal.Place{Table: "signing_keys", Row: id} }

// SigningKeys returns the keys, newest first. The first key signs, all keys verify.
func (a Across) SigningKeys(ctx context.Context) ([]SigningKey, error) {
	var rows []signingKey
	if err := a.s.read(ctx).Order("created DESC, id DESC").Find(&rows).Error; err != nil {
		return nil, err
	}
	keys := make([]SigningKey, 0, len(rows))
	for _, row := range rows {
		seed, err := a.s.keys.Open(row.Sealed, signingKeyPlace(row.ID))
		if err != nil {
			return nil, err
		}
		keys = append(keys, SigningKey{ID: row.ID, Seed: seed, Created: row.Created})
	}
	return keys, nil
}

// AddSigningKey stores a key, unless a key of the same id exists.
func (a Across) AddSigningKey(ctx context.Context, key SigningKey) error {
	row := signingKey{ID: key.ID, Sealed: a.s.keys.Seal(key.Seed, signingKeyPlace(key.ID)), Created: a.s.Now()}
	return a.s.write(ctx, func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error
	})
}

// RotateSigningKey stores a new key and returns its id. Processes sign with it within a minute, and accept the earlier
// keys as before.
func (a Across) RotateSigningKey(ctx context.Context) (string, error) {
	key := SigningKey{ID: a.s.id(models.PrefixSigningKey), Seed: make([]byte, ed25519.SeedSize)}
	rand.Read(key.Seed)
	return key.ID, a.AddSigningKey(ctx, key)
}

// RemoveSigningKey deletes a key. Within a minute no process accepts a client secret or a VP token under it any more.
// Errors: CodeResourceMissing; CodeParameterInvalid for the newest key, which signs.
func (a Across) RemoveSigningKey(ctx context.Context, id string) error {
	return a.s.write(ctx, func(tx *gorm.DB) error {
		var newest signingKey
		if _, err := one(tx.Order("created DESC, id DESC"), &newest); err != nil {
			return err
		}
		if newest.ID == id {
			return models.Invalid("id", "%s signs. Add another key first: stile signing-key rotate", id)
		}
		res := tx.Where("id = ?", id).Delete(&signingKey{})
		if res.Error != nil || res.RowsAffected == 1 {
			return res.Error
		}
		return models.Missing("signing key", id)
	})
}
