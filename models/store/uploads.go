package store

import (
	"context"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/seal"
	"github.com/stile-id/stile/rules"
)

// NewUpload holds a file for the next attempt at a method.
type NewUpload struct {
	Session   models.Session // as it was read when the offer was looked up
	Node      string
	Method    rules.Method
	Attempt   int
	MediaType string
	Data      []byte
	// Partial makes Data the first piece of an incomplete upload. It has no MediaType, and may have a Length.
	Partial bool
	Length  *int64
	// Most is the largest number of uploads of one attempt.
	Most int
}

// AddUpload stores a file, or the first piece of one, sealed. A repeat under a reserved id returns the first. Errors:
// CodeUploadLimit, CodeSessionNotFound, CodeSessionTerminal, and ErrRefused if the session has changed since it was
// read.
func (s *Store) AddUpload(ctx context.Context, n NewUpload) (models.Upload, error) {
	upload := models.Upload{
		ID: s.NewID(ctx, models.PrefixUpload), OrgID: n.Session.OrgID, SessionID: n.Session.ID, Node: n.Node,
		Method: n.Method, Attempt: n.Attempt, MediaType: n.MediaType, Complete: !n.Partial, Size: int64(len(n.Data)),
		Length: n.Length, Created: s.Now(), ExpiresAt: n.Session.ExpiresAt,
	}
	if n.Partial {
		upload.ExpiresAt = s.partialUntil(n.Session)
	} else {
		upload.Content = s.keys.Seal(n.Data, uploadPlace(upload))
	}
	err := s.settle(ctx, func(tx *gorm.DB) error {
		if found, err := uploadIn(tx, upload.OrgID, upload.SessionID, upload.ID, &upload); err != nil || found {
			return err
		}
		if err := s.holdAsRead(tx, n.Session, map[string]any{"uploads": gorm.Expr("uploads + 1")}); err != nil {
			return err
		}
		if err := s.makeRoom(tx, n); err != nil {
			return err
		}
		if err := tx.Create(&upload).Error; err != nil || !n.Partial {
			return err
		}
		return s.addPiece(tx, upload, 0, n.Data)
	})
	upload.Content = ""
	return upload, err
}

// makeRoom deletes the incomplete upload that has waited longest for a piece, if the attempt has the largest number of
// uploads. If none has waited for abandonedAfter, it returns CodeUploadLimit. The session's row is locked, so racing
// requests cannot pass together.
func (s *Store) makeRoom(tx *gorm.DB, n NewUpload) error {
	of := func() *gorm.DB {
		return tx.Model(&models.Upload{}).
			Where("session_id = ? AND org_id = ? AND node = ? AND attempt = ?", n.Session.ID, n.Session.OrgID, n.Node, n.Attempt)
	}
	var uploads int64
	if err := of().Count(&uploads).Error; err != nil || uploads < int64(n.Most) {
		return err
	}
	var abandoned models.Upload
	now := s.now()
	found, err := one(of().Omit("content").Where("NOT complete").Where("created < ? AND expires_at < ?",
		models.At(now.Add(-abandonedAfter)), models.At(now.Add(partialTTL-abandonedAfter))).Order("expires_at"), &abandoned)
	if err != nil {
		return err
	}
	if !found {
		return models.Errorf(models.CodeUploadLimit,
			"The attempt has %d uploads and takes no more. Submit with those, or continue the incomplete ones", n.Most)
	}
	return dropUpload(tx, abandoned)
}

// holdAsRead updates columns of an open session, which locks its row until the end of the transaction. The revision
// does not change, because no waiter needs to know. Errors: CodeSessionNotFound, CodeSessionTerminal, ErrRefused if the
// row has changed since it was read.
func (s *Store) holdAsRead(tx *gorm.DB, read models.Session, set map[string]any) error {
	if read.AttemptID != nil { // sent by the device that holds the session
		set["device_seen_at"] = s.Now()
	}
	res := tx.Model(&models.Session{}).
		Where(
			"id = ? AND org_id = ? AND status IN ? AND revision = ?",
			read.ID,
			read.OrgID,
			models.OpenStatuses,
			read.Revision,
		).
		Where("expires_at > ?", s.Now()).Updates(set)
	if res.Error != nil || res.RowsAffected == 1 {
		return res.Error
	}
	session, err := sessionIn(tx, read.OrgID, read.ID)
	switch {
	case err != nil:
		return err
	case session.Overdue(s.Now()):
		return overdue(session)
	default:
		return refusal(session)
	}
}

func uploadPlace(u models.Upload) seal.Place {
	return seal.Place{Table: "uploads", Row: u.ID, Org: u.OrgID}
}

// uploadIn reads an upload without its content.
func uploadIn(tx *gorm.DB, org, session, id string, upload *models.Upload) (found bool, err error) {
	return one(tx.Omit("content").Where("id = ? AND org_id = ? AND session_id = ?", id, org, session), upload)
}

// Upload reads a complete upload of a session, without its content. Errors: CodeResourceMissing.
func (s *Store) Upload(ctx context.Context, org, session, id string) (models.Upload, error) {
	var upload models.Upload
	found, err := uploadIn(s.read(ctx).Where("complete"), org, session, id, &upload)
	if err != nil || !found {
		return upload, orMissing(err, "upload", id)
	}
	return upload, nil
}

// UploadContent reads the content of a complete upload. Errors: CodeResourceMissing.
func (s *Store) UploadContent(ctx context.Context, org, session, id string) ([]byte, error) {
	var upload models.Upload
	complete := s.read(ctx).Where("id = ? AND org_id = ? AND session_id = ? AND complete", id, org, session)
	found, err := one(complete, &upload)
	if err != nil || !found {
		return nil, orMissing(err, "upload", id)
	}
	return s.keys.Open(upload.Content, uploadPlace(upload))
}

// eraseMaterial deletes the uploads and challenges of a judged attempt, or all of a session that has ended, with its
// one-time code.
func eraseMaterial(tx *gorm.DB, session models.Session, judged models.Submission) error {
	if session.Status.Terminal() && session.EmailCodes > 0 {
		if err := tx.Where("session_id = ?", session.ID).Delete(&models.EmailCode{}).Error; err != nil {
			return err
		}
	}
	attempt := func(tx *gorm.DB) *gorm.DB {
		if session.Status.Terminal() {
			return tx.Where("session_id = ?", session.ID)
		}
		return tx.Where("session_id = ? AND node = ? AND attempt <= ?", session.ID, judged.Node, judged.Attempt)
	}
	if err := eraseBiometrics(tx, session); err != nil {
		return err
	}
	if session.Uploads > 0 {
		for _, table := range []any{&models.Upload{}, &models.UploadPiece{}} {
			if err := tx.Scopes(attempt).Delete(table).Error; err != nil {
				return err
			}
		}
	}
	if session.Challenges > 0 {
		if err := eraseGuardians(tx, attempt); err != nil {
			return err
		}
		return tx.Scopes(attempt).Delete(&models.Challenge{}).Error
	}
	return nil
}

// eraseUploads deletes the uploads of an attempt.
func eraseUploads(tx *gorm.DB, session, node string, attempt int) error {
	for _, table := range []any{&models.Upload{}, &models.UploadPiece{}} {
		err := tx.Where("session_id = ? AND node = ? AND attempt = ?", session, node, attempt).Delete(table).Error
		if err != nil {
			return err
		}
	}
	return nil
}
