package store

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/stile-id/stile/models"
)

// closedSession selects rows of sessions that have ended or passed their deadline.
const closedSession = "NOT EXISTS (SELECT 1 FROM sessions WHERE sessions.id = session_id " +
	"AND sessions.completed_at IS NULL AND sessions.expires_at > ?)"

// orphaned selects pieces whose upload is gone, complete or expired.
const orphaned = "NOT EXISTS (SELECT 1 FROM uploads WHERE uploads.id = upload_id " +
	"AND NOT uploads.complete AND uploads.expires_at > ?)"

// EraseMaterial deletes expired uploads with their pieces, expired challenges, one-time codes and biometric data, the
// oldest first, at most limit of each, and returns their number. The end of a session deletes its own rows. The
// remaining ones are abandoned uploads, unanswered challenges, templates at the end of their retention, and rows of
// sessions that a previous version ended.
func (a Across) EraseMaterial(ctx context.Context, limit int) (int, error) {
	now := a.s.Now()
	erased := 0
	err := a.s.write(ctx, func(tx *gorm.DB) error {
		erased = 0
		for _, due := range []struct {
			table any
			where *gorm.DB
		}{
			{&models.Upload{}, tx.Where("NOT complete OR "+closedSession, now)},
			{&models.UploadPiece{}, tx.Where(orphaned, now)},
			{&models.Challenge{}, tx.Where("used_at IS NULL OR "+closedSession, now)},
			{&models.EmailCode{}, tx.Where(closedSession, now)},
			{&models.Biometric{}, tx.Where(closedSession, now)},
		} {
			deleted, err := deleteDue(tx, due.table, limit, due.where, now)
			if err != nil {
				return err
			}
			erased += deleted
		}
		return nil
	})
	return erased, err
}

// deleteDue deletes expired rows of a table that meet a condition, without those that another sweep has locked.
func deleteDue(tx *gorm.DB, table any, limit int, condition *gorm.DB, now models.Timestamp) (int, error) {
	var due []string
	err := tx.Model(table).
		Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate, Options: clause.LockingOptionsSkipLocked}).
		Where("expires_at BETWEEN 0 AND ?", now).Where(condition).Order("expires_at").Limit(limit).Pluck("id", &due).Error
	if err != nil || len(due) == 0 {
		return 0, err
	}
	return len(due), tx.Where(among("id", due)).Delete(table).Error
}
