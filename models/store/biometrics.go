package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/seal"
	"github.com/stile-id/stile/rules"
)

// biometrics returns the columns that the judgement sets for the biometric data that it brings or makes superfluous.
func (j Judgement) biometrics() map[string]any {
	set := map[string]any{}
	added := 0
	for _, content := range [][]byte{j.Portrait, j.Template} {
		if content != nil {
			added++
		}
	}
	if added > 0 {
		set["biometrics"] = j.Session.Biometrics + added
	}
	has := (j.Session.HasPortrait || j.Portrait != nil) && !j.Matched && !j.To.Terminal()
	if has != j.Session.HasPortrait {
		set["has_portrait"] = has
	}
	return set
}

// keepBiometrics stores the portrait and the template of a judgement. A later one of the same method takes the place of
// the earlier one.
func (s *Store) keepBiometrics(tx *gorm.DB, after models.Session, j Judgement) error {
	for kind, content := range map[models.BiometricKind][]byte{
		models.BiometricPortrait: j.Portrait, models.BiometricTemplate: j.Template,
	} {
		if content == nil {
			continue
		}
		row := models.Biometric{
			ID:    after.ID + "/" + string(kind) + "/" + string(j.Submission.Method),
			OrgID: after.OrgID, SessionID: after.ID, Kind: kind, Method: j.Submission.Method, Created: after.Updated,
			ExpiresAt: after.ExpiresAt,
		}
		if kind == models.BiometricPortrait { // the last document counts
			row.ID = after.ID + "/" + string(kind)
		}
		row.Content = s.keys.Seal(content, biometricPlace(row))
		if err := tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error; err != nil {
			return err
		}
	}
	return nil
}

func biometricPlace(row models.Biometric) seal.Place {
	return seal.Place{Table: "session_biometrics", Row: row.ID, Org: row.OrgID}
}

// eraseBiometrics deletes the portrait of a session that needs it no more. At the end of the session it deletes the
// templates too, or sets the time at which the retention of the session's rule ends.
func eraseBiometrics(tx *gorm.DB, session models.Session) error {
	if session.Biometrics == 0 {
		return nil
	}
	of := tx.Where("session_id = ?", session.ID)
	if !session.Status.Terminal() {
		if session.HasPortrait {
			return nil
		}
		return of.Where("kind = ?", models.BiometricPortrait).Delete(&models.Biometric{}).Error
	}
	days := session.Compliance.V.BiometricRetentionDays
	if days == nil || session.CompletedAt == nil {
		return of.Delete(&models.Biometric{}).Error
	}
	if err := of.Where("kind = ?", models.BiometricPortrait).Delete(&models.Biometric{}).Error; err != nil {
		return err
	}
	until := models.At(session.CompletedAt.Add(time.Duration(*days) * 24 * time.Hour))
	return tx.Model(&models.Biometric{}).Where("session_id = ?", session.ID).Update("expires_at", until).Error
}

// Portrait returns the portrait of the document that has passed in a session; nil if there is none.
func (s *Store) Portrait(ctx context.Context, org, session string) ([]byte, error) {
	found, err := s.biometricsOf(ctx, org, session, models.BiometricPortrait)
	for _, content := range found {
		return content, err
	}
	return nil, err
}

// Templates returns the templates of the faces that have passed in a session, by the method.
func (s *Store) Templates(ctx context.Context, org, session string) (map[rules.Method][]byte, error) {
	return s.biometricsOf(ctx, org, session, models.BiometricTemplate)
}

func (s *Store) biometricsOf(
	ctx context.Context, org, session string, kind models.BiometricKind,
) (map[rules.Method][]byte, error) {
	var rows []models.Biometric
	err := s.read(ctx).Where("org_id = ? AND session_id = ? AND kind = ?", org, session, kind).Find(&rows).Error
	found := make(map[rules.Method][]byte, len(rows))
	for _, row := range rows {
		if found[row.Method], err = s.keys.Open(row.Content, biometricPlace(row)); err != nil {
			return nil, err
		}
	}
	return found, err
}

// DeleteBiometrics deletes the biometric data of a session, whatever its outcome: portraits, templates, and the uploads
// of biometric methods that no submission under judgement names. Those are deleted with their verdict. A repeat deletes
// nothing more. It is audited with the number of rows. Errors: CodeSessionNotFound.
func (s *Store) DeleteBiometrics(ctx context.Context, org, actor, id string) error {
	err := s.settle(ctx, func(tx *gorm.DB) error {
		// The session's row is locked first, as for a verdict, which so is stored before or after the deletion.
		res := tx.Model(&models.Session{}).Where("id = ? AND org_id = ?", id, org).
			Updates(map[string]any{"has_portrait": false, "revision": gorm.Expr("revision + 1")})
		if res.Error != nil {
			return res.Error
		}
		if res.RowsAffected == 0 {
			return models.SessionNotFound(id)
		}
		deleted, err := deleteBiometrics(tx, org, id)
		if err != nil {
			return err
		}
		return s.audit(tx, org, actor, "verification_session.delete_biometrics", id, map[string]any{"rows": deleted})
	})
	if err == nil {
		s.announce(id)
	}
	return err
}

func deleteBiometrics(tx *gorm.DB, org, session string) (rows int64, err error) {
	res := tx.Where("session_id = ? AND org_id = ?", session, org).Delete(&models.Biometric{})
	if res.Error != nil {
		return 0, res.Error
	}
	rows = res.RowsAffected
	var measured []rules.Method
	for _, m := range rules.Methods() {
		if m.Biometric() {
			measured = append(measured, m)
		}
	}
	const idle = "NOT EXISTS (SELECT 1 FROM submissions AS u WHERE u.session_id = uploads.session_id " +
		"AND u.node = uploads.node AND u.attempt = uploads.attempt AND u.payload IS NOT NULL)"
	var uploads []string
	err = tx.Model(&models.Upload{}).Where("session_id = ? AND org_id = ? AND method IN ?", session, org, measured).
		Where(idle).Pluck("id", &uploads).Error
	if err != nil || len(uploads) == 0 {
		return rows, err
	}
	if res = tx.Where(among("id", uploads)).Delete(&models.Upload{}); res.Error != nil {
		return rows, res.Error
	}
	rows += res.RowsAffected
	return rows, tx.Where(among("upload_id", uploads)).Delete(&models.UploadPiece{}).Error
}
