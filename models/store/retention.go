package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/stile-id/stile/models"
)

// retention returns the columns that the end of a session sets for the user's contacts: they are erased at once, or due
// to be erased after the retention period of the session's rule.
func retention(session models.Session, ended models.Timestamp) map[string]any {
	kept := keptFor(session)
	if kept == 0 || !hasContacts(session) {
		return withoutContacts(ended)
	}
	return map[string]any{"erase_at": models.At(ended.Add(kept))}
}

// keptFor returns the retention period of the session's rule. A session from before rules were stored has none.
func keptFor(session models.Session) time.Duration {
	days := session.Compliance.V.DataRetentionDays
	if days == nil {
		return 0
	}
	return time.Duration(*days) * 24 * time.Hour
}

func hasContacts(s models.Session) bool { return s.EmailSealed != nil || s.PhoneSealed != nil }

// withoutContacts returns the columns that erase the contacts. The revision does not change, because no waiter needs to
// know.
func withoutContacts(now models.Timestamp) map[string]any {
	return map[string]any{
		"email_sealed": nil, "email_lookup": nil, "phone_sealed": nil, "phone_lookup": nil, "erased_at": now,
	}
}

// unerased selects ended sessions with contacts that are not erased, without those that another sweep has locked. The
// conditions are those of the index sessions_to_erase.
func unerased(tx *gorm.DB) *gorm.DB {
	return tx.Model(&models.Session{}).
		Clauses(clause.Locking{Strength: "NO KEY UPDATE", Options: clause.LockingOptionsSkipLocked}).
		Where("completed_at IS NOT NULL AND erased_at IS NULL")
}

// SettleRetention sets the erasure time, and erases the submissions, of sessions that were ended by a version without
// retention. It returns the number of sessions, at most limit.
func (a Across) SettleRetention(ctx context.Context, limit int) (int, error) {
	settled := 0
	err := a.s.write(ctx, func(tx *gorm.DB) error {
		var ended []models.Session
		// The order is that of the index. Without it PostgreSQL expects that many rows match, and reads the table.
		err := unerased(tx).Where("erase_at IS NULL").Order("erase_at").Limit(limit).
			Select("id", "compliance").Find(&ended).Error
		if err != nil || len(ended) == 0 {
			return err
		}
		settled = len(ended)
		return settle(tx, ended)
	})
	if err != nil {
		return 0, err
	}
	return settled, nil
}

func settle(tx *gorm.DB, ended []models.Session) error {
	all, alike := make([]string, 0, len(ended)), map[time.Duration][]string{}
	for _, session := range ended {
		all = append(all, session.ID)
		kept := keptFor(session)
		alike[kept] = append(alike[kept], session.ID)
	}
	if err := forgetSubmissions(tx.Where(among("session_id", all))).Error; err != nil {
		return err
	}
	for _, table := range []any{&models.Upload{}, &models.UploadPiece{}, &models.Challenge{}} {
		if err := tx.Where(among("session_id", all)).Delete(table).Error; err != nil {
			return err
		}
	}
	for kept, ids := range alike {
		err := tx.Model(&models.Session{}).Where(among("id", ids)).
			Updates(map[string]any{"erase_at": gorm.Expr("completed_at + ?", kept.Microseconds())}).Error
		if err != nil {
			return err
		}
	}
	return nil
}

// EraseDue erases the contacts of up to limit sessions after their retention period, the longest overdue first. It
// returns the number of sessions.
func (a Across) EraseDue(ctx context.Context, limit int) (int, error) {
	now := a.s.Now()
	var erased int64
	err := a.s.write(ctx, func(tx *gorm.DB) error {
		var due []string
		err := unerased(tx).Where("erase_at BETWEEN 0 AND ?", now).Order("erase_at").Limit(limit).Pluck("id", &due).Error
		if err != nil || len(due) == 0 {
			return err
		}
		res := tx.Model(&models.Session{}).Where(among("id", due)).Where("erased_at IS NULL").
			Updates(withoutContacts(now))
		erased = res.RowsAffected
		return res.Error
	})
	if err != nil {
		return 0, err
	}
	return int(erased), nil
}

// NextErasure returns the earliest time at which contacts are or were due to be erased; nil if none are kept.
func (a Across) NextErasure(ctx context.Context) (*models.Timestamp, error) {
	var next struct{ Due *models.Timestamp }
	err := a.s.read(ctx).Model(&models.Session{}).Where("completed_at IS NOT NULL AND erased_at IS NULL").
		Select("MIN(erase_at) AS due").Scan(&next).Error
	return next.Due, err
}
